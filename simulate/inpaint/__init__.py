"""Skin painted by a trained model: engines by name, ours and those of a hub."""
