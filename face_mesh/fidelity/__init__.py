"""Whether the pixels of a photo still tell of the skin: colour, its cast, compression, filters."""
