"""A strip of the photo beside a head: rows are heights, columns distances outwards from a line.

So that both sides and every photo look alike. What is told apart in it, head from wall, is read
back at the pixels of the photo, and wall that the head hid is gone on with (`backdrop`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Points, Rgb
from simulate.geometry.backdrop import gone_on_with, slope_of
from simulate.geometry.warp import sample

PX_PER_MM = 2.0
# A wall is plain where, so far beyond a head, hardly any place differs by so many levels from the
# mean of those so far to either side: light falls off on it, and there is nothing to bend.
BESIDE_MM, APART_MM, PLAIN_LEVELS, PLAIN_SHARE = 16.0, 3.0, 6.0, 0.02
Floats = npt.NDArray[np.float32]


def picture_at(face: Face, at_px: Points) -> tuple[Rgb, Bool]:
    """Return (h, w, 3) of the photo at (h, w, 2) x, y of a strip, and (h, w) where it shows."""
    at = np.asarray(at_px, np.float32)
    high, wide = face.photo.image.shape[:2]
    seen = ((at >= 0.0) & (at <= (wide - 1, high - 1))).all(axis=2)
    (left, top), (right, bottom) = (
        np.clip(np.round(corner), 0, (wide - 1, high - 1)).astype(int)
        for corner in (at.min(axis=(0, 1)), at.max(axis=(0, 1)))
    )
    photo = face.photo.image[top : bottom + 1, left : right + 1]
    coarser = face.px_per_mm / PX_PER_MM
    if coarser > 1.3:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.4 * coarser), np.uint8)
    strip = sample(photo, np.asarray(at - (left, top), np.float32), cv2.INTER_LINEAR)
    return np.ascontiguousarray(strip, np.uint8), np.asarray(seen, np.bool_)


@dataclass(frozen=True)
class Ruler:
    """Where a strip lies in a photo, and what lies where in it.

    Attributes:
        root_px: (N, 2) x, y of its line, row by row, downwards.
        out_px: (2,) px of a mm outwards.
        heights_mm: (N,) of its rows in the head frame, falling.
        within_mm: how far inside the line its columns begin.
    """

    root_px: Points
    out_px: Floats
    heights_mm: Points
    within_mm: float

    @classmethod
    def of(
        cls, face: Face, root_mm: Points, outwards_mm: Points, heights_mm: Points, within_mm: float
    ) -> Ruler:
        """Return the ruler of a strip along (N, 3) mm of a line in the head frame."""
        out_px = face.pose.shift_px(outwards_mm[None])[0].astype(np.float32)
        return cls(face.pose.to_photo(root_mm)[:, :2], out_px, heights_mm, within_mm)

    @property
    def down(self) -> Floats:
        """(2,) the direction of falling heights, of length 1."""
        x, y = self.out_px / np.linalg.norm(self.out_px)
        return np.array((-y, x) if x > 0.0 else (y, -x), np.float32)

    def places(self, at_px: Field) -> tuple[Floats, Floats]:
        """Return (h, w) mm beside the line, and heights in mm, of (h, w, 2) places."""
        along, own = at_px @ self.down, self.root_px @ self.down
        height = np.interp(along, own, self.heights_mm)
        root = np.stack([np.interp(along, own, axis) for axis in self.root_px.T], axis=-1)
        out = (at_px - root) @ self.out_px / float(self.out_px @ self.out_px)
        return np.asarray(out, np.float32), np.asarray(height, np.float32)

    def spans(self, columns: slice, from_mm: float, to_mm: float) -> Bool:
        """Return (w,) which columns of the photo lie between distances from the line."""
        ends = np.concatenate([self.root_px[:, 0] + mm * self.out_px[0] for mm in (from_mm, to_mm)])
        x = np.arange(columns.start, columns.stop)
        found: Bool = (x >= ends.min() - 1.0) & (x <= ends.max() + 1.0)
        return found

    def holds(self, height: Floats) -> Bool:
        """Return (h, w) which heights lie within the strip."""
        found: Bool = (height < self.heights_mm[0]) & (height > self.heights_mm[-1])
        return found

    def read(self, strip: Mask, out: Floats, height: Floats) -> Floats:
        """Return (h, w) of what is in the strip."""
        column = (out + self.within_mm) * PX_PER_MM
        row = (self.heights_mm[0] - height) * PX_PER_MM
        at = np.asarray(np.dstack([column, row]), np.float32)
        return np.asarray(sample(strip, at, cv2.INTER_LINEAR), np.float32)


class Wall:
    """The wall behind a head, seen and unseen."""

    def __init__(self, ruler: Ruler, head: Mask, photo: Rgb, rows: Bool, clear_mm: float) -> None:
        """Read where the wall is free of a head, and how its lines run beside some rows.

        From `clear_mm` beyond the outline that was read it is.
        """
        self._ruler, self._photo = ruler, photo
        size = 2 * round(clear_mm * PX_PER_MM) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        self._near = np.asarray(cv2.dilate(head, disc), np.float32)
        columns = np.arange(head.shape[1]) / PX_PER_MM - ruler.within_mm
        clear = np.where(self._near > 0.0, columns, columns[0]).max(axis=1)
        self._clear_mm = maximum_filter1d(clear, size)
        edge = ruler.root_px + self._clear_mm[:, None] * ruler.out_px
        self._down_px = ruler.down * np.float32(np.linalg.norm(ruler.out_px))
        self._slope = slope_of(photo, edge[rows], ruler.out_px, self._down_px)
        self._edge_px = edge[rows]

    @property
    def is_plain(self) -> bool:
        """Whether the wall beside those rows shows nothing that a bent picture could bend."""
        columns = np.arange(0.0, BESIDE_MM, 1.0 / PX_PER_MM)
        if not len(self._edge_px):
            return False
        at = self._edge_px[:, None] + columns[:, None] * self._ruler.out_px
        high, wide = self._photo.shape[:2]
        seen = ((at >= 0.0) & (at <= (wide - 1, high - 1))).all(axis=2)
        asked = np.asarray(at, np.float32)
        shown = np.asarray(sample(self._photo, asked, cv2.INTER_LINEAR), np.float32)
        shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), 1.0), np.float32)
        apart = round(APART_MM * PX_PER_MM)
        differs = [
            np.abs(2.0 * a - before - after).max(axis=2)[ok] / 2.0
            for turned, shows in ((shown, seen), (shown.swapaxes(0, 1), seen.T))
            for before, a, after in [
                (turned[: -2 * apart], turned[apart:-apart], turned[2 * apart :])
            ]
            for ok in [shows[: -2 * apart] & shows[apart:-apart] & shows[2 * apart :]]
        ]
        return bool((np.concatenate(differs) > PLAIN_LEVELS).mean() < PLAIN_SHARE)

    def behind(self, at: Field, out: Floats, height: Floats, share: Floats) -> Floats:
        """Return (h, w, 3) of the wall at (h, w, 2) places: as it is, but where the head hid it.

        There, and so near to it that it is no clean wall, as much as `share` (h, w) says is anew.
        """
        anew = self._ruler.read(self._near, out, height) * share
        seen = np.asarray(sample(self._photo, at, cv2.INTER_NEAREST), np.float32)
        beyond = self._to_clear(out, height)
        if self._slope:
            beyond = self._to_clear(out, np.asarray(height - self._slope * beyond, np.float32))
        line = self._ruler.out_px + np.float32(self._slope) * self._down_px
        made = gone_on_with(self._photo, at, beyond, line)
        return np.asarray(seen + anew[..., None] * (made - seen), np.float32)

    def _to_clear(self, out: Floats, height: Floats) -> Floats:
        clear = np.interp(-height, -self._ruler.heights_mm, self._clear_mm)
        return np.asarray(np.maximum(clear - out, 0.0), np.float32)
