"""The fold of an upper lid as it rises off the lashes that it hung on, and the lid under it.

Where lid shows under the fold (`face_mesh.skin.upper_lid`) it is drawn out (`lid_show`). Where none
shows there is nothing to draw out: here the skin of the fold is moved as a layer of its own, in
front of lashes that stay, and the lid that it uncovers, which no photo has seen, is made from the
skin of the fold: of its colour, darker as lid skin is, in its shade.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Field, Points, Rgb
from face_mesh.skin.masked_blur import across
from face_mesh.skin.upper_lid import UpperLid, upper_lid
from simulate.composite import Patch
from simulate.geometry.grid import Grid
from simulate.geometry.lid_field import FOLD_MM, HIDDEN_MM, fold_field, lid_window
from simulate.geometry.lid_show import lid_way, without_lashes
from simulate.geometry.operators import smooth_step
from simulate.geometry.warp import positions, sample

# Of the length of a lid that shows: from which on what does not show is less and less taken to be
# hidden by a fold, and from which on not at all. There the crease only runs down into the lashes.
SHOWS = (0.4, 0.5)
ENDS_MM = 8.0  # towards the corners of the eye, over which the layer goes over into the bent skin
# Above the end of the lashes: where the skin of the fold begins, and over how much it does.
EDGE_MM, EDGE_SOFT_MM = 0.3, 0.5
SKIN_MM = (0.6, 5.0)  # above the lashes, of whose colour the uncovered lid is made
COLOUR_MM, GRAIN_MM = 1.2, 0.4  # standard deviations: coarser is its colour, finer its grain
# Lid skin is thinner and lies in the shade of the fold: share of light (author's estimates, from
# lids that show in the London portraits: 0.86 to 0.97 of the fold above them).
LID = 0.93
# What the fold's edge takes of the light below it: a crease, and the shade around it; each as a
# share of light and a reach in mm. A crease of those portraits is 0.2 to 0.5 of density deep.
CREASE, SHADE = (0.22, 0.55), (0.10, 1.3)
FOLLOWS = (0.75, 1.05, 1.2)  # of red, green and blue, how far each goes with the shade on skin
# A finer crease would be dashes in a coarse photo, and a sharper edge steps.
LEAST_PX, SOFT_PX = 0.7, 2.5
LEAST_MM = 0.3  # by which a fold has risen when its crease is drawn in full
Floats = npt.NDArray[np.float32]


def uncovered_lid(
    face: Face, side: str, plain: Rgb, bent: Rgb, inverse_field: Field
) -> Patch | None:
    """Return the part of the picture about a lid that the fold hides; None where it hides none.

    Args:
        face: the measured face.
        side: "left" or "right".
        plain: (H, W, 3) the picture before anything moved.
        bent: (H, W, 3) the same with the field applied.
        inverse_field: (rows, columns, 2) px on the face's grid.
    """
    lid = upper_lid(face, side)
    hides = _hidden(lid)
    if not hides.any():
        return None
    rows, columns = lid_window(face, lid)
    at = positions(rows, columns)
    along, above = lid.places(at)
    share = np.interp(along, lid.along_mm, hides, left=0.0, right=0.0)
    rigid = fold_field(face, lid, along, above, at, inverse_field)
    risen_mm = -(rigid @ lid.up.astype(np.float32)) / np.float32(face.px_per_mm)
    free = np.ones(above.shape, np.float32)
    for eye in Grid.of(face).still:
        eye.hold(free, rows, columns)
    share = share * np.clip(risen_mm / LEAST_MM, 0.0, 1.0) * (above < FOLD_MM) * (free > 0.0)
    # Where less is hidden the fold rises less off the lashes: so its crease runs down into them.
    drawn, _ = lid_way(face, lid, rows, columns, inverse_field)
    moved = np.asarray(drawn + share[..., None] * (rigid - drawn), np.float32)
    changed = share > 0.0
    if not changed.any():
        return None
    picture = np.ascontiguousarray(plain[rows, columns])
    corner = np.array([columns.start, rows.start], np.float32)
    skin, light = without_lashes(lid, picture, along, above, face.px_per_mm)
    fold = np.clip(sample(skin, at + moved - corner) * light, 0, 255).astype(np.float32)
    _, came_from = lid.places(at + moved)
    soft_mm = max(EDGE_SOFT_MM, SOFT_PX / face.px_per_mm)
    front = smooth_step((came_from - EDGE_MM) / soft_mm)
    below_mm = EDGE_MM + soft_mm / 2 - came_from
    behind = _lid_skin(picture, above, face.px_per_mm) * _in_shade(below_mm, face.px_per_mm)
    lashes = smooth_step(above / soft_mm + 0.5)[..., None]
    behind = picture * (1.0 - lashes) + behind * lashes
    seen = ((1.0 - front) * share)[..., None]
    out = seen * behind + (1.0 - seen) * fold
    pixels = np.asarray(np.round(np.clip(out, 0, 255)), np.uint8)
    changed = changed & (pixels != bent[rows, columns]).any(axis=2)
    return Patch(rows, columns, pixels, changed) if changed.any() else None


def _hidden(lid: UpperLid) -> Points:
    """(n,) how far each column of a lid is hidden by its fold, 0 to 1."""
    none, whole = HIDDEN_MM
    hidden = smooth_step((whole - lid.show_mm) / (whole - none))
    # Lashes cross most of a lid; a strand of hair that crosses some of it would be a step in it.
    hidden = hidden * (1.0 - float(np.median(lid.crossed)))
    some, most = SHOWS
    shows = float((lid.show_mm > (none + whole) / 2.0).mean())
    hidden = hidden * smooth_step(np.asarray((most - shows) / (most - some), np.float64))
    ends = np.minimum(lid.along_mm - lid.along_mm[0], lid.along_mm[-1] - lid.along_mm)
    return np.asarray(hidden * smooth_step(ends / ENDS_MM), np.float64)


def _lid_skin(picture: Rgb, above: Points, px_per_mm: float) -> Floats:
    """(h, w, 3) lid made from the skin of the fold: its colour carried on, and its own grain."""
    low, high = SKIN_MM
    skin = ((above > low) & (above < high)).astype(np.float32)
    values = picture.astype(np.float32)
    colour = across(values, skin, COLOUR_MM * px_per_mm)
    grain = (values - across(values, skin, GRAIN_MM * px_per_mm)) * skin[..., None]
    return np.asarray(LID * colour + grain, np.float32)


def _in_shade(below_mm: Points, px_per_mm: float) -> Floats:
    """(h, w, 3) share of light that is left so far below the edge of the fold."""
    deep, reach = CREASE
    wide = max(reach, LEAST_PX / px_per_mm)
    crease = deep * reach / wide * np.exp(-0.5 * (below_mm / wide) ** 2)
    dim, far = SHADE
    shade = dim * np.exp(-np.maximum(below_mm, 0.0) / far)
    left = ((1.0 - crease) * (1.0 - shade))[..., None]
    return np.asarray(left ** np.array(FOLLOWS), np.float32)
