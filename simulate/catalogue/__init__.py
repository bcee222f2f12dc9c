"""Procedures as data: doses, terms, courses and their sources, read and checked."""
