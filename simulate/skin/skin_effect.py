"""What a plan does to the skin of a face: pictures to blend, by how much, and what that reads as.

Skin work that several treatments share (toxin and a laser on the same lines) is painted once; what
one leaves, the next acts on, so that their shares never add up to more than the whole.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Mask
from face_mesh.skin import readability
from face_mesh.skin.signs import SIGNS
from simulate.catalogue.procedure import COUNTED, LESIONS
from simulate.catalogue.time_course import days_since, share_at
from simulate.plan.conditions import Conditions
from simulate.plan.plan import Plan, Treatment
from simulate.progress import share_of
from simulate.skin.blend import Weighted
from simulate.skin.masks import areas_under_hair, spares_lenses, target_of
from simulate.skin.region_shares import BROAD
from simulate.skin.tasks import Job, jobs_of
from simulate.skin.treated_patch import TreatedPatch, treatment_steps

# Of a change of severity: two readings of the same skin in another light or size differ by a tenth
# (docs/skin-signs.md), so their difference by a seventh.
READING_SD = 0.14
# Of 255, of the change where it is most: two in lightness (CIELAB), about two just noticeable
# differences, in middle tones. Author's estimate.
SEEN_LEVELS = 5.0
# Times the share of a grade that goes, the share of lines, shade and flush that may: a grade is
# read off all of a zone, and what lies beside a line may not make it go whole, nor one side more
# than the other. Author's estimate.
OVER = 1.3
MOSTLY = 0.5  # of what was found: from there on it is said that hair hides it
Amount = Callable[[Treatment], float]  # of a treatment's usual effect: dose, time and responder


@dataclass(frozen=True)
class Reading:
    """One sign of the skin, over the regions treated.

    Attributes:
        sign: id of the sign.
        before: severity on the photo.
        after, low, high: as the asked, the strong and the weak responder would have it.
    """

    sign: str
    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class SkinEffect:
    """What a plan does to the skin.

    Attributes:
        parts: treated skin with how far to blend it in.
        readings: one a sign, over the regions in which it can be read.
        hairy: ids of signs that lie mostly under hair, which is left as it is.
        slight: ids of signs on which the effect is below what an eye tells apart.
        unreadable: why a sign can be read in none of its regions, by id.
        half_ranges: of each part, half of what the weak and the strong responder differ by.
        pieces: of each part, what it is blended in by.
    """

    parts: tuple[tuple[TreatedPatch, float], ...] = ()
    readings: tuple[Reading, ...] = ()
    half_ranges: tuple[float, ...] = ()
    pieces: tuple[Piece, ...] = ()
    hairy: tuple[str, ...] = ()
    slight: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Piece:
    """Treated skin, and every job that asks for it.

    Attributes:
        skin: before and after all that treatment could do.
        jobs: of one place and kind, of several treatments.
        spared: whether nothing of it is painted behind lenses.
    """

    skin: TreatedPatch
    jobs: list[Job] = field(default_factory=list)
    spared: bool = False

    @property
    def sign(self) -> str:
        """Id of the sign it is of."""
        return self.jobs[0].term.sign

    def weight(self, amount: Amount) -> float:
        """Return how far to blend the treated skin in, in [0, 1]."""
        grades = min(self.skin.before, _most(self.sign))  # deeper than the scale is its last grade
        left = math.prod(1.0 - job.term.share(amount(job.treatment), grades) for job in self.jobs)
        weight = self.skin.weight(1.0 - left)
        if self.sign == LESIONS:  # half as dark one may not be found again, and is plainly there
            return max(weight, 1.0 - left) if self.skin.changed.any() else weight
        even = min(weight, OVER * (1.0 - left)) if self.is_even else weight
        # A detector may read more on the way; what is reported is no more than before.
        return even if self.skin.severity(even) <= self.skin.before else weight

    @property
    def is_even(self) -> bool:
        """Whether all of it goes by about the same share: lines, shade and flushes, no spots."""
        return self.skin.painted or self.sign in BROAD

    def severity(self, amount: Amount) -> float:
        """Return the severity that is left."""
        return self.skin.severity(self.weight(amount))


def skin_effect(
    face: Face, plan: Plan, conditions: Conditions
) -> Generator[float, None, SkinEffect]:
    """Work out what a plan does to the skin; yields the share of the work done.

    What was worked out before for this face, engine and seed is not done again.

    Args:
        face: measured face.
        plan: the treatments.
        conditions: when and for whom; the engine is loaded only if something is to be painted.

    Raises:
        EngineError: the engine failed.
    """

    def amount_for(responder: str) -> Amount:
        those = replace(conditions, responder=responder)
        return lambda treatment: skin_amount(treatment, those)

    asked, low, high = map(amount_for, (conditions.responder, "low", "high"))
    wanted = [job for job in jobs_of(plan) if high(job.treatment) > 0]
    pieces: dict[tuple[str, bool], Piece] = {}
    for i, job in enumerate(wanted):
        place = job.key, spares_lenses(face, job)
        if place not in pieces:
            working = treatment_steps(face, job, conditions.engine, conditions.seed)
            made = yield from share_of(working, 1 / len(wanted), i / len(wanted))
            pieces[place] = Piece(made, spared=place[1])
        pieces[place].jobs.append(job)
    found = list(pieces.values())
    parts = tuple((piece.skin, piece.weight(asked)) for piece in found)
    half = tuple(0.5 * abs(one.weight(high) - one.weight(low)) for one in found)
    read = [piece for piece in found if not _unreadable(face, piece)]
    said = {piece.sign for piece in read}
    why = {one.sign: _unreadable(face, one) for one in found if one.sign not in said}
    readings = tuple(_readings(read, asked, low, high))
    hairy, slight = _hairy(face, found), _slight(parts, found)
    return SkinEffect(parts, readings, half, tuple(found), hairy, slight, why)


def _slight(parts: Weighted, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the signs of which something is treated, and nothing of that is plainly seen."""
    levels: dict[str, float] = defaultdict(float)
    for (skin, weight), piece in zip(parts, pieces, strict=True):
        if weight > 0:
            levels[piece.sign] = max(levels[piece.sign], weight * skin.levels)
    return tuple(sign for sign, most in levels.items() if most < SEEN_LEVELS)


