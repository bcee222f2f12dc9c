"""Sharpness and light."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve
from face_mesh.messages import N_
from face_mesh.quality.view import CHEEK_LEFT, CHEEK_RIGHT, Check, Grey, Seen, View

MIN_SHARPNESS = 0.85  # see `_sharpness`; London people from 1.2, blurred by 0.5 mm to 0.8
# The same over the whole face at 0.5 px a mm, where steps of 8-bit grey cannot pass for detail.
# Sharp, it is from 1.23; in 17 people 0.80 to 1.03 after a blur of 1.2 mm, 0.55 to 0.68 after
# 2.5 mm, and 0.33 to 0.56 after 4.3 mm or more, where pupils have drifted apart by 12 % in the
# median.
COARSE_PX_PER_MM = 0.5
WARN_COARSE_SHARPNESS, MIN_COARSE_SHARPNESS = 0.75, 0.58
DARK_LEVEL = 100.0  # 99th percentile of the face; the darkest skin in good light has 116
BURNT_SHARE = 0.10  # of the face with a channel at its end
CLIPPED_SHARE = 0.003  # of the face that is white
UNEVEN_STOPS = 0.75  # cheek to cheek; London people to 0.35

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def blur(face: Face, view: View) -> Seen | None:
    """Return whether the photo is blurred, too much for a measurement or for fine detail."""
    advice = N_("Wipe the lens, rest the camera on something and focus on the eyes.")
    coarse = _coarse_sharpness(view)
    if coarse < MIN_COARSE_SHARPNESS:
        return "block", N_("The photo is too blurred for the face to be measured."), advice
    fine = max(_sharpness(view.box(eye)) for eye in _eyes())
    if fine < MIN_SHARPNESS or coarse < WARN_COARSE_SHARPNESS:
        return "warn", N_("The photo is blurred, so lines and texture cannot be judged."), advice
    return None


def _coarse_sharpness(view: View) -> float:
    scale = COARSE_PX_PER_MM / view.px_per_mm
    grey = view.box(curve("face_oval"))
    if min(grey.shape) * scale < 3:
        return 0.0
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return _sharpness(np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)))


def _eyes() -> list[tuple[int, ...]]:
    return [curve(f"lid_crease_{s}") + curve(f"lid_cheek_junction_{s}") for s in ("left", "right")]


def _sharpness(grey: Grey) -> float:
    """Mean second over mean first difference: falls with blur, indifferent to contrast."""
    if min(grey.shape) < 3:
        return 0.0
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean() / (slope.mean() + 1e-3))


def _dark(face: Face, view: View) -> Seen | None:
    if np.percentile(_LUMA @ view.skin, 99) >= DARK_LEVEL:
        return None
    return (
        "warn",
        N_("The photo is too dark."),
        N_("Face a window or a lamp; avoid light from behind."),
    )


def _bright(face: Face, view: View) -> Seen | None:
    skin = view.skin
    if (skin.max(axis=0) >= 254).mean() > BURNT_SHARE:
        return (
            "warn",
            N_("The photo is too bright, so the colour of the skin is lost."),
            N_("Move away from the lamp, or lower the exposure."),
        )
    if (skin.min(axis=0) >= 250).mean() > CLIPPED_SHARE:
        return (
            "warn",
            N_("There are white highlights on the face in which no skin can be seen."),
            N_("Turn the flash off and dab shiny skin dry."),
        )
    return None


def _uneven(face: Face, view: View) -> Seen | None:
    right, left = (_level(view, cheek) for cheek in (CHEEK_RIGHT, CHEEK_LEFT))
    if abs(np.log2(right / left)) <= UNEVEN_STOPS:
        return None
    dark_right = N_("Your right cheek lies in shadow, which can pass for shape.")
    dark_left = N_("Your left cheek lies in shadow, which can pass for shape.")
    return (
        "warn",
        dark_right if right < left else dark_left,
        N_("Face the light, so that both cheeks are equally bright."),
    )


def _level(view: View, landmarks: list[int]) -> float:
    """Median linear light about `landmarks`, with a floor that keeps noise out of a ratio."""
    reach = max(1, round(view.px_per_mm))
    at = np.clip(np.round(view.points[landmarks]).astype(int), reach, len(view.grey) - 1 - reach)
    levels = [view.grey[y - reach : y + reach + 1, x - reach : x + reach + 1].mean() for x, y in at]
    return float(np.median((np.array(levels) / 255.0) ** 2.2)) + 0.002


CHECKS: dict[str, Check] = {
    "blurred": blur,
    "too_dark": _dark,
    "too_bright": _bright,
    "uneven_light": _uneven,
}
