"""Whether the face is at rest."""

from __future__ import annotations

from face_mesh.covers.cover import hidden_eyes
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import point
from face_mesh.messages import COMMAS, N_, Message, MessageList
from face_mesh.quality.view import Check, Seen, View

SMILE_SCORE = 0.40  # neutral London people to 0.38, smiling ones 0.69 in the median
BROW_SCORE = 0.65
EYES_CLOSED_SCORE = 0.50  # 392 shared photos with open eyes to 0.39
MOUTH_OPEN_MM = 3.0
# What no face at rest or smiling does: blendshapes, and the score from which on each is told. The
# 392 shared portraits stay a fifth of the scale below, where no other number is given.
GRIMACES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    (N_("the jaw is moved"), 0.55, ("jawOpen",)),  # to 0.34
    (N_("the jaw is moved"), 0.3, ("jawLeft", "jawRight", "jawForward")),  # to 0.01
    (N_("the mouth is pulled"), 0.3, ("mouthLeft", "mouthRight")),  # to 0.09
    (N_("the mouth is pulled"), 0.5, ("mouthFrownLeft", "mouthFrownRight")),  # to 0.25
    (N_("the mouth is pulled"), 0.75, ("mouthStretchLeft", "mouthStretchRight")),  # to 0.52
    (N_("the lips are pursed"), 0.45, ("mouthFunnel",)),  # to 0.22
    (N_("the lips are pursed"), 0.93, ("mouthPucker",)),  # to 0.83: full lips at rest
    (N_("the cheeks are puffed"), 0.3, ("cheekPuff",)),  # to 0.00
    (N_("the nose is wrinkled"), 0.3, ("noseSneerLeft", "noseSneerRight")),  # to 0.00
    (N_("the eyes are wide open"), 0.4, ("eyeWideLeft", "eyeWideRight")),  # to 0.10
    (N_("the eyebrows are drawn down"), 0.96, ("browDownLeft", "browDownRight")),  # to 0.90
)


def _smile(face: Face, view: View) -> Seen | None:
    if face.smile <= SMILE_SCORE:
        return None
    return (
        "warn",
        N_("You are smiling, which widens the mouth and deepens folds and lines."),
        N_("Use a photo with a relaxed face and closed lips."),
    )


def _mouth_open(face: Face, view: View) -> Seen | None:
    lips = face.mesh_mm[[point("stomion_superius"), point("stomion_inferius")], 1]
    if lips[0] - lips[1] <= MOUTH_OPEN_MM:
        return None
    return "warn", N_("The mouth is open."), N_("Use a photo with closed lips and a relaxed jaw.")


def _brows_raised(face: Face, view: View) -> Seen | None:
    names = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
    if max(face.expression.get(n, 0.0) for n in names) <= BROW_SCORE:
        return None
    return (
        "warn",
        N_("The eyebrows are raised, which changes their height and the lines of the forehead."),
        N_("Use a photo with a relaxed forehead."),
    )


def _eyes_closed(face: Face, view: View) -> Seen | None:
    unseen = hidden_eyes(face)
    closed = [
        side
        for side in ("left", "right")
        if side not in unseen
        and face.expression.get(f"eyeBlink{side.title()}", 0.0) > EYES_CLOSED_SCORE
    ]
    if not closed:
        return None
    one = N_("An eye is closed, so the size of the face is less sure.")
    both = N_("Both eyes are closed, so the size of the face is less sure.")
    return "warn", both if len(closed) == 2 else one, N_("Use a photo with both eyes open.")


def _grimace(face: Face, view: View) -> Seen | None:
    seen = [
        words
        for words, score, names in GRIMACES
        if max(face.expression.get(name, 0.0) for name in names) > score
    ]
    if not seen:
        return None
    return (
        "warn",
        Message(
            "The face is not at rest: {what}.", what=MessageList(list(dict.fromkeys(seen)), COMMAS)
        ),
        N_("Use a photo with a relaxed face and closed lips."),
    )


CHECKS: dict[str, Check] = {
    "smile": _smile,
    "mouth_open": _mouth_open,
    "eyes_closed": _eyes_closed,
    "brows_raised": _brows_raised,
    "grimace": _grimace,
}