def _hairy(face: Face, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the signs of which most lies under hair, in all regions together."""
    areas: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for piece in pieces:
        if not piece.jobs[0].treatment.spots:
            areas[piece.sign].append(areas_under_hair(face, piece.sign, piece.jobs[0].region))
    sums = {sign: tuple(map(sum, zip(*both, strict=True))) for sign, both in areas.items()}
    return tuple(sign for sign, (whole, under) in sums.items() if under > MOSTLY * whole)


def _unreadable(face: Face, piece: Piece) -> str:
    """Return why the sign of a piece cannot be read there; what was picked by hand is counted."""
    job = piece.jobs[0]
    picked = bool(job.treatment.spots)
    return "" if picked else readability.unreadable(face, SIGNS[piece.sign], job.region)


def skin_amount(treatment: Treatment, conditions: Conditions) -> float:
    """Return how much of its usual effect on skin a treatment has."""
    entry = treatment.entry
    share = share_at(entry, days_since(treatment.week, conditions.days))
    return treatment.relative_dose * share * (1.0 + conditions.deviations * entry.spread)


def skin_mask_of(face: Face, plan: Plan) -> Mask:
    """Return (H, W) float32, all that a plan would repaint or fade; loads no engine."""
    out = np.zeros((face.photo.height, face.photo.width), np.float32)
    for job in jobs_of(plan):
        np.maximum(out, target_of(face, job).mask, out=out)
    return out


def _readings(
    pieces: Sequence[Piece], asked: Amount, low: Amount, high: Amount
) -> Generator[Reading]:
    signs: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        signs[piece.sign].append(piece)
    for sign, over in signs.items():
        whole = sum if sign in COUNTED else fmean  # what is counted adds up, grades do not
        after, strong, weak = (
            float(whole([piece.severity(amount) for piece in over]))
            for amount in (asked, high, low)
        )
        before = float(whole([piece.skin.before for piece in over]))
        most = _most(sign)
        middle, half = (weak + strong) / 2.0, abs(weak - strong) / 2.0
        half = math.hypot(half, READING_SD * (before - middle))
        ends = max(0.0, middle - half), min(middle + half, max(before, weak, strong))
        yield Reading(sign, *(min(value, most) for value in (before, after, *ends)))


def _most(sign: str) -> float:
    """Return the last grade of a sign's scale; what is counted has none."""
    return math.inf if sign in COUNTED else SIGNS[sign].most
