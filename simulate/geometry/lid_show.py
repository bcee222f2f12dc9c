"""The lid that shows under a fold that is raised: drawn out between lashes that stay and the fold.

The field moves the fold most where the crease of the mean face is, and fades out down to the margin
of the lid, across lashes and liner. Here the fold moves as one down to its own edge, and only the
lid between the end of the lashes and that edge is drawn out. Lashes that reach up over it are told
from the skin as what is dark and narrow, and stay in front of it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Field, Mask, Points, Rgb
from face_mesh.ramp import smooth_ramp
from face_mesh.skin.masked_blur import soften
from face_mesh.skin.upper_lid import UpperLid, upper_lid
from simulate.composite import Patch
from simulate.geometry.grid import Grid
from simulate.geometry.lid_field import HIDDEN_MM, fold_field, lid_window
from simulate.geometry.warp import at_pixels, moves, positions, sample

LASHES_MM = 0.5  # above the end of their dark line, from where on skin gives way
# Of skin that is drawn out: at least, and where no crease is seen, for there what is dark above the
# lashes is the edge of the fold, and drawn out over less it is a smudge. Author's estimates.
LEAST_MM, CREASELESS_MM = 2.5, 6.0
# Beyond the corners of the eye, to where lashes reach; from there on, over which it goes over into
# the bent skin.
HELD_MM, FADE_MM = 4.0, 6.0
LASH_MM, REACH_MM = 0.9, 3.2  # how wide a lash or a tuft is at most, and how far up it reaches
CLEAR_MM, SOFT_MM = 0.6, 0.5  # below the crease, which is dark and narrow too; of an edge
FAINT = 1e-3
Floats = npt.NDArray[np.float32]


def drawn_lid(face: Face, side: str, plain: Rgb, bent: Rgb, inverse_field: Field) -> Patch | None:
    """Return the part of the picture about a lid whose fold rises; None where it does not.

    Args:
        face: the measured face.
        side: "left" or "right".
        plain: (H, W, 3) the picture before anything moved.
        bent: (H, W, 3) the same with the field applied.
        inverse_field: (rows, columns, 2) px on the face's grid.
    """
    lid = upper_lid(face, side)
    rows, columns = lid_window(face, lid, HELD_MM + FADE_MM)
    at = positions(rows, columns)
    way, acts = lid_way(face, lid, rows, columns, inverse_field)
    own = at_pixels(Grid.of(face), inverse_field, rows, columns)
    picture = np.ascontiguousarray(plain[rows, columns])
    skin, light = without_lashes(lid, picture, *lid.places(at), face.px_per_mm)
    corner = np.array([columns.start, rows.start])
    back = np.asarray(sample(skin, np.asarray(at + way - corner, np.float32)), np.float32)
    pixels = np.asarray(np.round(np.clip(back * light, 0, 255)), np.uint8)
    changed = (acts > FAINT) & moves(own) & (pixels != bent[rows, columns]).any(axis=2)
    return Patch(rows, columns, pixels, changed) if changed.any() else None


def lid_way(
    face: Face, lid: UpperLid, rows: slice, columns: slice, inverse_field: Field
) -> tuple[Floats, Mask]:
    """Return (h, w, 2) px to where the skin of a lid comes from, and (h, w) how far that acts.

    Args:
        face: the measured face.
        lid: one of its upper lids.
        rows: of the photo.
        columns: of the photo.
        inverse_field: (rows, columns, 2) px on the face's grid.
    """
    at = positions(rows, columns)
    along, above = lid.places(at)
    own = at_pixels(Grid.of(face), inverse_field, rows, columns)
    still = np.ones(above.shape, np.float32)
    for eye in Grid.of(face).still:
        eye.hold(own, rows, columns)
        eye.hold(still, rows, columns)
    fold = fold_field(face, lid, along, above, at, inverse_field)
    risen_mm = np.maximum(-(fold @ lid.up.astype(np.float32)) / np.float32(face.px_per_mm), 0.0)
    show = _of_columns(lid, lid.show_mm, along)
    hidden, whole = HIDDEN_MM
    seen = smooth_ramp((np.minimum(show, lid.shown_mm) - hidden) / (whole - hidden))
    least = LEAST_MM * seen + CREASELESS_MM * (1.0 - seen)
    edge = np.maximum(show, least) + risen_mm
    part = np.clip((above - LASHES_MM) / (edge - LASHES_MM), 0.0, 1.0)
    first, last = lid.along_mm[[0, -1]]
    beside = np.maximum(first - along, along - last)
    acts = smooth_ramp(1.0 - (beside - HELD_MM) / FADE_MM) * (still > 0.0)
    way = own + acts[..., None] * (part[..., None] * fold - own)
    return np.asarray(way, np.float32), np.asarray(acts, np.float32)


def _of_columns(lid: UpperLid, values: Points, along: Points) -> Points:
    return np.interp(along, lid.along_mm, values)


def without_lashes(
    lid: UpperLid, picture: Rgb, along: Points, above: Points, px_per_mm: float
) -> tuple[Floats, Floats]:
    """Return the skin behind lashes that reach over it, and the share of light they leave.

    Args:
        lid: read off the photo.
        picture: (h, w, 3) of the photo.
        along: (h, w) mm along the eye.
        above: (h, w) mm above the end of the lashes.
        px_per_mm: scale.

    Returns:
        (h, w, 3) float32 skin, 0 to 255; (h, w, 3) float32 share of light.
    """
    values = picture.astype(np.float32)
    size = 2 * max(1, round(0.5 * LASH_MM * px_per_mm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    pale = np.asarray(cv2.morphologyEx(values, cv2.MORPH_CLOSE, disc), np.float32)
    until = np.full_like(along, REACH_MM)
    if lid.shown_mm > HIDDEN_MM[1]:
        until = np.minimum(until, _of_columns(lid, lid.show_mm, along) - CLEAR_MM)
    there: Mask = smooth_ramp((until - above) / SOFT_MM) * smooth_ramp(above / SOFT_MM + 1.0)
    crossed = _of_columns(lid, lid.crossed, along).astype(np.float32)
    share = (soften(there, 0.3 * px_per_mm) * crossed)[..., None]
    light = np.asarray(((values + 1.0) / (pale + 1.0)) ** share, np.float32)
    return (values + 1.0) / light - 1.0, light
