"""What an entry of the catalogue holds: frozen values, and the rules for those read from TOML."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import hypot
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from face_mesh.messages import N_
from face_mesh.untrusted.shapes import FieldError, Number, Switch, one_of
from simulate.catalogue.sources import ESTIMATE, Derivation, Sentence, Source

AREAS = (
    *("lips", "chin", "jaw", "neck", "cheeks", "temples", "nose", "ears", "brows", "lines"),
    *("folds", "eyes", "skin", "face"),
)
UNITS = (N_("mL"), N_("U"), N_("mm"), N_("deg"), N_("sessions"))
AMOUNTS = ("mL", "U")  # units of which a total is divided; a distance or an angle is not
SIDES = ("both", "left", "right")
KINDS = ("geometry", "shading", "skin", "recovery")
SIGNS = (  # of the skin, by the ids of their detectors
    "crows_feet_lines",
    "forehead_lines",
    "glabellar_lines",
    "perioral_lines",
    "nasolabial_fold",
    "marionette_fold",
    "tear_trough",
    "eye_bags",
    "dark_circles",
    "redness",
    "pigment_spots",
    "freckles",
    "melasma",
    "moles",
    "acne_scars",
    "pores",
)
FINDINGS = (  # at lip, jaw and neck, by the ids of `face_mesh.skin.lower_face`
    "jowl",
    "jowl_border",
    "skin_laxity",
    "submental_fullness",
    "submental_roll",
    "masseter_bulk",
    "upper_lip_red",
    "platysmal_bands",
)
FRECKLES = "freckles"
LESIONS = "moles"  # the sign whose lesions are picked one by one
COUNTED = (LESIONS, FRECKLES)  # of which there is a number, and no grade
SURFACES = ("face", "neck", "ears")  # what a patch lies on
SKIN_OPERATORS = ("fill", "lift", "fade")
REACTIONS = ("swelling", "bruising", "erythema")
# Where the effect itself was never measured, its mean is unsure too: a third of it either way, by
# our own estimate, is added to how people differ.
UNMEASURED_SD = 0.33
WIDEST = 0.95  # nobody's effect turns round
OFF_A_POINT = 0.015  # how far a curve may pass from a published point: rounding, no more
TONES = ("shadow", "soften_bands", "soften_rings")  # of the neck: they change its shade alone
_ANYWHERE = ("translate", "volume", "remove", *TONES)  # also beyond the face
_NEEDS = {
    "translate": ("direction",),
    "rotate": ("direction", "pivot"),
    "spread": ("pivot",),
    "flatten": ("direction",),
    "relax": ("pull",),
    "volume": (),
    "remove": (),
    "shadow": (),
    "soften_bands": (),
    "soften_rings": (),
}
_TAKES = {"volume": ("direction",)}  # what an operator may be given too
Positive = Annotated[Number, Field(gt=0.0)]


@dataclass(frozen=True)
class Dose:
    """What is given. `scope` says whether the number is for one side or for the whole face.

    Of a length or an angle `what` says which: "height of the strip of skin".
    """

    unit: Annotated[str, one_of(UNITS)]
    usual: Number
    max: Number
    step: Number
    scope: Annotated[str, one_of(("total", "per_side"))]
    usual_source: Source
    max_source: Source
    derivation: str = ""  # why, where one of them is an estimate
    what: str = ""

    @model_validator(mode="after")
    def _check(self) -> Dose:
        if not 0.0 < self.step <= self.usual <= self.max:
            raise ValueError("needs 0 < step <= usual <= max")
        if ESTIMATE in (self.usual_source, self.max_source) and not self.derivation.strip():
            raise FieldError("derivation", "say why the dose is what it is")
        return self


@dataclass(frozen=True)
class Evidence:
    """A claim and the publication it rests on."""

    claim: str
    source: Source


@dataclass(frozen=True)
class Response:
    """How much people differ: relative standard deviation of the effect between people."""

    relative_sd: Annotated[Number, Field(ge=0.0, lt=1.0)]
    source: Source
    derivation: Derivation


@dataclass(frozen=True)
class DoseResponse:
    """Effect against dose: "linear", or "saturating" with the dose that gives half of the most."""

    kind: Annotated[str, one_of(("linear", "saturating"))]
    source: Source
    half_dose: Number = 0.0
    derivation: str = ""  # why, where it is an estimate

    @model_validator(mode="after")
    def _check(self) -> DoseResponse:
        if (self.kind == "saturating") != (self.half_dose > 0.0):
            raise FieldError("half_dose", "goes with saturating, above 0")
        if self.source == ESTIMATE and not self.derivation.strip():
            raise FieldError("derivation", "say why the effect grows like this")
        return self


@dataclass(frozen=True)
class Patch:
    """Where a term acts: full within `core_mm` of a named curve, fading over `falloff_mm`.

    Distance is measured along the skin, or with `metric = "front"` as it is seen from the front:
    for what changes the outline of the face, whose side walls are long but seen edge on;
    with `metric = "lips"` lips that touch are one skin, so that one pushes the other along.
    `surface` is "face", or the "neck" or "ears" beyond it, whose names are those of
    `simulate.geometry.neck_and_ears`. With `ends_mm` it rises from 0 at either end of the curve to
    1 that far along it, as a lip does from its corners.
    """

    centre: str
    core_mm: Annotated[Number, Field(ge=0.0)]
    falloff_mm: Positive
    hold: tuple[str, ...] = ()
    metric: Annotated[str, one_of(("skin", "front", "lips"))] = "skin"
    surface: Annotated[str, one_of(SURFACES)] = "face"
    ends_mm: Annotated[Number, Field(ge=0.0)] = 0.0


@dataclass(frozen=True)
class Term:
    """One displacement: an operator, its patch, and millimetres (or mL, degrees) per unit of dose.

    `coefficient` is per unit of dose on one side for a paired term, of the whole dose for a midline
    one; with a `most`, a larger effective dose moves no more. `source` is a citation or "author's
    estimate". With a `reading` the coefficient is that on somebody who has as much of it as people
    who come for the treatment, and less of it acts on a face on which less is found, down to the
    share `least`. An `unlit` term moves skin that is not lit anew: the relief it levels, as a hump
    of the nose or the groove of a fold, is not in the mesh, and light would show the opposite; or
    its shine goes along with it, as below a brow, and would be shone on twice.
    """

    operator: Annotated[str, one_of(_NEEDS)]
    patch: Patch
    coefficient: Number
    source: Source
    derivation: Derivation
    midline: Switch = False
    direction: tuple[Number, ...] = ()
    pivot: str = ""
    pull: str = ""
    most: Annotated[Number, Field(ge=0.0)] = 0.0  # 0 is without end
    reading: Annotated[str, one_of(("", *FINDINGS))] = ""
    least: Annotated[Number, Field(ge=0.0, le=1.0)] = 0.0
    unlit: Switch = False

    @model_validator(mode="after")
    def _check(self) -> Term:
        if self.least and not self.reading:
            raise FieldError("least", "goes with a reading")
        if self.operator in TONES and self.patch.surface != "neck":
            raise FieldError("operator", f"{self.operator} acts on the neck only")
        for name in ("direction", "pivot", "pull"):
            if name in _TAKES.get(self.operator, ()):
                continue
            if bool(getattr(self, name)) != (name in _NEEDS[self.operator]):
                raise FieldError(name, f"does not fit operator {self.operator}")
        if self.direction and (len(self.direction) != 3 or not any(self.direction)):
            raise FieldError("direction", "must be three numbers, not all 0")
        if self.patch.surface != "face" and self.operator not in _ANYWHERE:
            raise FieldError("operator", f"{self.operator} acts on the face only")
        if self.patch.surface != "face" and self.patch.ends_mm:
            raise FieldError("patch", "curves with ends are of the face only")
        if self.most and self.operator in ("volume", "remove"):
            raise FieldError("most", f"does not fit operator {self.operator}")
        return self


@dataclass(frozen=True)
class SkinTerm:
    """What a procedure does to one sign of the skin.

    `operator` is "fill" (the inpainting engine makes the skin of the sign anew), "lift" (the shade
    of a fold or trough is evened out, its crease filled) or "fade" (too much of a chromophore is
    taken away). `reduction` is the share of the sign's severity that the usual dose removes in the
    mean person, `most` the largest share that any dose may, and `most_grades`, where it is given,
    so many grades at most: a deep fold keeps more than a shallow one. `regions` limits the term to
    some of the sign's regions, named without their side.
    """

    sign: Annotated[str, one_of(SIGNS)]
    operator: Annotated[str, one_of(SKIN_OPERATORS)]
    reduction: Number
    most: Number
    source: Source
    derivation: Derivation
    regions: tuple[str, ...] = ()
    most_grades: Annotated[Number, Field(ge=0.0)] = 0.0  # 0 is without end

    @model_validator(mode="after")
    def _check(self) -> SkinTerm:
        if not 0.0 < self.reduction <= self.most <= 1.0:
            raise FieldError("reduction", "needs 0 < reduction <= most <= 1")
        return self

    def share(self, relative_dose: float, grades: float = 0.0) -> float:
        """Return the share removed by a dose given relative to the usual one.

        Args:
            relative_dose: 1 is the usual dose.
            grades: severity of the sign before, of which no more than `most_grades` go.
        """
        share = min(self.most, self.reduction * max(0.0, relative_dose))
        deep = self.most_grades and grades > self.most_grades
        return min(share, self.most_grades / grades) if deep else share


@dataclass(frozen=True)
class CurvePoint:
    """A published point that a curve over time passes through: its value on a day, and by whom."""

    day: Number
    value: Number
    source: Source
    note: str


def _check_curve(
    days: tuple[float, ...], values: tuple[float, ...], points: tuple[CurvePoint, ...]
) -> None:
    rising = all(a < b for a, b in itertools.pairwise(days))
    if not days or len(days) != len(values) or not rising:
        raise FieldError("days", "must rise, one for each value")
    for i, point in enumerate(points):
        drawn = float(np.interp(point.day, days, values))
        if not abs(drawn - point.value) <= OFF_A_POINT:
            raise FieldError(
                f"published[{i}]",
                f"the curve is at {drawn:.3f} on day {point.day:g}, not at {point.value:g}",
            )


@dataclass(frozen=True)
class Course:
    """Share of the settled effect against time, linear between the points.

    `published` are those of its points that a publication gives, as shares of the settled effect.
    """

    days: tuple[Number, ...]
    share: tuple[Number, ...]
    source: Source
    derivation: Derivation
    published: tuple[CurvePoint, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Course:
        _check_curve(self.days, self.share, self.published)
        return self

    @property
    def onset_day(self) -> float:
        """Day on which half of the settled effect is there for the first time."""
        for i, share in enumerate(self.share):
            if share >= 0.5:
                if i == 0:
                    return self.days[0]
                a, b = self.share[i - 1], share
                return self.days[i - 1] + (0.5 - a) / (b - a) * (self.days[i] - self.days[i - 1])
        return self.days[-1]

    @property
    def peak_day(self) -> float:
        """First day on which the effect is at its most."""
        return self.days[self.share.index(max(self.share))]


@dataclass(frozen=True)
class Reaction:
    """What the tissue does on the way: swelling, bruising or erythema, against time.

    `peak` is at the usual dose: of swelling the mL of volume on each side (in all for a midline
    one), of bruising a grade from 0 none to 3 severe, of erythema the Clinician Erythema Assessment
    from 0 clear to 4 severe. `level` is a share of the peak, linear between the days. `frequency`
    is the share of people who have it. Of a bruise, `sinks_mm` is how far below the patch blood
    runs, thinning; of a swelling, `ptosis_mm` how much lower the upper lid hangs at the peak.
    """

    sign: Annotated[str, one_of(REACTIONS)]
    patch: Patch
    peak: Positive
    days: tuple[Number, ...]
    level: tuple[Number, ...]
    source: Source
    derivation: Derivation
    frequency: Annotated[Number, Field(gt=0.0, le=1.0)]
    frequency_source: Source
    midline: Switch = False
    published: tuple[CurvePoint, ...] = ()
    sinks_mm: Annotated[Number, Field(ge=0.0)] = 0.0
    ptosis_mm: Annotated[Number, Field(ge=0.0)] = 0.0

    @model_validator(mode="after")
    def _check(self) -> Reaction:
        _check_curve(self.days, self.level, self.published)
        if self.sinks_mm and self.sign != "bruising":
            raise FieldError("sinks_mm", "only blood sinks")
        if self.ptosis_mm and self.sign != "swelling":
            raise FieldError("ptosis_mm", "only a swelling lowers a lid")
        if max(self.level) != 1.0 or min(self.level) < 0.0 or self.level[-1] != 0.0:
            raise FieldError("level", "from 0 to 1, 1 at the peak, and 0 at the end")
        return self


@dataclass(frozen=True)
class Downtime:
    """Days until most people are back among people, from and to."""

    days_low: Number
    days_high: Number
    source: Source
    derivation: Derivation

    @model_validator(mode="after")
    def _check(self) -> Downtime:
        if not 0.0 <= self.days_low <= self.days_high:
            raise ValueError("needs 0 <= days_low <= days_high")
        return self


@dataclass(frozen=True)
class Risk:
    """What can go wrong, how often as published, and whether it is an emergency or lasting."""

    what: str
    frequency: str
    source: Source
    serious: Switch = False


@dataclass(frozen=True)
class PoorCandidate:
    """Whom it suits less, or not at all."""

    who: Sentence
    source: Source


@dataclass(frozen=True)
class View:
    """How far the head may be turned in the photo for the result to be shown."""

    max_yaw_deg: Number
    source: Source
    derivation: Derivation


@dataclass(frozen=True)
class PublicationFigure:
    """A change that a publication reports at a dose, to hold the simulation against.

    `measures` are averaged: ids of `face_mesh.measures`, signs of the skin, `surface_volume` (mL).
    `mean` and `sd` are of the change in the measure's own unit, or with `relative` as a share of
    the value before. An `sd` of 0 is one that was not published.
    """

    measures: Annotated[tuple[str, ...], Field(min_length=1)]
    dose: Positive
    mean: Number
    source: Source
    note: str
    sd: Annotated[Number, Field(ge=0.0)] = 0.0
    relative: Switch = False
    when: str = ""
    side: str = "both"


@dataclass(frozen=True)
class Procedure:
    """One entry of the catalogue."""

    id: str
    name: str
    area: Annotated[str, one_of(AREAS)]
    summary: str
    kinds: tuple[Annotated[str, one_of(KINDS)], ...]
    sides: tuple[Annotated[str, one_of(SIDES)], ...]
    dose: Dose
    response: Response
    dose_response: DoseResponse
    course: Course
    evidence: tuple[Evidence, ...]
    cautions: tuple[str, ...]
    measures: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    skin: tuple[SkinTerm, ...] = ()
    hidden_by: tuple[str, ...] = ()  # findings of what it would bend: not drawn under it
    under_hair: Switch = False  # hair lies over what it moves, and stays where it is
    undrawn: str = ""  # a sentence on what of the first weeks no picture shows
    dark_skin: str = ""  # a sentence for people whose skin is brown or dark
    raises_lid_fold: Switch = False  # off the upper lid, of which more shows
    in_smile: Switch = False  # acts on a muscle of the smile: nothing of it is seen at rest
    reactions: tuple[Reaction, ...] = ()
    downtime: Downtime | None = None
    risks: tuple[Risk, ...] = ()
    suits_less: tuple[PoorCandidate, ...] = ()
    view: View | None = None
    published: tuple[PublicationFigure, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Procedure:
        has = {
            "geometry": bool(self.terms),
            "shading": bool(self.terms),  # what moves is lit anew
            "skin": bool(self.skin),
            "recovery": bool(self.reactions),
        }
        for kind, given in has.items():
            if given != (kind in self.kinds):
                raise FieldError("kinds", f"{kind} goes with its terms, and only with them")
        if not (self.terms or self.skin):
            raise FieldError("terms", "there is neither a term nor a skin term")
        if self.measures and not self.terms:
            raise FieldError("measures", "lengths and angles go with displacement terms")
        if not self.measures and not self.skin:
            raise FieldError("measures", "name at least one, or nothing of the result is reported")
        for i, change in enumerate(self.published):
            if change.side not in self.sides or change.dose > self.max_dose(change.side):
                raise FieldError(f"published[{i}]", "needs a side and a dose that can be given")
        return self

    @property
    def spread(self) -> float:
        """Relative standard deviation of the effect: between people, and of an unmeasured mean."""
        unmeasured = UNMEASURED_SD if self.thin else 0.0
        return min(hypot(self.response.relative_sd, unmeasured), WIDEST)

    @property
    def thin(self) -> bool:
        """Whether any coefficient of the effect is an estimate of ours and not a measurement."""
        found = [term.source for term in self.terms] + [term.source for term in self.skin]
        return ESTIMATE in found

    @property
    def removes_lesions(self) -> bool:
        """Whether it removes lesions, which are picked in the photo one by one."""
        return any(term.sign == LESIONS for term in self.skin)

    @property
    def swells(self) -> bool:
        """Whether it is followed by a swelling, which may hide its effect."""
        return any(reaction.sign == "swelling" for reaction in self.reactions)

    def treated_sides(self, side: str) -> tuple[str, ...]:
        """Return the sides of the face a paired term acts on."""
        return ("left", "right") if side == "both" else (side,)

    def max_dose(self, side: str) -> float:
        """Return the largest dose on a side: half of a total amount when one side is treated."""
        return self.dose.max * self._share_of(side)

    def usual_dose(self, side: str) -> float:
        """Return the usual dose on a side, likewise."""
        return self.dose.usual * self._share_of(side)

    def _share_of(self, side: str) -> float:
        halved = self.dose.scope == "total" and self.dose.unit in AMOUNTS and side != "both"
        return 0.5 if halved else 1.0

    def effect(self, dose: float) -> float:
        """Return the effective dose: the dose itself, or bent so that the usual dose stays true."""
        half = self.dose_response.half_dose
        if self.dose_response.kind == "linear":
            return dose
        return dose * (self.dose.usual + half) / (dose + half)
