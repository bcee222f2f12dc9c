"""The frame of the page: which screen, its head and foot, the tour, a lost connection."""
