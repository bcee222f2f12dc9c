"""Where the parts of a face are: landmarks, the head's pose, the scale, and names for places."""
