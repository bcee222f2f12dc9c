"""Folds and hollows: nasolabial and marionette folds, tear trough, bags of the lower lid.

A fold is a broad valley of light along an anatomical curve; its severity is how much darker it is
than the skin on both sides, on the five grades of the Wrinkle Severity Rating Scale less one (0
none to 4 extreme), continuous and linear in that depth. A photographic index set on adult
portraits, no clinician's grade: light from the side shifts it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.anatomy import curve
from face_mesh.arrays import Mask
from face_mesh.face import Face
from face_mesh.regions import Patch
from face_mesh.skin.ridges import Values, dark_lines
from face_mesh.skin.sign import Detected, Sign
from face_mesh.skin.view import Area, View

SCALE = "0 none to 4 extreme (photographic index on grades like the WSRS)"
MOST = 4.0
FAINT = 0.012  # ln of light: shading of a smooth cheek under even light leaves as much
CREASE_MM = 1.2  # width of the sharp line at the bottom of a fold
CREASE_FAINT = 0.012


@dataclass(frozen=True)
class _Kind:
    """A fold, the curve it runs along, how wide it is, and what depth is extreme."""

    id: str
    name: str
    region: str
    curve: str
    width_mm: float
    length_mm: float
    spread_deg: float
    extreme: float


_KINDS = {
    kind.id: kind
    for kind in (
        _Kind(
            "nasolabial_fold", "Nasolabial fold", "nasolabial_fold", "nasolabial_fold",
            3.0, 12.0, 25.0, 0.07,
        ),
        _Kind(
            "marionette_fold", "Marionette line", "marionette", "marionette_line",
            3.0, 10.0, 25.0, 0.07,
        ),
        _Kind(
            "tear_trough", "Tear trough", "tear_trough", "lid_cheek_junction",
            3.5, 12.0, 30.0, 0.07,
        ),
        _Kind(
            "eye_bags", "Bags under the eyes", "lower_lid", "lid_cheek_junction",
            3.0, 10.0, 30.0, 0.07,
        ),
    )
}  # fmt: skip


def _detect(face: Face, kind: _Kind, region: str) -> Detected:
    view = View.of(face)
    area = view.area(region)
    depth = _depth(view, area, kind, region, kind.width_mm, kind.length_mm)
    severity = MOST * area.mean(np.maximum(depth - FAINT, 0.0)) / kind.extreme
    mask = _band(depth * np.sqrt(area.inside), area, kind, view.px_per_mm)
    return Detected(severity, view.patch(mask, area.rows, area.columns, face))


def crease(face: Face, region: str) -> Patch:
    """Return the soft mask of the sharp line at the bottom of a fold, of the photo's size.

    Args:
        face: measured face.
        region: of one of the signs of this module.
    """
    stem = region.rpartition("_")[0]
    kind = next(one for one in _KINDS.values() if one.region == stem)
    view = View.of(face)
    area = view.area(region)
    depth = _depth(view, area, kind, region, CREASE_MM, 6.0) * np.sqrt(area.inside)
    sure = np.clip((depth - CREASE_FAINT) / CREASE_FAINT, 0.0, 1.0).astype(np.float32)
    wide = 2 * round(0.6 * view.px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    soft = cv2.GaussianBlur(cv2.dilate(sure, disc), (0, 0), 0.35 * view.px_per_mm)
    mask = np.where(soft < 0.04, 0.0, np.clip(1.15 * soft, 0.0, 1.0)) * area.bare
    return view.patch(np.asarray(mask, np.float32), area.rows, area.columns, face)


def _depth(
    view: View, area: Area, kind: _Kind, region: str, width_mm: float, length_mm: float
) -> Values:
    along = _along(view, area, f"{kind.curve}_{region.rpartition('_')[2]}")
    spread = float(np.radians(kind.spread_deg))
    found = dark_lines(area.shade, view.px_per_mm, width_mm, length_mm, along, spread)
    return np.asarray(found * area.bare, np.float32)


def _along(view: View, area: Area, name: str) -> Values:
    """At each pixel the direction of the nearest piece of a curve, radians."""
    points = view.face.landmarks_px[list(curve(name)), :2]
    middle, pieces = (points[1:] + points[:-1]) / 2, points[1:] - points[:-1]
    x, y = area.places()
    away = np.hypot(x[..., None] - middle[:, 0], y[..., None] - middle[:, 1])
    angles = np.arctan2(pieces[:, 1], pieces[:, 0])
    return np.asarray(angles[np.argmin(away, axis=2)], np.float32)


def _band(depth: Values, area: Area, kind: _Kind, px_per_mm: float) -> Mask:
    """The soft band whose shade is lifted: the valley and its slopes, on bare skin."""
    sure = np.clip((depth - FAINT) / FAINT, 0.0, 1.0).astype(np.float32)
    wide = 2 * round(0.5 * kind.width_mm * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    soft = cv2.GaussianBlur(cv2.dilate(sure, disc), (0, 0), 1.0 * px_per_mm)
    return np.asarray(np.where(soft < 0.02, 0.0, soft) * area.bare, np.float32)


def _sign(kind: _Kind) -> Sign:
    regions = (f"{kind.region}_left", f"{kind.region}_right")
    return Sign(
        kind.id, kind.name, regions, SCALE, MOST, lambda face, region: _detect(face, kind, region)
    )


SIGNS: tuple[Sign, ...] = tuple(_sign(kind) for kind in _KINDS.values())
