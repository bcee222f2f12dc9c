"""Measuring and simulating for one visitor, once."""
