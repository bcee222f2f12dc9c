"""Everything that is found about a photo."""

from __future__ import annotations

from face_mesh.face import Face, Finding, Severity
from face_mesh.fidelity.faults import faults
from face_mesh.messages import N_, Message
from face_mesh.quality import coverage, expression, light, placement
from face_mesh.quality.view import Check, View

CHECKS: dict[str, Check] = {
    **placement.CHECKS,
    **light.CHECKS,
    **expression.CHECKS,
    **coverage.CHECKS,
}


def assess(face: Face, faces_seen: int) -> tuple[Finding, ...]:
    """Return the findings, worst first.

    Args:
        face: the measured face.
        faces_seen: how many faces the photo shows.
    """
    view = View.of(face)
    found = [_several(faces_seen)] if faces_seen > 1 else []
    found += [Finding(fault.id, "warn", fault.message, fault.advice) for fault in faults(face)]
    for id_, check in CHECKS.items():
        if (seen := check(face, view)) is not None:
            found.append(Finding(id_, *seen))
    order: list[Severity] = ["block", "warn", "info"]
    return tuple(sorted(found, key=lambda f: order.index(f.severity)))


def _several(faces_seen: int) -> Finding:
    return Finding(
        "several_faces",
        "info",
        Message("The photo shows {count} faces; one of them was measured.", count=faces_seen),
        N_("Choose another face if this is not yours."),
    )
