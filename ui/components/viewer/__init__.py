"""The before/after viewer: a component of ours, with no build step and nothing fetched."""

from ui.components.viewer.viewer import (
    Heat,
    Live,
    Picture,
    Retouch,
    Unsure,
    show,
)

__all__ = ["Heat", "Live", "Picture", "Retouch", "Unsure", "show"]
