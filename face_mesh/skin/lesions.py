"""Single dark lesions, as moles are: found over the face, or grown from a click.

Says where something dark and round is and how large. It never says what it is: whether a lesion is
harmless is for a doctor to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.fidelity.faults import DETAIL
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.regions import Patch, nearest_regions
from face_mesh.skin.blobs import dark_blobs
from face_mesh.skin.colour import usual_step
from face_mesh.skin.compact_spots import compact_mask
from face_mesh.skin.hair import hair
from face_mesh.skin.lashes import LEAST_PX_PER_MM
from face_mesh.skin.masked_blur import across, soften
from face_mesh.skin.pigment import freckles
from face_mesh.skin.scale_space import inner_skin
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.working_view import DARKEST, View, linear

SCALE = "number of dark lesions of 1.5 to 10 mm"
MOST = 10.0
LEAST_CONTRAST = 0.22  # ln of light, of the middle against the skin around it
# And this many steps of a byte (`scale_space.byte_step`): on dark skin gloss and noise reach far.
LEAST_STEPS = 12.0
# And this many times what the skin around it varies: stubble, pores and grain of dark skin leave
# many dark specks, a lesion stands alone. Author's estimate.
STANDS_OUT = 4.0
_AMONG_FRECKLES = 1.3  # times as dark as a dark freckle, a dot is a mole
CLICKED_CONTRAST = 0.08  # a person who points at something sees it
DIAMETER_MM = (1.5, 10.0)
CLICK_MM = 3.0  # how far from a lesion a click still means it
_ROUND = 0.45  # least share of its enclosing circle that a lesion fills
_AROUND_MM = 4.0
_CORNER_MM = 5.0  # nearer to a corner of mouth or eye, something dark is its shadow
_AWAY_MM = 2.0  # of what is no skin, nothing is found
# Of a mole as a blob (`face_mesh.skin.blobs`): times the grain around, and the share of its
# contrast that it has against the skin right beside it. Author's estimates.
_ABOVE, _OWN_DARKNESS = 2.0, 0.5
_BESIDE_MM = 5.0  # of skin around a lesion that it must stand out of
# Beside lips no skin mask tells a mole from their edge. So near, so much darker than the skin in a
# ring of that width, of which at least so much is skin. Author's estimates.
_LIPS_MM, _LIPS_CONTRAST, _RING_MM, _RING_SKIN = 12.0, 0.4, 1.5, 0.45
_LASHES_MM = 4.0  # of the margin of a lid, within which lashes end
_HAIRY = 0.3  # of hair under a spot: what is dark there may be hair
# So dark and so small a spot among hair is a mole all the same: of 115 found among hair of 90
# development people, 12 looked like one (author's estimate).
_IN_HAIR_CONTRAST, _IN_HAIR_MM = 0.4, 4.0
# So far from a region, a lesion between regions is counted there; but beside the wing of the nose,
# where the crease is.
_NEAREST_MM, _WING_MM = 25.0, 4.0

_BARE = 0.6
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB, ITU-R BT.709

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Mole:
    """One dark lesion.

    Attributes:
        x_px, y_px: its middle in the photo.
        diameter_mm: of the disc of its area.
        contrast: how much darker than the skin around it, ln of light.
        mask: soft, with a margin, of the photo's size.
    """

    x_px: float
    y_px: float
    diameter_mm: float
    contrast: float
    mask: Patch


@cached_per(Scope.PIXELS)
def moles(face: Face) -> tuple[Mole, ...]:
    """Return the lesions found on all bare skin of a face, darkest first; looked for once."""
    view = View.of(face)
    darker = _darker(view)
    least = max(LEAST_CONTRAST, LEAST_STEPS * usual_step(view), _above_freckles(view))
    inner = inner_skin(view, _AWAY_MM, (slice(None), slice(None)))
    found = [
        mole
        for blob in _blobs(darker > 0.5 * LEAST_CONTRAST, view.px_per_mm)
        if (mole := _mole(face, view, darker, blob, least)) is not None
        and not (_at_a_corner(face, mole) or _below_tip(face, mole) or _is_hair(face, mole))
        and not _at_lashes(face, mole)
        and _stands_alone(face, view, inner, mole)
    ]
    found += [one for one in _beside_lips(face) if not _among(face, one, found)]
    return tuple(sorted(found, key=lambda one: -one.contrast))


def _beside_lips(face: Face) -> list[Mole]:
    """The dark and compact spots on skin that touches lips, in beard none."""
    ppm = face.px_per_mm
    spots = compact_mask(face)
    around = [*curve("upper_vermilion_border"), *reversed(curve("lower_vermilion_border"))]
    lips = face.landmarks_px[around, :2].astype(np.float32)
    _, labels, stats, centres = cv2.connectedComponentsWithStats((spots > 0.5).astype(np.uint8))
    found = []
    for i, (x, y, width, height, area) in enumerate(stats.tolist()):
        middle = (float(centres[i][0]), float(centres[i][1]))
        if not i or not -_LIPS_MM * ppm < cv2.pointPolygonTest(lips, middle, True) < 0.0:
            continue
        pad = round((_RING_MM + 1.0) * ppm)
        at = (
            slice(max(0, y - pad), y + height + pad),
            slice(max(0, x - pad), x + width + pad),
        )
        away = cv2.distanceTransform((labels[at] != i).astype(np.uint8), cv2.DIST_L2, 5) / ppm
        ring, bare = (away > 0.5) & (away < 0.5 + _RING_MM), skin_mask(face)[at] > _BARE
        if float(bare[ring].mean()) < _RING_SKIN or hair(face)[at][away == 0].mean() > _HAIRY:
            continue
        light = linear(face.photo.image[at]) @ _LUMINANCE
        shade = -np.log(np.maximum(light, DARKEST))
        contrast = float(np.quantile(shade[away == 0], 0.7) - np.median(shade[ring & bare]))
        # The mask of a spot has half a millimetre of margin.
        diameter = 2.0 * float(np.sqrt(area / np.pi)) / ppm - 1.0
        if contrast > _LIPS_CONTRAST and DIAMETER_MM[0] <= diameter:
            soft = np.where(away < 2.0, spots[at], 0.0).astype(np.float32)
            mask = Patch(soft, at[1].start, at[0].start)
            found.append(Mole(*middle, diameter, contrast, mask))
    return found


def _among(face: Face, mole: Mole, others: Sequence[Mole]) -> bool:
    reach = CLICK_MM * face.px_per_mm
    return any(np.hypot(mole.x_px - o.x_px, mole.y_px - o.y_px) < reach for o in others)


def _above_freckles(view: View) -> float:
    """How dark a mole must be among freckles, ln of light: beyond the darkest of those."""
    darkness = freckles(view).darkness
    return _AMONG_FRECKLES * float(np.quantile(darkness, 0.9)) if darkness.size else 0.0


def _stands_alone(face: Face, view: View, inner: Bool, mole: Mole) -> bool:
    """Whether it is round in itself and away from what is no skin.

    Darkness against the skin 4 mm around it has creases too, stubble, and shadows of brows, lips
    and rims.
    """
    factor = view.face.photo.width / face.photo.width
    x, y = ((at + 0.5) * factor - 0.5 for at in (mole.x_px, mole.y_px))
    height, width = view.bare.shape
    row, column = min(max(round(y), 0), height - 1), min(max(round(x), 0), width - 1)
    blobs = dark_blobs(view)
    off_mm = np.hypot(blobs.x - x, blobs.y - y) / view.px_per_mm
    round_ = (off_mm < 0.5 * mole.diameter_mm) & (blobs.above > _ABOVE)
    round_ &= blobs.darkness > _OWN_DARKNESS * mole.contrast
    return bool(inner[row, column] and round_.any())


def _at_a_corner(face: Face, mole: Mole) -> bool:
    """Whether it is the shadow in a corner of mouth or eye."""
    corners = [
        point(f"{name}_{side}")
        for name in ("cheilion", "exocanthion", "endocanthion")
        for side in ("left", "right")
    ]
    off = face.landmarks_px[corners, :2] - (mole.x_px, mole.y_px)
    return bool((np.hypot(off[:, 0], off[:, 1]) < _CORNER_MM * face.px_per_mm).any())


def _below_tip(face: Face, mole: Mole) -> bool:
    """Whether it is the shadow between the nostrils."""
    base = [*curve("nostril_left"), *curve("nostril_right"), point("subnasale")]
    hull = cv2.convexHull(face.landmarks_px[base, :2].astype(np.float32))
    return bool(cv2.pointPolygonTest(hull, (mole.x_px, mole.y_px), False) >= 0)


def _at_lashes(face: Face, mole: Mole) -> bool:
    """Whether it lies where lashes reach, in a photo too coarse to tell it from them."""
    if face.px_per_mm >= LEAST_PX_PER_MM:
        return False
    near_px = _LASHES_MM * face.px_per_mm
    for side in ("left", "right"):
        lids = [*curve(f"upper_lid_{side}"), *curve(f"lower_lid_{side}")[::-1]]
        eye = face.landmarks_px[lids, :2].astype(np.float32)
        if cv2.pointPolygonTest(eye, (mole.x_px, mole.y_px), True) > -near_px:
            return True
    return False


def _is_hair(face: Face, mole: Mole) -> bool:
    """Whether what is dark there is a tuft of hair."""
    if mole.contrast >= _IN_HAIR_CONTRAST and mole.diameter_mm <= _IN_HAIR_MM:
        return False
    mask = mole.mask
    at = (
        slice(mask.y, mask.y + mask.mask.shape[0]),
        slice(mask.x, mask.x + mask.mask.shape[1]),
    )
    return bool((mask.mask * hair(face)[at]).sum() > _HAIRY * mask.mask.sum())


def darkness(face: Face, mole: Mole) -> float:
    """Return how much darker the middle of a lesion's mask is than the skin around it, ln of light.

    Args:
        face: the face it was found on, or the same face repainted.
        mole: one found on the face.
    """
    pad = round(_AROUND_MM * face.px_per_mm / 2)
    mask = mole.mask.on_photo(face.photo.height, face.photo.width)
    at = (
        slice(max(0, mole.mask.y - pad), mole.mask.y + mole.mask.mask.shape[0] + pad),
        slice(max(0, mole.mask.x - pad), mole.mask.x + mole.mask.mask.shape[1] + pad),
    )
    light = linear(face.photo.image[at]) @ _LUMINANCE
    shade, inside, skin = -np.log(np.maximum(light, DARKEST)), mask[at], skin_mask(face)[at]
    middle, around = inside > 0.9 * inside.max(), (inside == 0) & (skin > 0.6)
    if not middle.any() or not around.any():
        return 0.0
    return float(max(np.median(shade[middle]) - np.median(shade[around]), 0.0))


def mole_at(face: Face, x_px: float, y_px: float) -> Mole | None:
    """Return the lesion at a place of the photo, or None where there is nothing dark.

    One found beforehand within `CLICK_MM`, or else what is darker than its surroundings there.
    """
    near = [
        (float(np.hypot(mole.x_px - x_px, mole.y_px - y_px)) / face.px_per_mm, mole)
        for mole in moles(face)
    ]
    within = [(away, one) for away, one in near if away < CLICK_MM + one.diameter_mm / 2]
    if within:
        return min(within, key=lambda pair: pair[0])[1]
    return _grown(face, x_px, y_px)


def _grown(face: Face, x_px: float, y_px: float) -> Mole | None:
    view = View.of(face)
    darker = _darker(view)
    height, width = darker.shape
    x = (x_px + 0.5) * width / face.photo.width - 0.5
    y = (y_px + 0.5) * height / face.photo.height - 0.5
    rows, columns = np.mgrid[:height, :width]
    near = np.hypot(columns - x, rows - y) < CLICK_MM * view.px_per_mm
    peak = float(np.where(near, darker, 0.0).max(initial=0.0))
    if peak < CLICKED_CONTRAST:
        return None
    for blob in _blobs(darker > 0.5 * peak, view.px_per_mm, least_mm=0.6):
        if (blob.inside & near[blob.window]).any():
            return _mole(
                face, view, darker, blob, CLICKED_CONTRAST, least_mm=0.6, roundness=0.2, grains=0.0
            )
    return None


@cached_per(Scope.PIXELS)
def _darker(view: View) -> Values:
    """How much darker each pixel of bare skin is than the skin around it, (h, w), from 0."""
    bare = view.bare.astype(np.float32)
    fine = cv2.GaussianBlur(view.shade, (0, 0), 0.25 * view.px_per_mm)
    around = across(view.shade[..., None], bare, _AROUND_MM * view.px_per_mm)[..., 0]
    inner = cv2.erode(bare, np.ones((3, 3))) > 0
    darker: Values = np.where(inner, np.maximum(fine - around, 0.0), 0.0)
    return darker


@dataclass(frozen=True, eq=False)
class _Blob:
    """A connected piece of a picture: what it fills of a window with 5 mm around it."""

    inside: Bool
    window: tuple[slice, slice]


def _blobs(seen: Bool, px_per_mm: float, least_mm: float = DIAMETER_MM[0]) -> list[_Blob]:
    """Connected pieces of the size of a lesion."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8), connectivity=4)
    low, high = (np.pi / 4 * (d * px_per_mm) ** 2 for d in (least_mm, DIAMETER_MM[1]))
    pad = round(_BESIDE_MM * px_per_mm)
    found = []
    for i, (x, y, width, height, area) in enumerate(stats.tolist()):
        if i and low <= area <= high:
            window = (
                slice(max(0, y - pad), y + height + pad),
                slice(max(0, x - pad), x + width + pad),
            )
            found.append(_Blob(labels[window] == i, window))
    return found


