"""The light a photo was taken in, as far as the face itself shows it.

Log luminance of the skin, blurred over pores and spots, is fitted over the subdivided mesh as
`face_mesh.skin.light` does over the landmarks. How far the three channels follow the shade is
measured too, since shadow on skin has a colour of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import map_coordinates

from face_mesh import Face
from face_mesh.arrays import Bool, Points, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve
from face_mesh.skin.light import fit_harmonics, harmonics
from face_mesh.skin.working_view import linear
from simulate.geometry.mesh import FaceSurface

SAMPLE_PX_PER_MM = 1.0
BLUR_MM = 2.0
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
DARKEST = 1e-3
BRIGHT = 97.0  # of skin sorted by its light: the rest is the shine of single spots
FACING = 0.25  # cosine to the camera below which a normal is too near the contour to be fitted
NORMAL_ROUNDS = 4  # over which normals are averaged: facets of the mesh are some 8 mm wide
CHANNEL_LIMITS = (0.75, 1.3)  # of how far a channel may follow shade, beside luminance
NEUTRAL = 0.92  # of blue over red light: paler skin than this cannot be told from shine

_KEPT_MM = {  # how far from what is no skin a normal must lie to be fitted
    **dict.fromkeys(("upper_lid_left", "upper_lid_right"), 6.0),
    **dict.fromkeys(("lower_lid_left", "lower_lid_right"), 4.0),
    **dict.fromkeys(("brow_upper_left", "brow_upper_right"), 4.0),
    **dict.fromkeys(("brow_lower_left", "brow_lower_right"), 4.0),
    **dict.fromkeys(("nostril_left", "nostril_right"), 3.0),
    **dict.fromkeys(("upper_vermilion_border", "lower_vermilion_border"), 2.0),
    **dict.fromkeys(("upper_inner_lip", "lower_inner_lip", "face_oval"), 6.0),
}


@dataclass(frozen=True, eq=False)
class Light:
    """Light on a face, and how its skin answers.

    Attributes:
        coefficients: (9,) of `harmonics` of a head-frame normal, in ln of luminance.
        channels: (3,) how far ln of R, G and B follows that of luminance as the shade changes.
        paleness: blue over red light of this skin without shine.
        bright: luminance of bright skin of this face, of which `BRIGHT` % is darker.
        explained: share of the skin's variance in ln luminance that the fit explains.
    """

    coefficients: Points
    channels: Points
    paleness: float
    bright: float
    explained: float

    @classmethod
    def of(cls, face: Face) -> Light:
        """Return the light of a face, fitted once."""
        return fit_light(face)

    def shade(self, normals: Points) -> Points:
        """Return (V,) ln of luminance, up to a constant, of (V, 3) head-frame unit normals."""
        shade: Points = harmonics(normals) @ self.coefficients
        return shade


@cached_per(Scope.HEAD)
def fit_light(face: Face) -> Light:
    """Return what `Light.of` does: read off the first size that asks, as all show the same."""
    mesh = FaceSurface.of(face)
    normals = mesh.smooth_normals(NORMAL_ROUNDS)
    at_px = face.pose.to_photo(mesh.vertices_mm)[:, :2]
    inside = ((at_px >= 0) & (at_px <= (face.photo.width - 1, face.photo.height - 1))).all(axis=1)
    kept = _bare(mesh) & inside & ((normals @ face.pose.rotation.T)[:, 2] > FACING)
    light = light_at(face, at_px[kept])
    brightness = np.log(np.maximum(light @ LUMINANCE, DARKEST))
    basis, area = harmonics(normals[kept]), mesh.areas_mm2[kept]
    coefficients, weights = fit_harmonics(basis, brightness, area)
    rest = brightness - basis @ coefficients
    spread = brightness - np.average(brightness, weights=weights)
    explained = 1.0 - float(weights @ rest**2) / max(float(weights @ spread**2), 1e-12)
    channels = _following(light, basis @ coefficients, weights)
    colour = np.median(light, axis=0)
    paleness = float(colour[2] / max(colour[0], DARKEST))
    bright = max(float(np.percentile(light @ LUMINANCE, BRIGHT)), DARKEST)
    return Light(coefficients, channels, min(paleness, NEUTRAL), bright, explained)


def _bare(mesh: FaceSurface) -> Bool:
    kept = np.ones(len(mesh.vertices_mm), np.bool_)
    for name, away_mm in _KEPT_MM.items():
        kept &= mesh.distance_mm(mesh.along(curve(name)), away_mm) >= away_mm
    return kept


def light_at(face: Face, at_px: Points) -> Points:
    """Return (N, 3) linear light of the blurred photo at (N, 2) places."""
    image: Rgb = face.photo.image
    factor = min(1.0, SAMPLE_PX_PER_MM / face.px_per_mm)
    size = tuple(max(1, round(n * factor)) for n in image.shape[1::-1])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(linear(np.asarray(small, np.uint8)), (0, 0), BLUR_MM)
    columns, rows = ((at_px + 0.5) * (np.array(size) / image.shape[1::-1]) - 0.5).T
    at = (rows, columns)
    channels = [map_coordinates(c, at, order=1, mode="nearest") for c in cv2.split(soft)]
    return np.asarray(np.stack(channels, axis=1), np.float64)


def _following(light: Points, shade: Points, weights: Points) -> Points:
    """Return (3,) slopes of ln R, G, B on the shade, scaled so that luminance has slope 1."""
    around = shade - np.average(shade, weights=weights)
    logs = np.log(np.maximum(light, DARKEST))
    across = (weights * around) @ (logs - np.average(logs, axis=0, weights=weights))
    slopes = across / max(float(weights @ around**2), 1e-9)
    share = np.average(light, axis=0, weights=weights) * LUMINANCE
    overall = float(slopes @ share / share.sum())
    if overall < 0.2:  # the shade explains too little of this photo to have a colour
        return np.ones(3)
    return np.asarray(np.clip(slopes / overall, *CHANNEL_LIMITS), np.float64)
