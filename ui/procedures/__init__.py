"""What is said of a procedure before it is chosen."""
