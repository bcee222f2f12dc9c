"""A player for the moving picture."""

from ui.player.player import show

__all__ = ["show"]