def _mole(
    face: Face,
    view: View,
    darker: Values,
    blob: _Blob,
    least: float,
    least_mm: float = DIAMETER_MM[0],
    roundness: float = _ROUND,
    grains: float = STANDS_OUT,
) -> Mole | None:
    """The lesion of a blob, or None if it is too faint or too long to be one."""
    ppm = view.px_per_mm
    rows, columns = np.nonzero(blob.inside)
    dark, bare = darker[blob.window], view.bare[blob.window]
    contrast = float(np.quantile(dark[blob.inside], 0.8))
    (_, _), radius = cv2.minEnclosingCircle(np.column_stack([columns, rows]).astype(np.float32))
    diameter = 2.0 * float(np.sqrt(len(rows) / np.pi)) / ppm
    if contrast < least or diameter < least_mm:
        return None
    if len(rows) / (np.pi * (radius + 0.5) ** 2) < roundness:
        return None
    if contrast < grains * _grain(dark, bare, blob.inside, ppm):
        return None
    top, left = blob.window[0].start, blob.window[1].start
    x = (float(columns.mean()) + left + 0.5) * face.photo.width / view.face.photo.width - 0.5
    y = (float(rows.mean()) + top + 0.5) * face.photo.height / view.face.photo.height - 0.5
    height, width = blob.inside.shape
    window = slice(top, top + height), slice(left, left + width)
    mask = _soft(blob.inside, bare, ppm)
    return Mole(x, y, diameter, contrast, view.patch(mask, *window, face))


