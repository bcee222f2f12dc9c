"""How many pixels a millimetre has on this face, and how sure that is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from face_mesh.arrays import Points
from face_mesh.errors import PlanError
from face_mesh.messages import N_, Message

# MediaPipe's iris outline is larger than the visible iris. With the anatomical 11.7 mm the 33
# people of the development half of the London set come out at an interpupillary distance of
# 58.69 mm; adults of the same sex mix measure 62.95 mm (ANSUR II: men 64.0, women 61.7). The ratio
# of the two is the calibration; docs/method.md has the figures of the held-out half.
ANATOMICAL_IRIS_MM = 11.7
IRIS_CALIBRATION = 62.95 / 58.69
EFFECTIVE_IRIS_MM = ANATOMICAL_IRIS_MM * IRIS_CALIBRATION

# Relative standard deviations. Iris: 0.42/11.71 between people (evidence: Orbscan, n = 390), with
# landmark noise 1.5 % and the standard error of the calibration 0.8 %, in quadrature.
IRIS_REL_SD = 0.040
# A spectacle prescription is for far gaze; eyes that look at a near camera converge by 1 to 4 %.
PUPILS_REL_SD = 0.020
# A ruler or coin held beside the face lies nearer to or farther from the camera than the face.
LENGTH_REL_SD = 0.030

PUPILS_RANGE_MM = (40.0, 80.0)  # children from about 40 mm, nearly all adults 45 to 80 mm
LENGTH_RANGE_MM = (5.0, 500.0)
MIN_LENGTH_PX = 20.0
PUPILS_REFUSED = N_(
    "A distance between the pupils of {given:g} mm is not possible; give {low:g} to {high:g} mm."
)
LENGTH_REFUSED = N_("A known length of {given:g} mm is not possible; give {low:g} to {high:g} mm.")
IMPLIED_REFUSED = N_(
    "A distance between the pupils, as this length implies, of {given:.1f} mm is not possible; "
    "give {low:g} to {high:g} mm."
)

RIGHT_PUPIL, LEFT_PUPIL = 468, 473
_IRIS_BORDERS = {"right": (469, 471), "left": (474, 476)}  # horizontal diameter


@dataclass(frozen=True)
class Scale:
    """Pixels per millimetre in the plane of the eyes.

    Attributes:
        px_per_mm: photo px per mm.
        px_per_mm_sd: its standard uncertainty.
        source: "iris", "interpupillary_distance", "known_length" or, of a turned head
            or hidden eyes, "face_size".
    """

    px_per_mm: float
    px_per_mm_sd: float
    source: str

    @property
    def relative_sd(self) -> float:
        """Standard uncertainty over the value: the share by which every mm may be off."""
        return self.px_per_mm_sd / self.px_per_mm


@dataclass(frozen=True)
class ScaleHint:
    """What the user knows about the true size; give one of the two.

    Attributes:
        interpupillary_mm: distance between the pupils, as on a spectacle prescription.
        length_mm: length of an object in the plane of the face.
        length_px: its two ends in the photo, ((x, y), (x, y)) px.
    """

    interpupillary_mm: float | None = None
    length_mm: float | None = None
    length_px: tuple[tuple[float, float], tuple[float, float]] | None = None


def _distance(points: Points, a: int, b: int, axes: int = 3) -> float:
    return float(np.linalg.norm(points[a, :axes] - points[b, :axes]))


def iris_diameter_px(points_px: Points, hidden: Collection[str] = ()) -> float:
    """Return the mean horizontal iris diameter; an iris faces the camera it looks at.

    Args:
        points_px: (478, 2 or 3) landmarks.
        hidden: "left" or "right", an eye that is not seen and whose iris is a guess. With both,
            the guess is all there is.
    """
    seen = [ends for side, ends in _IRIS_BORDERS.items() if side not in hidden]
    return float(
        np.mean([_distance(points_px, a, b, 2) for a, b in seen or _IRIS_BORDERS.values()])
    )


def estimate_scale(
    points_px: Points, hint: ScaleHint | None = None, hidden: Collection[str] = ()
) -> Scale:
    """Return the scale of a face, from the irises or from what the user knows.

    Args:
        points_px: (478, 3) landmarks, z on the scale of x.
        hint: replaces the iris.
        hidden: "left" or "right", an eye that is not seen. With both, a scale from the irises is a
            guess: `HeadFit.scale_without_irises` is better.

    Raises:
        PlanError: the hint is out of the range of human faces, or its ends are too near.
    """
    if hint is not None and hint.interpupillary_mm is not None:
        mm = _within(hint.interpupillary_mm, PUPILS_RANGE_MM, PUPILS_REFUSED)
        px = _distance(points_px, RIGHT_PUPIL, LEFT_PUPIL)
        return _scale(px / mm, PUPILS_REL_SD, "interpupillary_distance")
    if hint is not None and hint.length_mm is not None and hint.length_px is not None:
        mm = _within(hint.length_mm, LENGTH_RANGE_MM, LENGTH_REFUSED)
        (x0, y0), (x1, y1) = hint.length_px
        px = float(np.hypot(x1 - x0, y1 - y0))
        if not px >= MIN_LENGTH_PX:
            raise PlanError("The two ends of the known length are too near; click them again.")
        pupils_mm = _distance(points_px, RIGHT_PUPIL, LEFT_PUPIL) * mm / px
        _within(pupils_mm, PUPILS_RANGE_MM, IMPLIED_REFUSED)
        return _scale(px / mm, LENGTH_REL_SD, "known_length")
    return _scale(iris_diameter_px(points_px, hidden) / EFFECTIVE_IRIS_MM, IRIS_REL_SD, "iris")


def _scale(px_per_mm: float, relative_sd: float, source: str) -> Scale:
    return Scale(px_per_mm, px_per_mm * relative_sd, source)


def _within(value_mm: float, allowed: tuple[float, float], refused: str) -> float:
    low, high = allowed
    if not low <= value_mm <= high:
        raise PlanError(Message(refused, given=value_mm, low=low, high=high))
    return value_mm
