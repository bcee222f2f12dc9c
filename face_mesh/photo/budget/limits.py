"""What all formats share: the refusal, and a count that refuses."""

from __future__ import annotations

from face_mesh.errors import PhotoError
from face_mesh.photo import refusals

# Of EXIF, in bytes. A JPEG segment, in which cameras keep it, holds 64 KiB. More would be millions
# of numbers, each of which Pillow makes an object of.
MAX_EXIF = 2**20


def too_much() -> PhotoError:
    """Return the refusal of a file that asks for too much work."""
    return PhotoError(refusals.TOO_MUCH_WORK)


def unusual() -> PhotoError:
    """Return the refusal of a file of a kind that no photo has."""
    return PhotoError(refusals.DAMAGED)


class Count:
    """Something that is added up while a file is walked, and refused above a limit."""

    def __init__(self, most: int) -> None:
        self.most, self.found = most, 0

    def add(self, number: int = 1) -> None:
        """Count so many more.

        Raises:
            PhotoError: they are too many.
        """
        self.found += number
        if self.found > self.most:
            raise too_much()
