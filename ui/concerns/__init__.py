"""From what a person came with to the procedures that act on it."""
