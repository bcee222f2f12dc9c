"""What a plan does to a face: the picture, what it measures, and the maps that follow from both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Points, Rgb
from simulate.composite import Patch, Window
from simulate.geometry.displacement import away_mm
from simulate.geometry.grid import Grid
from simulate.geometry.warp import photo_bands
from simulate.outcome.changes import Change, Shift, lengths_mm
from simulate.plan.conditions import Conditions
from simulate.plan.plan import Plan
from simulate.skin.blend import blend_mask
from simulate.skin.skin_effect import SkinEffect

Floats = npt.NDArray[np.float32]
MOST_UNSURE_MM = 2.0  # at the top of the map of uncertainty


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a plan does to a face.

    Attributes:
        image: (H, W, 3) uint8 RGB, same size as the photo; outside `change_mask` equal to the byte.
        changes: measured on the mesh, and read off the treated skin.
        warnings: in a patient's words.
        timings_ms: decode, landmarks (0 here: done before), geometry, shading, skin, encode, total.
        face: the face before.
        plan: what was done.
        conditions: for when and for whom, and how skin was painted.
        shift_mm_vertices: (V, 3) displacement of the mesh in the head frame.
        inverse_field: (rows, columns, 2) backward field in px on the face's grid.
        outline: on a turned head, the part in which the outline moved against the wall.
        skin: the treated skin, and how far it was blended in.
        shifts: all that moved skin.
        shade: (rows, columns) ln of luminance on the face's grid, before anything moved.
        density: (rows, columns, 3) optical density of bruises and redness there.
        lit: windows in which the light changed, in the photo before anything moved.
        moved: windows in which skin moved.
    """

    image: Rgb
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    timings_ms: dict[str, float]
    face: Face
    plan: Plan
    conditions: Conditions
    shift_mm_vertices: Points
    inverse_field: Field
    outline: Patch | None
    skin: SkinEffect
    shifts: tuple[Shift, ...]
    shade: Floats
    density: Floats
    lit: tuple[Window, ...]
    moved: tuple[Window, ...]

    @cached_property
    def displacement_px(self) -> Field:
        """(H, W, 2) float32 backward field: image(p) = photo(p + displacement(p))."""
        field = np.zeros((*self.image.shape[:2], 2), np.float32)
        for rows, columns, band in photo_bands(field.shape, Grid.of(self.face), self.inverse_field):
            field[rows, columns] = band
        return field

    @cached_property
    def shift_mm(self) -> Mask:
        """(H, W) float32, how far each pixel's skin was moved in the picture plane, mm."""
        away = np.hypot(self.displacement_px[..., 0], self.displacement_px[..., 1])
        return np.asarray(away / self.face.px_per_mm, np.float32)

    @cached_property
    def skin_mask(self) -> Bool:
        """(H, W) bool, where skin was repainted or faded, in the photo before anything moved."""
        return blend_mask(self.image.shape, self.skin.parts)

    @cached_property
    def change_mask(self) -> Bool:
        """(H, W) bool, the only pixels that may differ from the photo."""
        mask = self.skin_mask.copy()
        for rows, columns, here in (*self.lit, *self.moved):
            mask[rows, columns] |= here
        if self.outline is not None:
            mask[self.outline.rows, self.outline.columns] |= self.outline.changed
        return mask

    @cached_property
    def uncertainty(self) -> Mask:
        """(H, W) float32 in [0, 1], how unsure the picture is at each pixel of the photo.

        1 where one standard deviation, of people's response and of the scale, is `MOST_UNSURE_MM`
        or more of movement, towards the camera included, or all of the treated skin.
        """
        unsure = np.zeros(self.image.shape[:2], np.float32)
        grid = Grid.of(self.face)
        moved_mm = grid.place_values(lengths_mm(self.shift_mm_vertices), 1.0)
        variance = (self.face.scale.relative_sd * moved_mm) ** 2
        for shift in self.shifts:
            variance += away_mm(self.face, [(part, shift.sd) for part in shift.parts]) ** 2
        nodes = np.asarray(np.sqrt(variance) / MOST_UNSURE_MM, np.float32)
        for rows, columns, band in photo_bands(self.image.shape, grid, nodes):
            unsure[rows, columns] = band
        for (part, _), half in zip(self.skin.parts, self.skin.half_ranges, strict=True):
            here = unsure[part.rows, part.columns]
            np.maximum(here, half * part.changed, out=here)
        return np.clip(unsure, 0.0, 1.0)

    @cached_property
    def changed_fraction(self) -> float:
        """Share of the photo's pixels inside `change_mask`."""
        return float(np.count_nonzero(self.change_mask) / self.change_mask.size)
