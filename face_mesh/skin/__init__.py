"""What is read off the skin: lines, folds, colour, lesions and texture, each with a severity."""
