"""The marks of a simulation: one that is seen, and a signed one that programs read."""
