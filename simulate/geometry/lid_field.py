"""How the fold of an upper lid moves as one down to its edge, and the window about it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Field, Points
from face_mesh.skin.upper_lid import UpperLid
from simulate.geometry.grid import Grid
from simulate.geometry.operators import smooth_step
from simulate.geometry.warp import nodes_on

HIDDEN_MM = (0.6, 1.6)  # of lid that shows: from none of it hidden by the fold to all
FOLD_MM = 9.0  # above the lashes, within which the field moves the fold most
STEPS = 19  # heights at which that is looked for
Floats = npt.NDArray[np.float32]


def lid_window(face: Face, lid: UpperLid, beside_mm: float = 0.0) -> tuple[slice, slice]:
    """Return rows and columns of the photo about a lid and its fold, with room at its corners."""
    heights = lid.margin_mm + lid.lashes_mm
    corners = [
        lid.origin_px + face.px_per_mm * (along * lid.along + up * lid.up)
        for along in (lid.along_mm[0] - beside_mm, lid.along_mm[-1] + beside_mm)
        for up in (heights.min() - 2.0, heights.max() + FOLD_MM)
    ]
    size = np.array([face.photo.width, face.photo.height])
    low = np.clip(np.floor(np.min(corners, axis=0)), 0, size - 1).astype(int)
    high = np.clip(np.ceil(np.max(corners, axis=0)) + 1, low + 1, size).astype(int)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def fold_field(
    face: Face,
    lid: UpperLid,
    along: Points,
    above: Points,
    at: Floats,
    inverse_field: Field,
) -> Floats:
    """Return (h, w, 2) px to where the fold at each pixel comes from: all below as what moves most.

    So the fold moves as one down to its edge, where the field, which holds the lashes, fades out.
    """
    grid = Grid.of(face)
    heights = np.linspace(1.0, FOLD_MM, STEPS)
    ends = (lid.margin_mm + lid.lashes_mm)[:, None] + heights
    places = lid.origin_px + face.px_per_mm * (
        lid.along_mm[:, None, None] * lid.along + ends[..., None] * lid.up
    )
    tried = nodes_on(grid, inverse_field, places.astype(np.float32))
    most = (-(tried @ lid.up)).argmax(axis=1)
    columns = np.arange(len(most))
    rigid = np.stack(
        [np.interp(along, lid.along_mm, tried[columns, most, i]) for i in (0, 1)], axis=-1
    )
    until = np.interp(along, lid.along_mm, heights[most])
    own = nodes_on(grid, inverse_field, at)
    soft = smooth_step((above - until) / 1.0 + 0.5)[..., None]
    return np.asarray(soft * own + (1.0 - soft) * rigid, np.float32)
