"""Components that take a photo and measure in it; each is a Python file and its page parts."""
