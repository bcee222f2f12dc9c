"""A player for the moving picture."""

from ui.components.player.player import show

__all__ = ["show"]
