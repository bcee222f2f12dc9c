"""What an entry of the catalogue holds: frozen values, read from TOML by `loader`."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from face_mesh.messages import N_

ESTIMATE = N_("author's estimate")  # the one source that is not a citation, and says so
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
    "melasma",
    "moles",
    "acne_scars",
    "pores",
)
LESIONS = "moles"  # the sign whose lesions are picked one by one
SURFACES = ("face", "neck", "ears")  # what a patch lies on
SKIN_OPERATORS = ("fill", "lift", "fade")
REACTIONS = ("swelling", "bruising", "erythema")
# Where the effect itself was never measured, its mean is unsure too: a third of it either way, by
# our own estimate, is added to how people differ.
UNMEASURED_SD = 0.33
WIDEST = 0.95  # nobody's effect turns round


@dataclass(frozen=True)
class Dose:
    """What is given. `scope` says whether the number is for one side or for the whole face.

    Of a length or an angle `what` says which: "height of the strip of skin".
    """

    unit: str
    usual: float
    max: float
    step: float
    scope: str
    usual_source: str
    max_source: str
    derivation: str = ""  # why, where one of them is an estimate
    what: str = ""


@dataclass(frozen=True)
class Evidence:
    """A claim and the publication it rests on."""

    claim: str
    source: str


@dataclass(frozen=True)
class Response:
    """How much people differ: relative standard deviation of the effect between people."""

    relative_sd: float
    source: str
    derivation: str


@dataclass(frozen=True)
class DoseResponse:
    """Effect against dose: "linear", or "saturating" with the dose that gives half of the most."""

    kind: str
    source: str
    half_dose: float = 0.0
    derivation: str = ""  # why, where it is an estimate


@dataclass(frozen=True)
class Patch:
    """Where a term acts: full within `core_mm` of a named curve, fading over `falloff_mm`.

    Distance is measured along the skin, or with `metric = "front"` as it is seen from the front:
    for what changes the outline of the face, whose side walls are long but seen edge on;
    with `metric = "lips"` lips that touch are one skin, so that one pushes the other along.
    `surface` is "face", or the "neck" or "ears" beyond it, where the names are those of the apron.
    """

    centre: str
    core_mm: float
    falloff_mm: float
    hold: tuple[str, ...] = ()
    metric: str = "skin"
    surface: str = "face"


@dataclass(frozen=True)
class Term:
    """One displacement: an operator, its patch, and millimetres (or mL, degrees) per unit of dose.

    `coefficient` is per unit of dose on one side for a paired term, of the whole dose for a midline
    one. `source` is a citation or "author's estimate".
    """

    operator: str
    patch: Patch
    coefficient: float
    source: str
    derivation: str
    midline: bool = False
    direction: tuple[float, ...] = ()
    pivot: str = ""
    pull: str = ""


@dataclass(frozen=True)
class SkinTerm:
    """What a procedure does to one sign of the skin.

    `operator` is "fill" (the inpainting engine makes the skin of the sign anew), "lift" (the shade
    of a fold or trough is evened out, its crease filled) or "fade" (too much of a chromophore is
    taken away). `reduction` is the share of the sign's severity that the usual dose removes in the
    mean person, `most` the largest share that any dose may. `regions` limits the term to some of
    the sign's regions, named without their side.
    """

    sign: str
    operator: str
    reduction: float
    most: float
    source: str
    derivation: str
    regions: tuple[str, ...] = ()

    def share(self, relative_dose: float) -> float:
        """Return the share removed by a dose given relative to the usual one."""
        return min(self.most, self.reduction * max(0.0, relative_dose))


@dataclass(frozen=True)
class CurvePoint:
    """A published point that a curve over time passes through: its value on a day, and by whom."""

    day: float
    value: float
    source: str
    note: str


@dataclass(frozen=True)
class Course:
    """Share of the settled effect against time, linear between the points.

    `published` are those of its points that a publication gives, as shares of the settled effect.
    """

    days: tuple[float, ...]
    share: tuple[float, ...]
    source: str
    derivation: str
    published: tuple[CurvePoint, ...] = ()

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
    is the share of people who have it.
    """

    sign: str
    patch: Patch
    peak: float
    days: tuple[float, ...]
    level: tuple[float, ...]
    source: str
    derivation: str
    frequency: float
    frequency_source: str
    midline: bool = False
    published: tuple[CurvePoint, ...] = ()


@dataclass(frozen=True)
class Downtime:
    """Days until most people are back among people, from and to."""

    days_low: float
    days_high: float
    source: str
    derivation: str


@dataclass(frozen=True)
class Risk:
    """What can go wrong, how often as published, and whether it is an emergency or lasting."""

    what: str
    frequency: str
    source: str
    serious: bool = False


@dataclass(frozen=True)
class Unsuited:
    """Whom it suits less, or not at all."""

    who: str
    source: str


@dataclass(frozen=True)
class View:
    """How far the head may be turned in the photo for the result to be shown."""

    max_yaw_deg: float
    source: str
    derivation: str


@dataclass(frozen=True)
class Published:
    """A change that a publication reports at a dose, to hold the simulation against.

    `measures` are averaged: ids of `face_mesh.measures`, signs of the skin, `surface_volume` (mL).
    `mean` and `sd` are of the change in the measure's own unit, or with `relative` as a share of
    the value before. An `sd` of 0 is one that was not published.
    """

    measures: tuple[str, ...]
    dose: float
    mean: float
    source: str
    note: str
    sd: float = 0.0
    relative: bool = False
    when: str = ""
    side: str = "both"


@dataclass(frozen=True)
class Procedure:
    """One entry of the catalogue."""

    id: str
    name: str
    area: str
    summary: str
    kinds: tuple[str, ...]
    sides: tuple[str, ...]
    dose: Dose
    response: Response
    dose_response: DoseResponse
    course: Course
    evidence: tuple[Evidence, ...]
    cautions: tuple[str, ...]
    measures: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    skin: tuple[SkinTerm, ...] = ()
    hidden_by: tuple[str, ...] = ()  # photo findings that cover the area: measured, not drawn
    undrawn: str = ""  # a sentence on what of the first weeks no picture shows
    dark_skin: str = ""  # a sentence for people whose skin is brown or dark
    in_smile: bool = False  # acts on a muscle of the smile: nothing of it is seen at rest
    reactions: tuple[Reaction, ...] = ()
    downtime: Downtime | None = None
    risks: tuple[Risk, ...] = ()
    suits_less: tuple[Unsuited, ...] = ()
    view: View | None = None
    published: tuple[Published, ...] = ()

    @property
    def spread(self) -> float:
        """Relative standard deviation of the effect: between people, and of an unmeasured mean."""
        unmeasured = UNMEASURED_SD if self.thin else 0.0
        return min(hypot(self.response.relative_sd, unmeasured), WIDEST)

    @property
    def thin(self) -> bool:
        """Whether any coefficient of the effect is an estimate of ours and not a measurement."""
        found = [one.source for one in self.terms] + [one.source for one in self.skin]
        return ESTIMATE in found

    @property
    def removes_lesions(self) -> bool:
        """Whether it removes lesions, which are picked in the photo one by one."""
        return any(one.sign == LESIONS for one in self.skin)

    @property
    def swells(self) -> bool:
        """Whether it is followed by a swelling, which may hide its effect."""
        return any(one.sign == "swelling" for one in self.reactions)

    def sides_treated(self, side: str) -> tuple[str, ...]:
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
