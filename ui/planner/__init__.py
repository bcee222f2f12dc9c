"""Where a plan is made: procedures, doses, notes, corrections by hand, files."""
