"""Single dark lesions, as moles are: found over the face, or grown from a click.

Says where something dark and round is and how large. It never says what it is: whether a lesion is
harmless is for a doctor to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask
from face_mesh.face import Face
from face_mesh.regions import Patch
from face_mesh.skin.sign import Detected, Sign
from face_mesh.skin.spread import across, softened
from face_mesh.skin.view import View

SCALE = "number of dark lesions of 1.5 to 10 mm"
MOST = 10.0
LEAST_CONTRAST = 0.22  # ln of light, of the middle against the skin around it
# And this many times what the skin around it varies: stubble, pores and grain of dark skin leave
# many dark specks, a lesion stands alone. Author's estimate.
STANDS_OUT = 4.0
CLICKED_CONTRAST = 0.08  # a person who points at something sees it
DIAMETER_MM = (1.5, 10.0)
CLICK_MM = 3.0  # how far from a lesion a click still means it
_ROUND = 0.45  # least share of its enclosing circle that a lesion fills
_AROUND_MM = 4.0

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


def moles(face: Face) -> tuple[Mole, ...]:
    """Return the lesions found on all bare skin of a face, darkest first; looked for once."""
    key = f"skin/moles/{face.photo.width}x{face.photo.height}"
    if key not in face.workspace:
        view = View.of(face)
        darker = _darker(view)
        found = [
            mole
            for blob in _blobs(darker > 0.5 * LEAST_CONTRAST, view.px_per_mm)
            if (mole := _mole(face, view, darker, blob, LEAST_CONTRAST)) is not None
        ]
        face.workspace[key] = tuple(sorted(found, key=lambda one: -one.contrast))
    made: tuple[Mole, ...] = face.workspace[key]
    return made


def mole_at(face: Face, x_px: float, y_px: float) -> Mole | None:
    """Return the lesion at a place of the photo, or None where there is nothing dark.

    One found beforehand within `CLICK_MM`, or else what is darker than its surroundings there.
    """
    near = [
        (float(np.hypot(one.x_px - x_px, one.y_px - y_px)) / face.px_per_mm, one)
        for one in moles(face)
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
        if (blob & near).any():
            return _mole(
                face, view, darker, blob, CLICKED_CONTRAST, least_mm=0.6, roundness=0.2, grains=0.0
            )
    return None


def _darker(view: View) -> Values:
    """How much darker each pixel of bare skin is than the skin around it, (h, w), from 0."""
    key = f"skin/darker/{view.face.photo.width}x{view.face.photo.height}"
    if key not in view.face.workspace:
        bare = view.bare.astype(np.float32)
        fine = cv2.GaussianBlur(view.shade, (0, 0), 0.25 * view.px_per_mm)
        around = across(view.shade[..., None], bare, _AROUND_MM * view.px_per_mm)[..., 0]
        inner = cv2.erode(bare, np.ones((3, 3))) > 0
        view.face.workspace[key] = np.where(inner, np.maximum(fine - around, 0.0), 0.0)
    made: Values = view.face.workspace[key]
    return made


def _blobs(
    seen: npt.NDArray[np.bool_], px_per_mm: float, least_mm: float = DIAMETER_MM[0]
) -> list[npt.NDArray[np.bool_]]:
    """Connected pieces of the size of a lesion."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8), connectivity=4)
    low, high = (np.pi / 4 * (d * px_per_mm) ** 2 for d in (least_mm, DIAMETER_MM[1]))
    areas = stats[:, cv2.CC_STAT_AREA]
    fitting = [i for i in range(1, len(areas)) if low <= areas[i] <= high]
    return [labels == i for i in fitting]


