"""What the page says, in the visitor's language."""
