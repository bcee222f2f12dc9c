"""Translations of what the program says, a folder a language, and what keeps them up to date."""
