"""Whether what a treatment changes can be seen in a photo in which something covers the face."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.covers.cover import covers, fixed_mask, lens_mask
from face_mesh.errors import PlanError
from face_mesh.messages import Message
from face_mesh.skin.neck_view import NeckView
from simulate.catalogue.procedure import TONES, Procedure
from simulate.geometry.cover_taper import hair_mask
from simulate.geometry.ears import ears_of
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.neck_and_ears import PRIOR_MEASURES
from simulate.outcome.view_check import change_weights
from simulate.plan.plan import Plan, Treatment

# Of what a treatment changes, by area and amount: with more of it hidden it cannot be shown, with
# less hidden nothing need be said. A treatment of both sides with one of them hidden is shown.
MOST_HIDDEN, HARDLY_HIDDEN = 0.6, 0.05
# Hair always lies over a part of a temple: half of it in the mean of 43 development people.
MOST_UNDER_HAIR = 0.8
WHOLE_NECK = 0.9  # of the upper neck: from there on all of it counts as seen, creases are dark


def check_covers(face: Face, plan: Plan) -> None:
    """Refuse a plan of which a treatment lies mostly under something in the photo.

    Raises:
        PlanError: more than `MOST_HIDDEN` of what a treatment changes is hidden, or an ear that it
            sets back is not seen.
    """
    for treatment in plan.treatments:
        if not treatment.dose:
            continue
        if on_ears(treatment):
            _check_ears(face, treatment)
        most = MOST_UNDER_HAIR if treatment.entry.under_hair else MOST_HIDDEN
        if hidden_share(face, treatment) > most:
            raise PlanError(
                Message(
                    "{name} cannot be shown, because something covers that part of the face in "
                    "this photo; use a photo that shows it, or leave it out.",
                    name=Message(treatment.entry.name),
                )
            )


def _check_ears(face: Face, treatment: Treatment) -> None:
    name, asked = Message(treatment.entry.name), treatment.entry.treated_sides(treatment.side)
    seen = set(asked) & set(ears_of(face))
    if not seen:
        raise PlanError(
            Message(
                "{name} cannot be shown, because this photo does not show ears that stand out: "
                "hair covers them or looks like them, or they lie close to the head. Use a "
                "photo with the hair behind the ears, or leave it out.",
                name=name,
            )
        )
    if len(seen) < len(asked):
        raise PlanError(
            Message(
                "{name}: only the left ear stands out in this photo, and drawn alone it would "
                "look lopsided; choose the left side if only that ear is meant, or use a photo "
                "that shows both."
                if seen == {"left"}
                else "{name}: only the right ear stands out in this photo, and drawn alone it "
                "would look lopsided; choose the right side if only that ear is meant, or use "
                "a photo that shows both.",
                name=name,
            )
        )


def partly_hidden(face: Face, plan: Plan) -> Iterator[str]:
    """Yield a warning for each treatment of which a part is not drawn."""
    for treatment in plan.treatments:
        if treatment.dose and hidden_share(face, treatment) > HARDLY_HIDDEN:
            yield Message(
                "{name}: what is covered in this photo is left as it is, so a part of the change "
                "is not drawn.",
                name=Message(treatment.entry.name),
            )
        for _, share in _under(face, treatment):
            if treatment.dose and HARDLY_HIDDEN < share <= MOST_HIDDEN:
                yield Message(
                    "{name}: what lies under the glasses is left as it is, so a part of the change "
                    "is not drawn; take the photo again without glasses.",
                    name=Message(treatment.entry.name),
                )


def on_ears(treatment: Treatment) -> bool:
    """Return whether a treatment moves ears."""
    return any(term.patch.surface == "ears" for term in treatment.entry.terms)


def covers_of(face: Face, treatment: Treatment) -> list[str]:
    """Return the ids of clear covers under which a treatment would move most of what it moves.

    Drawing would bend them, so nothing of it is drawn. What moves less under them is drawn around
    them (`simulate.geometry.cover_taper`).
    """
    return [cover for cover, share in _under(face, treatment) if share > MOST_HIDDEN]


def _under(face: Face, treatment: Treatment) -> Iterator[tuple[str, float]]:
    """Yield clear covers that a treatment would bend, and how much of it lies under them."""
    entry = treatment.entry
    for cover in covers(face):
        if cover.clear and cover.id in entry.hidden_by:
            yield cover.id, _clear_share(face, entry, treatment.side)


@cached_per(Scope.SIZE)
def _clear_share(face: Face, procedure: Procedure, side: str) -> float:
    """How much of what a procedure moves lies under glasses, 1 if it is none of the mesh: ears."""
    if not any(term.patch.surface == "face" for term in procedure.terms):
        return 1.0
    return _share(face, procedure, side, lens_mask(face))


def hidden_share(face: Face, treatment: Treatment) -> float:
    """Return how much of what a treatment changes is hidden in the photo, 0 to 1."""
    return _hidden_share(face, treatment.entry, treatment.side)


@cached_per(Scope.SIZE)
def _hidden_share(face: Face, procedure: Procedure, side: str) -> float:
    mask = fixed_mask(face)
    if procedure.under_hair:
        mask = np.maximum(mask, hair_mask(face))
    hidden = _share(face, procedure, side, mask) if mask.any() else 0.0
    moved = {term.patch.surface for term in procedure.terms if term.operator not in TONES}
    if "neck" not in moved or not _meant_for_neck(procedure):
        return hidden
    # With a part on the face it is shown as far as that is.
    return max(hidden, min(neck_hidden(face), MOST_HIDDEN if "face" in moved else 1.0))


def _meant_for_neck(procedure: Procedure) -> bool:
    """Return whether the neck is what is treated, and does not only go along with the jaw."""
    return procedure.area == "neck" or not set(PRIOR_MEASURES).isdisjoint(procedure.measures)


def neck_hidden(face: Face) -> float:
    """Return how much of the upper neck clothes, a beard or the photo's edge hide, 0 to 1."""
    return max(0.0, 1.0 - NeckView.of(face).seen_share / WHOLE_NECK)


def _share(face: Face, procedure: Procedure, side: str, mask: Mask) -> float:
    weights = change_weights(face, procedure, side)
    places = face.pose.to_photo(FaceSurface.of(face).vertices_mm)[:, :2]
    x, y = np.round(places).astype(int).T
    height, width = mask.shape
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    there = np.where(inside, mask[y.clip(0, height - 1), x.clip(0, width - 1)], 0.0)
    whole = float(weights.sum())
    return float((weights * there).sum()) / whole if whole else 0.0
