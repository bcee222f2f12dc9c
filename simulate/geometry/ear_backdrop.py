"""What stands behind an ear that is set back: the wall stays, and the ear turns before it.

A picture that is only bent takes the wall along with the ear. Here each pixel beside the face is
head or wall, as `ears` tells them apart. The head moves; the wall stays to the byte, and where the
ear stood before it goes on (`backdrop`).
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Rgb
from face_mesh.ramp import smooth_ramp
from simulate.composite import Patch, window_around
from simulate.geometry.backdrop import gone_on_with, slope_of
from simulate.geometry.ears import (
    LOOSE_MM,
    OUT_MM,
    STRIP_PX_PER_MM,
    TOP_MM,
    WITHIN_MM,
    Ear,
    contour_at,
    ears_of,
    outwards,
)
from simulate.geometry.grid import Grid
from simulate.geometry.warp import moves, photo_bands, positions, sample

CLEAR_MM = 2.5  # beyond the outline that was read, from where on the backdrop is free of the ear
ROOT_MM = (0.5, 3.0)  # beside the contour, over which the face goes over into ear and backdrop
COMES_IN_MM = 2.0  # below the upper end of an ear, over which loose hair begins to go along
FOLLOWS_PX = 1.0  # of movement, over which what is made anew comes in
Floats = npt.NDArray[np.float32]


def ears_before_backdrop(
    face: Face, photo: Rgb, bent: Rgb, inverse_field: Field
) -> Iterator[Patch]:
    """Yield the parts of the picture beside the face in which an ear moved.

    Args:
        face: the measured face.
        photo: (H, W, 3) the picture before anything moved, its skin treated.
        bent: (H, W, 3) the same after `warp`.
        inverse_field: (rows, columns, 2) px, the backward field it was bent with.
    """
    for strip in (_Strip(face, ear, photo) for ear in ears_of(face).values()):
        for rows, columns, field in photo_bands(photo.shape, Grid.of(face), inverse_field):
            down, across = window_around(moves(field) & strip.spans(columns))
            if down.start == down.stop:
                continue
            field = field[down, across]
            rows = slice(rows.start + down.start, rows.start + down.stop)
            columns = slice(columns.start + across.start, columns.start + across.stop)
            here = positions(rows, columns)
            out, height = strip.places(here)
            beside = moves(field) & (out > ROOT_MM[0]) & (out < OUT_MM) & strip.holds(height)
            if not beside.any():
                continue
            low, high = ROOT_MM
            trust = np.clip((out - low) / (high - low), 0.0, 1.0)[..., None]
            still = photo[rows, columns].astype(np.float32)
            before = bent[rows, columns].astype(np.float32)
            anew = strip.hidden(out, height) * np.clip(
                np.abs(field).max(axis=2) / FOLLOWS_PX, 0.0, 1.0
            )
            backdrop = still + anew[..., None] * (strip.behind(here, out, height) - still)
            cover = strip.goes(*strip.places(here + field))[..., None]
            pixels = backdrop + cover * (before - backdrop)
            pixels = before + trust * (pixels - before)
            yield Patch(rows, columns, np.round(np.clip(pixels, 0, 255)).astype(np.uint8), beside)


class _Strip:
    """The strip beside a face with its ear, at the pixels of the photo."""

    def __init__(self, face: Face, ear: Ear, photo: Rgb) -> None:
        self._ear, self._photo = ear, photo
        contour = contour_at(face.mesh_mm, ear.side, ear.heights_mm)
        self._root_px = face.pose.to_photo(contour)[:, :2]
        self._out_px = face.pose.shift_px(outwards(ear.side)[None])[0].astype(np.float32)
        x, y = self._out_px / np.linalg.norm(self._out_px)
        self._down = np.array((-y, x) if x > 0.0 else (y, -x), np.float32)
        self._along = self._root_px @ self._down
        size = 2 * round(CLEAR_MM * STRIP_PX_PER_MM) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        above = smooth_ramp(1.0 + (ear.heights_mm[:, None] - ear.loose_from_mm) / COMES_IN_MM)
        far = np.ones((1, 2 * round(LOOSE_MM * STRIP_PX_PER_MM) + 1), np.uint8)
        self._goes = np.asarray(np.maximum(ear.head, above * cv2.dilate(ear.head, far)), np.float32)
        columns = np.arange(ear.head.shape[1]) / STRIP_PX_PER_MM - WITHIN_MM
        self._near = np.asarray(cv2.dilate(ear.head, disc), np.float32)
        clear = np.where(self._near > 0.0, columns, 0.0).max(axis=1).clip(0.0)
        self._clear_mm = maximum_filter1d(clear, size)
        rows = (ear.heights_mm <= ear.top_mm) & (ear.heights_mm >= ear.foot_mm)
        edge = self._root_px + self._clear_mm[:, None] * self._out_px
        self._down_px = self._down * np.float32(np.linalg.norm(self._out_px))
        self._slope = slope_of(photo, edge[rows], self._out_px, self._down_px)

    def places(self, at_px: Field) -> tuple[Floats, Floats]:
        """Return (h, w) mm beside the contour, and heights in mm, of (h, w, 2) places."""
        along = at_px @ self._down
        height = np.interp(along, self._along, self._ear.heights_mm)
        root = np.stack([np.interp(along, self._along, axis) for axis in self._root_px.T], axis=-1)
        out = (at_px - root) @ self._out_px / float(self._out_px @ self._out_px)
        return np.asarray(out, np.float32), np.asarray(height, np.float32)

    def spans(self, columns: slice) -> Bool:
        """Return (w,) which columns of the photo the strip may lie in, from the contour on."""
        far = self._root_px[:, 0] + OUT_MM * self._out_px[0]
        ends = np.concatenate([self._root_px[:, 0], far])
        x = np.arange(columns.start, columns.stop)
        found: Bool = (x >= ends.min() - 1.0) & (x <= ends.max() + 1.0)
        return found

    def holds(self, height: Floats) -> Bool:
        """Return (h, w) which heights lie within the strip."""
        found: Bool = (height < self._ear.heights_mm[0]) & (height > self._ear.heights_mm[-1])
        return found

    def goes(self, out: Floats, height: Floats) -> Floats:
        """Return (h, w) how much of a place is head, or beside hair where single hairs may be."""
        return self._read(self._goes, out, height)

    def hidden(self, out: Floats, height: Floats) -> Floats:
        """Return (h, w) how much of a place is head or so near to it that it is no clean wall."""
        return self._read(self._near, out, height)

    def behind(self, at: Field, out: Floats, height: Floats) -> Floats:
        """Return (h, w, 3) of the backdrop at (h, w, 2) places."""
        beyond = self._to_clear(out, height)
        if self._slope:
            beyond = self._to_clear(out, np.asarray(height - self._slope * beyond, np.float32))
        line = self._out_px + np.float32(self._slope) * self._down_px
        return gone_on_with(self._photo, at, beyond, line)

    def _to_clear(self, out: Floats, height: Floats) -> Floats:
        clear = np.interp(-height, -self._ear.heights_mm, self._clear_mm)
        return np.asarray(np.maximum(clear - out, 0.0), np.float32)

    def _read(self, strip: Mask, out: Floats, height: Floats) -> Floats:
        column, row = (out + WITHIN_MM) * STRIP_PX_PER_MM, (TOP_MM - height) * STRIP_PX_PER_MM
        return np.asarray(sample(strip, np.dstack([column, row]), cv2.INTER_LINEAR), np.float32)
