"""Whether a treatment can be shown on a head turned as far as it is in the photo."""

from __future__ import annotations

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Bool, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.errors import PlanError
from face_mesh.landmarks.model_file import VERTICES
from face_mesh.messages import Message
from face_mesh.regions import region
from simulate.catalogue.procedure import Procedure
from simulate.geometry.basis import mesh_basis
from simulate.geometry.grid import Grid
from simulate.geometry.mesh import FaceSurface
from simulate.plan.plan import Plan
from simulate.skin.tasks import regions_of

UNSTATED_DEG = 25.0  # for an entry that says nothing: the landmarks err twice as much as in front
EDGE_ON = 0.17  # the cosine of 80 degrees: skin seen flatter than that is not seen
BEHIND_MM = 3.0  # skin this far behind what is in front of it is hidden
FRONT_DEG = 12.0  # of turn up to which a photo is from the front, whose sides are seen edge on
SEEN = 0.5  # share of what a side's treatment moves that must be seen


def max_yaw_deg(procedure: Procedure) -> float:
    """Return how far the head may be turned for a procedure to be shown."""
    return procedure.view.max_yaw_deg if procedure.view else UNSTATED_DEG


def check_view(face: Face, plan: Plan) -> None:
    """Refuse a plan that cannot be shown on a head turned like this one.

    Raises:
        PlanError: the head is turned beyond the view of a procedure, or a side that is treated by
            itself is turned away.
    """
    yaw_deg = face.pose.yaw_deg
    for treatment in plan.treatments:
        entry, limit_deg = treatment.entry, max_yaw_deg(treatment.entry)
        if not treatment.dose:
            continue
        if abs(yaw_deg) > limit_deg:
            raise PlanError(
                Message(
                    "{name} can be shown up to {limit_deg:g}° of turn, and in this photo the head "
                    "is turned by {yaw_deg:.0f}°; use a photo from nearer the front, or leave it "
                    "out.",
                    name=Message(entry.name),
                    limit_deg=limit_deg,
                    yaw_deg=abs(yaw_deg),
                )
            )
        turned = abs(yaw_deg) > FRONT_DEG
        if turned and treatment.side != "both" and seen_share(face, entry, treatment.side) < SEEN:
            raise PlanError(
                Message(
                    "{name} on the left cannot be shown, because that side is turned away in this "
                    "photo; use a photo from the front, or treat the other side."
                    if treatment.side == "left"
                    else "{name} on the right cannot be shown, because that side is turned away in "
                    "this photo; use a photo from the front, or treat the other side.",
                    name=Message(entry.name),
                )
            )


def seen_share(face: Face, procedure: Procedure, side: str) -> float:
    """Return the share of what a treatment of a side changes that the photo shows, 0 to 1."""
    weights = change_weights(face, procedure, side)
    whole = float(weights.sum())
    return float(weights[visible(face)].sum()) / whole if whole else 1.0


def change_weights(face: Face, procedure: Procedure, side: str) -> Points:
    """Return (V,) how much a treatment of a side changes at each vertex: mm² times mm moved.

    A treatment that moves nothing counts the corners of the regions of its signs.
    """
    if procedure.terms:
        areas_mm2 = FaceSurface.of(face).areas_mm2
        moved_mm = np.linalg.norm(mesh_basis(face, procedure, side)[: len(areas_mm2)], axis=1)
        return np.asarray(moved_mm * areas_mm2, np.float64)
    weights = np.zeros(len(FaceSurface.of(face).vertices_mm))
    for term in procedure.skin:
        for name in regions_of(term, side):
            corners = [c if isinstance(c, int) else c[0] for c in region(name).corners]
            weights[[c for c in corners if c < VERTICES]] = 1.0
    return weights


@cached_per(Scope.SIZE)
def visible(face: Face) -> Bool:
    """Return (V,) which vertices the photo shows: not turned away, and with nothing before them."""
    surface, grid = FaceSurface.of(face), Grid.of(face)
    toward = (surface.normals @ face.pose.rotation.T)[:, 2]
    places = face.pose.to_photo(surface.vertices_mm)
    column, row = np.round(grid.nodes_at(places[:, :2])).astype(np.int64).T
    front = (grid.interpolate @ places[:, 2])[grid.nearest].reshape(grid.shape)[row, column]
    behind_mm = (places[:, 2] - front) / face.px_per_mm
    return np.asarray((toward > EDGE_ON) & (behind_mm < BEHIND_MM), np.bool_)
