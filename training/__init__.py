"""Trains and evaluates the skin model from a folder of openly licensed portraits."""
