"""What hides parts of a face in a photo: where it is, and what it covers."""