def _grain(dark: Values, bare: Bool, blob: Bool, ppm: float) -> float:
    """Return how dark the darkest fifth of the skin around a blob is, ln of light."""
    wide = 2 * max(1, round(1.0 * ppm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    around = dark[bare & (cv2.dilate(blob.astype(np.uint8), disc) == 0)]
    return float(np.quantile(around, 0.8)) if around.size else 0.0


def _soft(blob: Bool, bare: Bool, ppm: float) -> Mask:
    """A blob with half a millimetre of margin and a soft edge."""
    wide = 2 * max(1, round(0.7 * ppm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    soft = soften(np.asarray(cv2.dilate(blob.astype(np.float32), disc), np.float32), 0.3 * ppm)
    return np.asarray(np.where(soft < 0.04, 0.0, np.clip(1.2 * soft, 0, 1)) * bare, np.float32)


def _detect(face: Face, region: str) -> SkinSign:
    """Count the lesions of a region: those in it, and those between regions that are nearest."""
    mask = np.zeros((face.photo.height, face.photo.width), np.float32)
    count = 0
    for mole, owner in zip(moles(face), _owners(face), strict=True):
        if owner == region:
            np.maximum(mask, mole.mask.on_photo(*mask.shape), out=mask)
            count += 1
    return SkinSign(float(count), Patch(mask, 0, 0), area_mm2=float(mask.sum()) / face.px_per_mm**2)


@cached_per(Scope.PIXELS)
def _owners(face: Face) -> tuple[str, ...]:
    """The region that each lesion is counted in; empty for one far from all of them."""
    found = moles(face)
    at = np.array([(one.x_px, one.y_px) for one in found]).reshape(-1, 2)
    owners = nearest_regions(face, at, REGIONS, _NEAREST_MM)
    inside = nearest_regions(face, at, REGIONS, 0.5)
    wings = nearest_regions(face, at, _WINGS, _WING_MM)
    sure = zip(owners, inside, wings, strict=True)
    return tuple(own if within or not wing else "" for own, within, wing in sure)


_WINGS = ("nasal_ala_left", "nasal_ala_right")


REGIONS = (
    *("forehead", "glabella", "malar_left", "malar_right", "submalar_left"),
    *("submalar_right", "nasal_dorsum", "cutaneous_upper_lip", "chin"),
    *("temple_left", "temple_right", "jawline_left", "jawline_right"),
)
SIGNS: tuple[Sign, ...] = (
    Sign(
        "moles",
        "Moles",
        REGIONS,
        SCALE,
        MOST,
        _detect,
        needs=frozenset((DETAIL,)),
    ),
)
