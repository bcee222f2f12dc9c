"""The photos one can bring: from the front, in three-quarter view, and smiling.

What is wrong in a photo depends on what it is for: in a photo of a smile the smile is no fault.
"""

from __future__ import annotations

from dataclasses import dataclass

from face_mesh import Face, Finding
from face_mesh.messages import Message
from face_mesh.quality.expression import SMILE_SCORE
from simulate import procedures
from simulate.outcome.view_check import FRONT_DEG, max_yaw_deg
from ui.state.session import FRONT, SMILE, THREE_QUARTER
from ui.text.language import N_

BEST_TURN_DEG = (15.0, 28.0)  # 33 of 43 procedures can be shown to the second, 25 to 32


@dataclass(frozen=True)
class View:
    """A photo that can be taken.

    Attributes:
        name: what it is called.
        asks: how to stand for it.
        good_for: what it shows that another does not.
        overlooked: ids of findings that are no fault in it.
    """

    name: str
    asks: str
    good_for: str
    overlooked: frozenset[str] = frozenset()


VIEWS = {
    FRONT: View(
        N_("From the front"),
        N_(
            "Look straight into the camera at the height of your eyes, with a relaxed face and "
            "closed lips, even light, hair back and no glasses."
        ),
        N_("Good for everything that is seen from the front."),
    ),
    THREE_QUARTER: View(
        N_("Three-quarter view"),
        N_(
            "Turn your head to one side by about a quarter of the way to your shoulder, and keep "
            "your chin level and your face relaxed."
        ),
        N_("Good for the nose, the chin and the depth of the cheeks."),
        # Checks of frontal photos: the far cheek is darker and narrower on every turned head.
        frozenset({"head_turned", "uneven_light", "too_near"}),
    ),
    SMILE: View(
        N_("Smiling"),
        N_("Look straight into the camera and smile so that your teeth show."),
        N_("Good for lines around the eyes, folds and gums."),
        frozenset({"smile", "mouth_open"}),
    ),
}


def findings(view: str, face: Face) -> tuple[Finding, ...]:
    """Return what is to be said about a photo of `view`, worst first."""
    overlooked = VIEWS[view].overlooked
    found = [
        finding
        for finding in face.findings
        if finding.severity == "block" or finding.id not in overlooked
    ]
    if view == THREE_QUARTER:
        found += _turn(face)
    if view == SMILE and face.smile <= SMILE_SCORE:
        found.append(
            Finding(
                "no_smile",
                "block",
                N_("There is hardly a smile in this photo."),
                N_("Smile so that your teeth show."),
            )
        )
    return tuple(sorted(found, key=lambda one: ("block", "warn", "info").index(one.severity)))


def _turn(face: Face) -> list[Finding]:
    turn_deg = abs(face.pose.yaw_deg)
    if turn_deg <= FRONT_DEG:
        return [
            Finding(
                "not_turned",
                "block",
                N_("The head is hardly turned in this photo."),
                N_("Turn your head farther to one side."),
            )
        ]
    every = procedures().values()
    shown = sum(turn_deg <= max_yaw_deg(one) for one in every)
    far = turn_deg > BEST_TURN_DEG[1]
    return [
        Finding(
            "turn",
            "warn" if far else "info",
            Message(
                "The head is turned by {deg:.0f}°, at which {shown} of {all} procedures can be "
                "shown.",
                deg=turn_deg,
                shown=shown,
                all=len(every),
            ),
            N_("Turn back a little towards the camera to see more of them.") if far else "",
        )
    ]
