"""A file becomes a photo: what it may hold, how it is decoded, and what is said of a bad one."""
