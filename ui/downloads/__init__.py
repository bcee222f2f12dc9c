"""What is taken away from the page, and the check of a file that somebody brings."""
