"""How a photo is laid before it is measured: mirrored, turned, straightened and cropped.

A photo that stores no turn, or a wrong one, lies on its side; one from a mirror, or from a camera
app that keeps what the screen showed, has left and right exchanged. Neither can be told from the
pixels with certainty, so a person says it. The photo that comes of it takes the place of the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Rgb
from face_mesh.errors import PhotoError, PlanError
from face_mesh.messages import Message
from face_mesh.photo import refusals
from face_mesh.photo.decode import MIN_SIDE
from face_mesh.photo.photo import Photo

MOST_STRAIGHTEN_DEG = 15.0  # beyond it more than two fifths of a portrait would be cut off
Crop = tuple[float, float, float, float]  # left, top, right, bottom as shares, whole is 0, 0, 1, 1
WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)

_TURNS = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Arrangement:
    """What is done to a photo, in this order.

    Attributes:
        mirrored: whether it shows left and right exchanged, which is undone.
        quarters: clockwise turns by 90 degrees, 0 to 3.
        straighten_deg: a clockwise turn by up to `MOST_STRAIGHTEN_DEG`. The largest part of the
            picture's own shape that has no empty corner is kept.
        crop: what is kept of all that, as shares of its width and height.

    Raises:
        PlanError: a turn or a crop that cannot be.
    """

    mirrored: bool = False
    quarters: int = 0
    straighten_deg: float = 0.0
    crop: Crop = WHOLE

    def __post_init__(self) -> None:
        """Refuse what cannot be done."""
        if self.quarters not in (0, *_TURNS):
            raise PlanError("A photo is turned by 90, 180 or 270 degrees; --help shows how.")
        if not abs(self.straighten_deg) <= MOST_STRAIGHTEN_DEG:
            raise PlanError(
                Message(
                    "A photo is straightened by at most {most:.0f} degrees; turn it first.",
                    most=MOST_STRAIGHTEN_DEG,
                )
            )
        left, top, right, bottom = self.crop
        if not (0.0 <= left < right <= 1.0 and 0.0 <= top < bottom <= 1.0):
            raise PlanError(
                "What is kept of a photo is told by left, top, right and bottom as shares of its "
                "width and height from 0 to 1."
            )


def arrange(photo: Photo, how: Arrangement) -> Photo:
    """Return the photo laid so; the same one if nothing is to be done.

    Pixels are moved whole, but for straightening, which draws each anew (Lanczos, in sRGB codes).

    Raises:
        PhotoError: less than `MIN_SIDE` px would be left of it.
    """
    if how == Arrangement():
        return photo
    image = photo.image[:, ::-1] if how.mirrored else photo.image
    if how.quarters:
        image = np.asarray(cv2.rotate(image, _TURNS[how.quarters]), np.uint8)
    if how.straighten_deg:
        image = _straightened(image, how.straighten_deg)
    image = _cropped(image, how.crop)
    if min(image.shape[:2]) < MIN_SIDE:
        raise PhotoError(refusals.TOO_LITTLE)
    return Photo.from_rgb(image)


def shrink_of(width: float, height: float, straighten_deg: float) -> float:
    """Return by which factor the sides shrink so that a straightened picture has no empty corner.

    The largest rectangle of the same shape inside of a turned one: its corners, turned back, are
    where they first meet a side of the picture.
    """
    turn = np.deg2rad(abs(straighten_deg))
    longer = max(width / height, height / width)
    return float(1.0 / (np.cos(turn) + longer * np.sin(turn)))


def _straightened(image: Rgb, turn_deg: float) -> Rgb:
    height, width = image.shape[:2]
    shrink = shrink_of(width, height, turn_deg)
    size = (max(1, int(width * shrink)), max(1, int(height * shrink)))
    cos, sin = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    back = np.array([[cos, sin], [-sin, cos]])  # y is down: clockwise is undone
    middle = np.array([width - 1, height - 1]) / 2
    offset = middle - back @ ((np.array(size) - 1) / 2)
    drawn = cv2.warpAffine(
        np.ascontiguousarray(image),
        np.column_stack([back, offset]),
        size,
        flags=cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(drawn, np.uint8)


def _cropped(image: Rgb, crop: Crop) -> Rgb:
    height, width = image.shape[:2]
    left, top, right, bottom = crop
    columns = slice(round(left * width), round(right * width))
    return image[round(top * height) : round(bottom * height), columns]
