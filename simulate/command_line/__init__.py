"""What `python -m simulate` does: options, runs, the folder of the files, endings."""
