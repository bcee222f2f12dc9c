"""The before/after viewer: a component of ours, with no build step and nothing fetched."""

from ui.viewer.viewer import Heat, Picture, Retouch, Unsure, show

__all__ = ["Heat", "Picture", "Retouch", "Unsure", "show"]