def _mole(
    face: Face,
    view: View,
    darker: Values,
    blob: npt.NDArray[np.bool_],
    least: float,
    least_mm: float = DIAMETER_MM[0],
    roundness: float = _ROUND,
    grains: float = STANDS_OUT,
) -> Mole | None:
    """The lesion of a blob, or None if it is too faint or too long to be one."""
    ppm = view.px_per_mm
    rows, columns = np.nonzero(blob)
    contrast = float(np.quantile(darker[blob], 0.8))
    least = max(least, grains * _grain(darker, view.bare, blob, ppm))
    points = np.column_stack([columns, rows]).astype(np.float32)
    (_, _), radius = cv2.minEnclosingCircle(points)
    diameter = 2.0 * float(np.sqrt(len(rows) / np.pi)) / ppm
    if contrast < least or diameter < least_mm:
        return None
    if len(rows) / (np.pi * (radius + 0.5) ** 2) < roundness:
        return None
    pad = round(2.5 * ppm)
    window = (
        slice(max(0, int(rows.min()) - pad), int(rows.max()) + pad + 1),
        slice(max(0, int(columns.min()) - pad), int(columns.max()) + pad + 1),
    )
    window = tuple(slice(w.start, min(w.stop, n)) for w, n in zip(window, blob.shape, strict=True))  # type: ignore[assignment]
    mask = _soft(blob[window], view.bare[window], ppm)
    x = (float(columns.mean()) + 0.5) * face.photo.width / view.face.photo.width - 0.5
    y = (float(rows.mean()) + 0.5) * face.photo.height / view.face.photo.height - 0.5
    return Mole(x, y, diameter, contrast, view.patch(mask, *window, face))


def _grain(
    darker: Values, bare: npt.NDArray[np.bool_], blob: npt.NDArray[np.bool_], ppm: float
) -> float:
    """Return how dark the darkest fifth of the skin within 5 mm around a blob is, ln of light."""
    pad = round(5.0 * ppm)
    rows, columns = np.nonzero(blob)
    window = (
        slice(max(0, int(rows.min()) - pad), int(rows.max()) + pad + 1),
        slice(max(0, int(columns.min()) - pad), int(columns.max()) + pad + 1),
    )
    wide = 2 * max(1, round(1.0 * ppm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    beside = bare[window] & (cv2.dilate(blob[window].astype(np.uint8), disc) == 0)
    around = darker[window][beside]
    return float(np.quantile(around, 0.8)) if around.size else 0.0


def _soft(blob: npt.NDArray[np.bool_], bare: npt.NDArray[np.bool_], ppm: float) -> Mask:
    """A blob with half a millimetre of margin and a soft edge."""
    wide = 2 * max(1, round(0.7 * ppm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    soft = softened(np.asarray(cv2.dilate(blob.astype(np.float32), disc), np.float32), 0.3 * ppm)
    return np.asarray(np.where(soft < 0.04, 0.0, np.clip(1.2 * soft, 0, 1)) * bare, np.float32)


def _detect(face: Face, region: str) -> Detected:
    """Count the lesions whose middle lies in a region."""
    view = View.of(face)
    area = view.area(region)
    mask = np.zeros((face.photo.height, face.photo.width), np.float32)
    count = 0
    for one in moles(face):
        x = round((one.x_px + 0.5) * view.face.photo.width / face.photo.width - 0.5)
        y = round((one.y_px + 0.5) * view.face.photo.height / face.photo.height - 0.5)
        x, y = x - area.columns.start, y - area.rows.start
        height, width = area.inside.shape
        if 0 <= x < width and 0 <= y < height and area.inside[y, x] > 0.5:
            mask = np.maximum(mask, one.mask.placed(face.photo.height, face.photo.width))
            count += 1
    return Detected(float(count), Patch(mask, 0, 0), area_mm2=float(mask.sum()) / face.px_per_mm**2)


SIGNS: tuple[Sign, ...] = (
    Sign(
        "moles",
        "Moles",
        (
            *("forehead", "glabella", "malar_left", "malar_right", "submalar_left"),
            *("submalar_right", "nasal_dorsum", "cutaneous_upper_lip", "chin"),
            *("temple_left", "temple_right", "jawline_left", "jawline_right"),
        ),
        SCALE,
        MOST,
        _detect,
    ),
)
