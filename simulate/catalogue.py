"""The procedure catalogue: TOML in, checked frozen values out.

One file a procedure in `procedures/`, every citation in `sources.toml`. An unknown key, a missing
source or an operator nobody wrote is an error that names the file and the key, so that a clinician
who edits an entry is told what is wrong with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast, get_type_hints

from face_mesh.errors import BeforehandError

FOLDER = Path(__file__).with_name("procedures")
SOURCES_FILE = Path(__file__).with_name("sources.toml")
ESTIMATE = "author's estimate"  # the one source that is not a citation, and says so
AREAS = ("lips", "chin", "jaw", "cheeks", "nose", "brows", "lines", "folds", "eyes", "skin")
UNITS = ("mL", "U", "mm", "deg", "sessions")
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
SKIN_OPERATORS = ("fill", "lift", "fade")
T = TypeVar("T")


class CatalogueError(BeforehandError):
    """An entry of the catalogue is wrong: a mistake of its author, never of a patient."""


@dataclass(frozen=True)
class Dose:
    """What is given. `scope` says whether the number is for one side or for the whole face."""

    unit: str
    usual: float
    max: float
    step: float
    scope: str
    usual_source: str
    max_source: str


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


@dataclass(frozen=True)
class Patch:
    """Where a term acts: full within `core_mm` of a named curve, fading over `falloff_mm`.

    Distance is measured along the skin, or with `metric = "front"` as it is seen from the front:
    for what changes the outline of the face, whose side walls are long but seen edge on.
    """

    centre: str
    core_mm: float
    falloff_mm: float
    hold: tuple[str, ...] = ()
    metric: str = "skin"


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
class Course:
    """Share of the settled effect against time, linear between the points."""

    days: tuple[float, ...]
    share: tuple[float, ...]
    source: str
    derivation: str


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


@cache
def procedures() -> Mapping[str, Procedure]:
    """Return the catalogue by id, in order of area and file name.

    Raises:
        CatalogueError: an entry is wrong; the message names the file and the key.
    """
    found = [load_procedure(path) for path in sorted(FOLDER.glob("*.toml"))]
    found.sort(key=lambda p: AREAS.index(p.area))
    return MappingProxyType({p.id: p for p in found})


@cache
def sources() -> Mapping[str, str]:
    """Return citation key to full citation."""
    return MappingProxyType(tomllib.loads(SOURCES_FILE.read_text("utf-8"))["sources"])


def citation(key: str) -> str:
    """Return the full citations behind a source key or "key + key"; an estimate says it is one."""
    if key == ESTIMATE:
        return ESTIMATE
    return "; ".join(sources()[k.strip()] for k in key.split("+"))


def load_procedure(path: Path) -> Procedure:
    """Return the checked entry of one file.

    Raises:
        CatalogueError: naming the file and the key.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        made = _build(Procedure, table, "")
        _check(made, path.stem)
    except (tomllib.TOMLDecodeError, CatalogueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from None
    return made


def _build(kind: type[T], table: object, where: str) -> T:
    """Make a dataclass of a TOML table: every key known, every field given, every type right."""
    if not isinstance(table, dict):
        raise CatalogueError(f"{where.rstrip('.')}: must be a table")
    hints = get_type_hints(kind)
    spec = {f.name: f for f in fields(cast(Any, kind))}
    for key in table:
        if key not in spec:
            raise CatalogueError(f"{where}{key}: unknown key")
    for name, one in spec.items():
        if name not in table and one.default is MISSING:
            raise CatalogueError(f"{where}{name}: missing")
    return kind(**{k: _value(hints[k], v, f"{where}{k}") for k, v in table.items()})


def _value(hint: Any, value: object, where: str) -> Any:
    if getattr(hint, "__origin__", None) is tuple:
        if not isinstance(value, list):
            raise CatalogueError(f"{where}: must be a list")
        return tuple(_value(hint.__args__[0], v, f"{where}[{i}]") for i, v in enumerate(value))
    if hint is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise CatalogueError(f"{where}: must be a number")
        return float(value)
    if hint in (str, bool):
        if not isinstance(value, hint):
            raise CatalogueError(f"{where}: must be {'text' if hint is str else 'true or false'}")
        return value
    return _build(hint, value, f"{where}.")


def _check(made: Procedure, stem: str) -> None:
    _one_of("id", made.id, (stem,))
    _one_of("area", made.area, AREAS)
    _one_of("dose.unit", made.dose.unit, UNITS)
    _one_of("dose.scope", made.dose.scope, ("total", "per_side"))
    _one_of("dose_response.kind", made.dose_response.kind, ("linear", "saturating"))
    for name, values, allowed in (("kinds", made.kinds, KINDS), ("sides", made.sides, SIDES)):
        for value in values:
            _one_of(name, value, allowed)
    _check_numbers(made)
    _check_sources(made)
    for i, term in enumerate(made.terms):
        _check_term(term, f"terms[{i}]")
    for i, one in enumerate(made.skin):
        _check_skin_term(one, f"skin[{i}]")
    has = {"geometry": bool(made.terms), "skin": bool(made.skin)}
    for kind, given in has.items():
        if given != (kind in made.kinds):
            raise CatalogueError(f"kinds: {kind} goes with its terms, and only with them")
    if not any(has.values()):
        raise CatalogueError("terms: there is neither a term nor a skin term")
    if made.measures and not made.terms:
        raise CatalogueError("measures: lengths and angles go with displacement terms")
    if not made.measures and not made.skin:
        raise CatalogueError("measures: name at least one, or nothing of the result is reported")


def _one_of(where: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise CatalogueError(f"{where}: {value!r} is not one of {', '.join(allowed)}")


def _check_numbers(made: Procedure) -> None:
    dose, course = made.dose, made.course
    if not 0.0 < dose.step <= dose.usual <= dose.max:
        raise CatalogueError("dose: needs 0 < step <= usual <= max")
    if not 0.0 <= made.response.relative_sd < 1.0:
        raise CatalogueError("response.relative_sd: must be from 0 to below 1")
    if (made.dose_response.kind == "saturating") != (made.dose_response.half_dose > 0.0):
        raise CatalogueError("dose_response.half_dose: goes with saturating, above 0")
    rising = all(a < b for a, b in zip(course.days[:-1], course.days[1:], strict=True))
    if not course.days or len(course.days) != len(course.share) or not rising:
        raise CatalogueError("course.days: must rise, one for each share")


def _check_sources(made: Procedure) -> None:
    named = {
        "dose.usual_source": made.dose.usual_source,
        "dose.max_source": made.dose.max_source,
        "response.source": made.response.source,
        "dose_response.source": made.dose_response.source,
        "course.source": made.course.source,
    }
    named |= {f"terms[{i}].source": t.source for i, t in enumerate(made.terms)}
    named |= {f"skin[{i}].source": t.source for i, t in enumerate(made.skin)}
    named |= {f"evidence[{i}].source": e.source for i, e in enumerate(made.evidence)}
    for where, key in named.items():
        unknown = [k.strip() for k in key.split("+") if k.strip() not in sources()]
        if key != ESTIMATE and unknown:
            raise CatalogueError(f"{where}: {unknown[0]!r} is not in sources.toml")


_NEEDS = {
    "translate": ("direction",),
    "rotate": ("direction", "pivot"),
    "scale": ("pivot",),
    "flatten": ("direction",),
    "relax": ("pull",),
    "volume": (),
    "remove": (),
}


def _check_term(term: Term, where: str) -> None:
    _one_of(f"{where}.operator", term.operator, tuple(_NEEDS))
    for name in ("direction", "pivot", "pull"):
        if bool(getattr(term, name)) != (name in _NEEDS[term.operator]):
            raise CatalogueError(f"{where}.{name}: does not fit operator {term.operator}")
    if term.direction and (len(term.direction) != 3 or not any(term.direction)):
        raise CatalogueError(f"{where}.direction: must be three numbers, not all 0")
    _one_of(f"{where}.patch.metric", term.patch.metric, ("skin", "front"))
    if term.patch.falloff_mm <= 0.0 or term.patch.core_mm < 0.0:
        raise CatalogueError(f"{where}.patch: falloff_mm above 0, core_mm from 0")
    if not term.derivation.strip():
        raise CatalogueError(f"{where}.derivation: say how the coefficient follows from the source")


def _check_skin_term(term: SkinTerm, where: str) -> None:
    _one_of(f"{where}.sign", term.sign, SIGNS)
    _one_of(f"{where}.operator", term.operator, SKIN_OPERATORS)
    if not 0.0 < term.reduction <= term.most <= 1.0:
        raise CatalogueError(f"{where}.reduction: needs 0 < reduction <= most <= 1")
    if not term.derivation.strip():
        raise CatalogueError(f"{where}.derivation: say how the reduction follows from the source")
