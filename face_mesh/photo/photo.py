"""A photo as the rest of the program sees it: upright sRGB pixels and their digest, no more."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from face_mesh.arrays import Rgb, check_rgb, frozen
from face_mesh.errors import PhotoError
from face_mesh.isolation import sandbox
from face_mesh.isolation.sandbox import Cancelled, ask
from face_mesh.messages import N_, Message
from face_mesh.photo import refusals
from face_mesh.photo.decode import (
    MAX_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    MAX_STORED_PIXELS,
    MIN_SIDE,
    decode,
)
from face_mesh.untrusted import Unreadable, contents

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MAX_STORED_PIXELS",
    "MIN_SIDE",
    "Photo",
    "open_photo",
    "open_photo_isolated",
]

_READ_BYTES = 2**20  # at a time

_UNREADABLE = N_("The photo cannot be read; copy it to another place and try again.")


@dataclass(frozen=True, eq=False, repr=False)
class Photo:
    """An upright picture without a name, a place or a date; made by `open_photo` or `from_rgb`.

    Two photos are equal when their pixels are, however they were stored.

    Attributes:
        image: (H, W, 3) uint8 sRGB, C-contiguous, read-only.
        sha256: hex digest of the shape and the pixels, never of the file.
    """

    image: Rgb
    sha256: str

    @classmethod
    def from_rgb(cls, image: Rgb) -> Photo:
        """Make a photo of a copy of `image`, (H, W, 3) uint8 sRGB of any size but none.

        Raises:
            ValueError: another shape or dtype, or no pixel.
        """
        if not check_rgb(image).size:
            raise ValueError(f"image must have at least one pixel, got {image.shape}")
        return cls._of_own(np.array(image, order="C"))

    @classmethod
    def _of_own(cls, image: Rgb) -> Photo:
        """As `from_rgb`, but takes the array itself, which nobody else may hold."""
        frozen(image)
        digest = hashlib.sha256(repr(image.shape).encode())
        digest.update(image.data)
        return cls(image, digest.hexdigest())

    @property
    def height(self) -> int:
        """In px."""
        return len(self.image)

    @property
    def width(self) -> int:
        """In px."""
        return len(self.image[0])

    def __eq__(self, other: object) -> bool:
        return self.sha256 == other.sha256 if isinstance(other, Photo) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"<Photo {self.width} × {self.height} {self.sha256[:8]}>"

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickle; numpy forgets on the way that the array was read-only."""
        self.__dict__.update(state)
        frozen(self.image)


def open_photo(source: str | os.PathLike[str] | bytes | BinaryIO) -> Photo:
    """Read a photo of any common format, told by its content, as upright sRGB.

    Args:
        source: a path, the bytes of a file, or a file object in binary mode (read from its start
            if it can seek). For an RGB array see `Photo.from_rgb`. A JPEG of more pixels than
            `MAX_PIXELS`, up to `MAX_STORED_PIXELS`, is read at half its width and height.

    Raises:
        PhotoError: missing, unreadable, not a photo, damaged, cut short, or outside `MAX_BYTES`,
            `MAX_PIXELS`, `MAX_SIDE` and `MIN_SIDE`. The message is one sentence for a patient and
            names no file.
        TypeError: `source` is none of the above.
    """
    return Photo._of_own(decode(_read(source)))


def open_photo_isolated(data: bytes, *, cancelled: Cancelled | None = None) -> Photo:
    """Read a photo as `open_photo` does, in a process of its own that can harm nobody.

    For what strangers send: it has `isolation.Limits`, and ends with the photo.

    Args:
        data: the bytes of a file.
        cancelled: asked some times a second; once true, the process is killed.

    Raises:
        PhotoError: as of `open_photo`; too much work or memory; too many at once; cancelled.
    """
    if not 0 < len(data) <= MAX_BYTES:
        return open_photo(data)  # which refuses it
    try:
        answer = ask(sandbox.PHOTO, data, cancelled=cancelled or (lambda: False))
    except sandbox.NoAnswer as error:
        raise PhotoError(_UNANSWERED[error.reason]) from None
    shape = answer.head.get("shape")
    if shape is None:
        raise _refused(answer.head)
    return Photo._of_own(_shaped(answer.body, shape))


_UNANSWERED = {
    sandbox.BUSY: refusals.BUSY,
    sandbox.STOPPED: refusals.STOPPED,
    sandbox.SLOW: refusals.TOO_MUCH_WORK,
    sandbox.MEMORY: refusals.NO_MEMORY,
    sandbox.FAILED: refusals.DAMAGED,
    sandbox.ABSENT: refusals.NO_HELPER,
}


def _refused(head: Mapping[str, object]) -> PhotoError:
    """Return the refusal that was answered, if it is one of ours: a helper is not trusted."""
    said, values = head.get("refused"), head.get("values")
    if isinstance(said, str) and said in refusals.ALL and isinstance(values, dict):
        numbers = {key: one for key, one in values.items() if isinstance(one, int)}
        with suppress(KeyError):
            made = Message(said, **numbers)
            if "{" not in made:  # all that is to be filled in is
                return PhotoError(made)
    return PhotoError(refusals.DAMAGED)


def _shaped(pixels: sandbox.Bytes, shape: object) -> Rgb:
    if isinstance(shape, list) and all(isinstance(one, int) and one > 0 for one in shape):
        with suppress(ValueError):
            return check_rgb(pixels.reshape(shape))
    raise PhotoError(refusals.DAMAGED)


def _read(source: str | os.PathLike[str] | bytes | BinaryIO) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, str | os.PathLike):
        return _read_path(source)
    if hasattr(source, "read"):
        return _read_file(source)
    raise TypeError(
        f"source must be a path, bytes or a binary file, not {type(source).__name__}; "
        "for an RGB array use Photo.from_rgb"
    )


def _read_path(path: str | os.PathLike[str]) -> bytes:
    # "from None": the system's own error names the path, which must not reach a log.
    if os.path.isdir(path):
        raise PhotoError("This is a folder, not a photo; choose one photo in it.")
    try:
        return contents(path, MAX_BYTES)
    except Unreadable as error:
        problem = error.errno
    if problem == errno.ENOENT:
        raise PhotoError("There is no such photo; check where it is and how it is spelt.")
    if problem in (errno.EACCES, errno.EPERM):
        raise PhotoError(
            "You are not allowed to read this photo; change its permissions or copy it elsewhere."
        )
    raise PhotoError(_UNREADABLE)


def _read_file(file: BinaryIO) -> bytes:
    """The file from its start, or little more than the limit of it, which is enough to refuse."""
    data = io.BytesIO()
    try:
        if file.seekable():
            file.seek(0)
        while data.tell() <= MAX_BYTES and (part := file.read(_READ_BYTES)):
            data.write(part)
    except (OSError, ValueError):
        raise PhotoError(_UNREADABLE) from None
    return data.getvalue()
