"""The before/after viewer: a component of ours, with no build step and nothing fetched."""

from ui.components.viewer.viewer import (
    Head,
    Heat,
    Live,
    Picture,
    Retouch,
    Turn,
    Unsure,
    show,
)

__all__ = ["Head", "Heat", "Live", "Picture", "Retouch", "Turn", "Unsure", "show"]
