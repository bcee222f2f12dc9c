"""How light changes where the surface does."""
