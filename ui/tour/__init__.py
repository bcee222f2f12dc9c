"""A guided tour of the preview for consultants, which points at what it speaks of."""

from ui.tour.tour import invite, offer, show

__all__ = ["invite", "offer", "show"]
