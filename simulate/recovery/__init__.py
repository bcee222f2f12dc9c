"""The first weeks: swelling, bruises and redness, and how they are drawn."""
