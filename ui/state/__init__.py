"""What the page remembers of one visit."""
