"""A square of the photo around what is wanted, at the size a model was trained on, and back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask, Rgb
from face_mesh.skin.working_view import BARE
from simulate.composite import window_around
from simulate.inpaint import fine_detail
from simulate.inpaint.engine import Fill

# Author's estimates: enough skin around to continue its light and grain, little enough that what is
# wanted gets most of the model's pixels.
CONTEXT_MM = 10.0
CONTEXT_SHARE = 0.25  # of the longest side of what is wanted, on each side

Colour = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Crop:
    """A square window of a fill; where the photo ends before the square does, it is mirrored.

    Attributes:
        request: the fill; something in its mask is above 0.
        rows, columns: the part of the square that lies on the photo; its top left corner.
        side_px: of the square, at the photo's scale.
        size_px: of the square, at the model's scale.
    """

    request: Fill
    rows: slice
    columns: slice
    side_px: int
    size_px: int

    @classmethod
    def around(cls, request: Fill, size_px: int) -> Crop:
        """Choose the square around the mask of a fill."""
        wanted = request.mask > 0
        spans = window_around(wanted)
        longest = max(span.stop - span.start for span in spans)
        context = round(max(CONTEXT_MM * request.px_per_mm, CONTEXT_SHARE * longest))
        side = min(longest + 2 * context, max(wanted.shape))
        rows, columns = (
            _placed(span, side, size) for span, size in zip(spans, wanted.shape, strict=True)
        )
        return cls(request, rows, columns, side, size_px)

    def photo(self) -> Colour:
        """Return the square as the model takes it, (size_px, size_px, 3) in [0, 1]."""
        return np.clip(fine_detail.resize_to(self._squared(self._photo()), self._size), 0.0, 1.0)

    def mask(self, cell_px: int) -> Mask:
        """Return 1 where the model is to paint, (size_px, size_px) of 0 and 1.

        Args:
            cell_px: side of the squares a latent model thinks in. What is wanted is widened by one:
                a line thinner than a cell would otherwise fall between two of them.
        """
        small = fine_detail.resize_to(self._squared(self._wanted().astype(np.float32)), self._size)
        cells = np.ones((2 * cell_px + 1, 2 * cell_px + 1), np.uint8)
        return np.asarray(cv2.dilate((small > 0).astype(np.float32), cells), np.float32)

    def on_photo(self, picture: Colour) -> Rgb:
        """Return the photo of the fill with a model's square laid over it, (H, W, 3) uint8.

        Detail finer than the model's scale is borrowed from the skin around what is wanted.

        Args:
            picture: (size_px, size_px, 3) in [0, 1].
        """
        request, photo = self.request, self._photo()
        at = (slice(0, photo.shape[0]), slice(0, photo.shape[1]))
        made = fine_detail.resize_to(picture, (self.side_px, self.side_px))[at]
        if self.side_px > self.size_px:
            band = fine_detail.fine_band(self._squared(photo), self._size)[at]
            wanted = self._wanted()
            skin = wanted | True if request.skin is None else self._window(request.skin) > BARE
            made = made + fine_detail.borrow_detail(
                band, skin & ~wanted, wanted, request.px_per_mm, request.seed
            )
        out = request.rgb.copy()
        out[self.rows, self.columns] = np.clip(np.round(made * 255.0), 0, 255).astype(np.uint8)
        return out

    @property
    def _size(self) -> tuple[int, int]:
        return self.size_px, self.size_px

    def _window(self, image: Mask) -> Mask:
        return image[self.rows, self.columns]

    def _wanted(self) -> Bool:
        return self._window(self.request.mask) > 0

    def _photo(self) -> Colour:
        return self.request.rgb[self.rows, self.columns].astype(np.float32) / 255.0

    def _squared(self, image: Colour) -> Colour:
        pad = [(0, self.side_px - n) for n in image.shape[:2]]
        return np.pad(image, pad + [(0, 0)] * (image.ndim - 2), mode="symmetric")


def _placed(span: slice, side: int, size: int) -> slice:
    """A span of `side` around the middle of another, moved so that it lies in [0, size)."""
    start = max(0, min((span.start + span.stop - side) // 2, size - side))
    return slice(start, min(size, start + side))
