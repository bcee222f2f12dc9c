"""The brow as a layer of its own: its hair rises as it is, before skin that is drawn out behind it.

One smooth field moves brow and lid alike: where the brow stands low over the eye it draws hairs and
shade out over the lid. Here the hair is told from the skin that would be there without it, which
goes on from beside the brow with the forehead's own grain: so much light each hair takes. The hair
moves as one, with what the field does at the upper edge of the brow, and so does the skin it grows
on; the skin below is drawn out from the lashes, which stay, up to the lowest hairs. Only where hair
grows so low that it lies over that skin too does it part from it: what no split of hair and skin
finds (down, shade, stray hairs) is not left behind. Above the brow nothing is different. At no
lift the picture is the photo.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from face_mesh import Face
from face_mesh.arrays import Field, Mask, Points, Rgb
from face_mesh.covers.cover import fixed_mask, wears_glasses
from face_mesh.ramp import smooth_ramp
from face_mesh.skin.brow import BESIDE_MM, STEP_MM, Brow, brow_of
from face_mesh.skin.masked_blur import across, blur
from simulate.composite import Patch
from simulate.geometry.cover_taper import HIDDEN
from simulate.geometry.grid import Grid
from simulate.geometry.lid_show import lid_way
from simulate.geometry.warp import at_pixels, moves, nodes_on, positions, sample

# Beyond the edges of the brow: where its outer hairs are, below and above and at its ends.
BELOW_MM, ABOVE_MM, ENDS_MM, SOFT_MM = 1.6, 2.2, 3.0, 1.0
CREASE_MM = 0.8  # above the crease of the lid, or else the lashes, from where on dark is hair
LASHES_MM = 0.6  # above the end of the lashes, from where on skin gives way
# Beyond the corners of the eye, to where lashes reach; from there on skin gives way the lower, by
# so much a millimetre and at most: the tail of a brow hangs down beside the eye.
HELD_MM, LOWER, LOWEST_MM = 2.0, 0.9, 8.0
LEAST_MM = 3.5  # of skin that is drawn out, also where hair grows lower
MORE_ABOVE = 1.35  # power by which skin is drawn out more below the brow than on the lid
SINGLE_MM = 0.9  # of a hair or a lash that stands alone, across
HALFWAY = (0.3, 0.7)  # of the skin that is drawn out: below are lashes, above hairs of the brow
OVER_MM = 2.0  # above the hair, over which the rigid layer goes over into what the field does
ALONG_MM = 2.0  # standard deviation along the brow of how far it moves
COLOUR_MM = 1.0  # coarser is the colour of skin, finer its grain
PALE_MM, DARKER = 5.0, (0.2, 0.7)  # skin is not so much darker than most within that
GRAIN = 8.0  # steps of a byte at most: what is more is a hair of the forehead
BRIGHTEST = 1.05  # share of light that hair leaves
CORE_MM, DARKEST = 1.5, 0.05  # above its lower edge all is hair; of that, the share that is darker
DEEP, DEEP_SOFT = 0.6, 0.25  # of the light that is left there: what leaves less is a crease
FAINT = 1e-3  # of the layers: less is not seen
Floats = npt.NDArray[np.float32]


def risen_brow(
    face: Face,
    side: str,
    plain: Rgb,
    bent: Rgb,
    inverse_field: Field,
    lid_field: Field | None = None,
) -> Patch | None:
    """Return the part of the picture about a brow that rises; None where it does not.

    Args:
        face: the measured face.
        side: "left" or "right".
        plain: (H, W, 3) the picture before anything moved.
        bent: (H, W, 3) the same with the field applied.
        inverse_field: (rows, columns, 2) px on the face's grid.
        lid_field: the part of it that raises the fold of the lid as well; None if nothing does.
    """
    brow = brow_of(face, side)
    hairline = brow.top_mm + ABOVE_MM
    carried = _carried(face, brow, hairline, inverse_field)
    rise_mm = carried @ brow.lid.up / -face.px_per_mm
    if rise_mm.max() <= 0.0:
        return None
    mirrored = 2.0 * hairline - brow.low_mm + BELOW_MM
    rows, columns = _window(face, brow, np.maximum(hairline + rise_mm.max() + OVER_MM, mirrored))
    if wears_glasses(face) or fixed_mask(face)[rows, columns].max() > HIDDEN:
        return None  # what the field spares, layers would draw over
    at = positions(rows, columns)
    along, above = brow.lid.places(at)
    own = at_pixels(Grid.of(face), inverse_field, rows, columns)
    still = np.ones(above.shape, np.float32)
    for eye in Grid.of(face).still:
        eye.hold(own, rows, columns)
        eye.hold(still, rows, columns)
    one = np.stack([brow.of_columns(carried[:, i], along) for i in (0, 1)], axis=-1)
    top = brow.of_columns(hairline + rise_mm, along)
    from_mm, to_mm = (brow.of_columns(one, along) for one in _drawn_out(brow, rise_mm))
    up_to = np.clip((above - from_mm) / (to_mm - from_mm), 0.0, 1.0)[..., None] ** MORE_ABOVE
    acts = smooth_ramp((top + OVER_MM - above) / OVER_MM) * _between_ends(brow, along, BESIDE_MM)
    acts = (acts * (still > 0.0))[..., None]
    drawn = up_to * one
    if lid_field is not None:
        lifted = _carried(face, brow, hairline, lid_field)
        both = np.stack([brow.of_columns(lifted[:, i], along) for i in (0, 1)], axis=-1)
        drawn += lid_way(face, brow.lid, rows, columns, lid_field)[0] - up_to * both
    picture = np.ascontiguousarray(plain[rows, columns])
    skin, light = _apart(face, brow, picture, at, along, above)
    height = (above - from_mm) / (to_mm - brow.of_columns(rise_mm, along) - from_mm)
    skin, hairs, lashes = _without_single(skin, height, face.px_per_mm)
    corner = np.array([columns.start, rows.start])
    back, hair, lash = (
        np.asarray(sample(layer, np.asarray(at + way - corner, np.float32)), np.float32)
        for layer, way in (
            (skin, own + acts * (drawn - own)),
            (light * hairs, own + acts * (one - own)),
            (lashes, own - acts * own),
        )
    )
    pixels = np.asarray(np.round(np.clip(back * hair * lash, 0, 255)), np.uint8)
    changed = (acts[..., 0] > FAINT) & moves(own) & (pixels != bent[rows, columns]).any(axis=2)
    return Patch(rows, columns, pixels, changed) if changed.any() else None


def _carried(face: Face, brow: Brow, height_mm: Points, inverse_field: Field) -> Points:
    """(n, 2) px, from where the field brings what ends at a height above the lashes."""
    found = np.zeros((len(height_mm), 2))
    for _ in range(4):
        at = brow.places_px(height_mm - found @ brow.lid.up / face.px_per_mm)
        read = nodes_on(Grid.of(face), inverse_field, at[:, None].astype(np.float32))[:, 0]
        found = np.asarray(read, np.float64)
    return np.asarray(gaussian_filter1d(found, ALONG_MM / STEP_MM, axis=0, mode="nearest"))


def _window(face: Face, brow: Brow, most_mm: Points) -> tuple[slice, slice]:
    corners = np.concatenate(
        [brow.places_px(one) for one in (np.full_like(most_mm, -LOWEST_MM), most_mm)]
    )
    size = np.array([face.photo.width, face.photo.height])
    low = np.clip(np.floor(corners.min(axis=0)), 0, size - 1).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 1, low + 1, size).astype(int)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _drawn_out(brow: Brow, rise_mm: Points) -> tuple[Points, Points]:
    """(n,) each, mm above the lashes: between these skin is drawn out below a brow so much higher.

    Only up to the lowest hairs: what hair leaves in the skin behind it rises with it.
    """
    first, last = brow.lid.along_mm[[0, -1]]
    beside = np.maximum(first - brow.along_mm, brow.along_mm - last) - HELD_MM
    lower = np.clip(LOWER * beside, 0.0, LOWEST_MM)
    begins = LASHES_MM - lower
    ends = np.maximum(brow.low_mm - BELOW_MM - lower / 2.0, begins + LEAST_MM)
    return begins, ends + rise_mm


def _between_ends(brow: Brow, along: Points, over_mm: float) -> Mask:
    """1 between the ends of a brow, 0 from so far beside them on."""
    first, last = brow.ends_mm
    return smooth_ramp(1.0 - np.maximum(first - along, along - last) / over_mm)


def _apart(
    face: Face, brow: Brow, picture: Rgb, at: Field, along: Points, above: Points
) -> tuple[Floats, Floats]:
    """(h, w, 3) the skin behind the hair of a brow, and the share of its light that hair leaves."""
    scale, values = face.px_per_mm, picture.astype(np.float32)
    hairy = _hairy(brow, along, above)
    bare = ((hairy <= 0.0) & (above > LASHES_MM)).astype(np.float32)
    usual = across(values, bare, PALE_MM * scale)
    known = bare * _pale(values, usual)
    colour = across(values, known, COLOUR_MM * scale) + _grain(
        brow, values, at, along, above, scale
    )
    colour = np.maximum(colour, np.minimum(values, usual))  # as pale as skin is it is no hair
    skin = values + hairy[..., None] * (colour - values)
    light = np.minimum((values + 1.0) / (skin + 1.0), BRIGHTEST)
    low, top = (brow.of_columns(one, along) for one in (brow.low_mm, brow.top_mm))
    core = (above > low + CORE_MM) & (above < top) & (hairy > 0.5)
    if core.any():  # what is darker than the hair is a crease, and stays with the skin
        dark = np.quantile(light[core], DARKEST, axis=0)
        crease = smooth_ramp((DEEP - light.mean(axis=2) / dark.mean()) / DEEP_SOFT + 1.0)
        crease *= smooth_ramp((low + CORE_MM / 2.0 - above) / SOFT_MM)
        light += crease[..., None] * (np.maximum(light, dark) - light)
    return (values + 1.0) / light - 1.0, light


def _without_single(
    skin: Floats, height: Points, px_per_mm: float
) -> tuple[Floats, Floats, Floats]:
    """(h, w, 3) skin without single hairs, and the light that those of the brow and lashes leave.

    They stand upright, folds run along the lid; drawn out with the skin they would be streaks.
    `height` is 0 to 1 over the skin that is drawn out.
    """
    reach = max(1, round(SINGLE_MM / 2.0 * px_per_mm))
    along = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * reach + 1, 1))
    pale = np.asarray(cv2.morphologyEx(skin, cv2.MORPH_CLOSE, along), np.float32)
    light = (skin + 1.0) / (pale + 1.0)
    low, high = HALFWAY
    of_brow = smooth_ramp((height - low) / (high - low))[..., None]
    return pale, light**of_brow, light ** (1.0 - of_brow)


def _hairy(brow: Brow, along: Points, above: Points) -> Mask:
    """(h, w), 1 where the hair of a brow grows or lies, 0 beyond, soft at its edges."""
    low, top = (brow.of_columns(one, along) for one in (brow.low_mm, brow.top_mm))
    beyond = np.maximum(low - BELOW_MM - above, above - top - ABOVE_MM)
    crease = np.interp(along, brow.lid.along_mm, brow.lid.show_mm) + CREASE_MM
    beyond = np.maximum(beyond, crease - above)
    return smooth_ramp(-beyond / SOFT_MM) * _between_ends(brow, along, ENDS_MM)


def _pale(values: Floats, usual: Floats) -> Mask:
    """(h, w), 1 where skin is about as pale as most around it: no stray hair, no crease."""
    light, most = (one.mean(axis=2) + 1.0 for one in (values, usual))
    low, high = DARKER
    return 1.0 - smooth_ramp((np.log(most / light) - low) / (high - low))


def _grain(
    brow: Brow, values: Floats, at: Field, along: Points, above: Points, px_per_mm: float
) -> Floats:
    """(h, w, 3) the grain of the forehead above a brow, mirrored at its upper edge."""
    top = brow.of_columns(brow.top_mm + ABOVE_MM, along)
    up = np.maximum(2.0 * (top - above), 0.0)[..., None] * brow.lid.up * px_per_mm
    fine = np.clip(values - blur(values, COLOUR_MM / 2.0 * px_per_mm), -GRAIN, GRAIN)
    return np.asarray(sample(fine, np.asarray(at - at[0, 0] + up, np.float32)), np.float32)
