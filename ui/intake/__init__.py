"""How somebody arrives: consent, the photo, what is wrong with it, and its scale."""
