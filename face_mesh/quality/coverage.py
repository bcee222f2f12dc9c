"""What covers the face."""

from __future__ import annotations

from face_mesh.covers.cover import (
    PART_NAMES,
    glasses_seen,
    hidden_eyes,
    hidden_parts,
    hidden_share,
)
from face_mesh.face import Face
from face_mesh.messages import COMMAS, N_, Message, MessageList
from face_mesh.quality.view import Check, Seen, View

HIDDEN = 0.6  # share of the face: with more hidden, landmarks are a guess


def _glasses(face: Face, view: View) -> Seen | None:
    if not glasses_seen(face):
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


CHECKS: dict[str, Check] = {
    "glasses": _glasses,
    "eyes_hidden": _eyes_hidden,
    "face_covered": _covered,
}
