"""What covers the face."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.covers.cover import (
    PART_NAMES,
    hidden_eyes,
    hidden_parts,
    hidden_share,
    sight_of,
)
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import point
from face_mesh.messages import COMMAS, N_, Message, MessageList
from face_mesh.quality.view import Check, Seen, View

# The network's logit and the step at the bridge, which err on other people: a crease is a step, and
# dark lids look like lenses. On the people the network was trained on, glasses are from 3.7 and
# others to 2.2; on 150 others from 3.1 and to 1.7 (weights/MODEL_CARD.md).
GLASSES, STEP_COUNTS, STEP_RANGE = 2.7, 5.0, (0.05, 0.5)
HIDDEN = 0.6  # share of the face: with more hidden, landmarks are a guess


def _glasses(face: Face, view: View) -> Seen | None:
    low, high = STEP_RANGE
    step = min(max(_bridge_step(view), low), high)
    if sight_of(face).glasses + STEP_COUNTS * step <= GLASSES:
        return None
    return (
        "warn",
        N_("You seem to wear glasses, which hide the skin around the eyes and would be bent."),
        N_("Take them off for the photo."),
    )


def _eyes_hidden(face: Face, view: View) -> Seen | None:
    hidden = hidden_eyes(face)
    if not hidden:
        return None
    said = {
        "left": N_("Your left eye is hidden, so the size of the face is judged from the other."),
        "right": N_("Your right eye is hidden, so the size of the face is judged from the other."),
    }
    both = N_("Both eyes are hidden, so the size of the face is less sure.")
    return (
        "warn",
        both if len(hidden) == 2 else said[hidden[0]],
        N_("Use a photo that shows both eyes; nothing is shown about an eye that is hidden."),
    )


def _covered(face: Face, view: View) -> Seen | None:
    advice = N_("Use a photo that shows the whole face; nothing is shown where it is covered.")
    if hidden_share(face) > HIDDEN:
        return "block", N_("Most of the face is covered."), advice
    parts = [PART_NAMES[part] for part in hidden_parts(face) if not part.startswith("eye_")]
    if not parts:
        return None
    return (
        "warn",
        Message("A part of the face is covered: {parts}.", parts=MessageList(parts, COMMAS)),
        advice,
    )


def _bridge_step(view: View) -> float:
    """Largest step of log colour down the root of the nose: a bridge of glasses is one."""
    scale = view.px_per_mm
    x = view.points[[point("nasion"), 6], 0].mean()
    y0, y1 = view.points[[point("glabella"), 197], 1] + (2.0 * scale, 0.0)
    strip = view.rgb[int(y0) : int(y1), int(x - 3.5 * scale) : int(x + 3.5 * scale) + 1]
    step = max(1, int(1.5 * scale))
    if len(strip) <= step or not strip.size:
        return 0.0
    soft = cv2.GaussianBlur(strip, (0, 0), 0.4 * scale)
    profile = np.log(soft.astype(np.float32) + 8.0).mean(axis=1)
    return float(np.abs(profile[step:] - profile[:-step]).max())


CHECKS: dict[str, Check] = {
    "glasses": _glasses,
    "eyes_hidden": _eyes_hidden,
    "face_covered": _covered,
}
