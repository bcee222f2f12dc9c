"""The procedure catalogue: TOML in, checked frozen values out.

One file a procedure in `procedures/`, every citation in `sources.toml`. An unknown key, a missing
source or an operator nobody wrote is an error that names the file and the key, so that a clinician
who edits an entry is told what is wrong with it.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from math import isfinite
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, cast, get_args, get_type_hints

import numpy as np

from face_mesh.errors import BeforehandError
from simulate.catalogue.procedure import (
    AREAS,
    ESTIMATE,
    KINDS,
    REACTIONS,
    SIDES,
    SIGNS,
    SKIN_OPERATORS,
    SURFACES,
    UNITS,
    CurvePoint,
    Patch,
    Procedure,
    Published,
    Reaction,
    SkinTerm,
    Term,
)

FOLDER = Path(__file__).with_name("procedures")
SOURCES_FILE = Path(__file__).with_name("sources.toml")
OFF_A_POINT = 0.015  # how far a curve may pass from a published point: rounding, no more
T = TypeVar("T")


class CatalogueError(BeforehandError):
    """An entry of the catalogue is wrong: a mistake of its author, never of a patient."""


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
        made = read_table(Procedure, table, "")
        _check(made, path.stem)
    except (tomllib.TOMLDecodeError, CatalogueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from None
    return made


def read_table(kind: type[T], table: object, where: str) -> T:
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
    if isinstance(hint, UnionType):  # of something or None, which a file says by leaving it out
        hint = get_args(hint)[0]
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
    return read_table(hint, value, f"{where}.")


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
    _check_estimates(made)
    for i, term in enumerate(made.terms):
        _check_term(term, f"terms[{i}]")
    for i, one in enumerate(made.skin):
        _check_skin_term(one, f"skin[{i}]")
    for i, reaction in enumerate(made.reactions):
        _check_reaction(reaction, f"reactions[{i}]")
    for i, found in enumerate(made.published):
        _check_published(found, made, f"published[{i}]")
    has = {
        "geometry": bool(made.terms),
        "shading": bool(made.terms),  # what moves is lit anew
        "skin": bool(made.skin),
        "recovery": bool(made.reactions),
    }
    for kind, given in has.items():
        if given != (kind in made.kinds):
            raise CatalogueError(f"kinds: {kind} goes with its terms, and only with them")
    if not (made.terms or made.skin):
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
    _check_curve(course.days, course.share, course.published, "course")
    if made.downtime and not 0.0 <= made.downtime.days_low <= made.downtime.days_high:
        raise CatalogueError("downtime: needs 0 <= days_low <= days_high")


def _check_curve(
    days: tuple[float, ...], values: tuple[float, ...], points: tuple[CurvePoint, ...], where: str
) -> None:
    rising = all(a < b for a, b in itertools.pairwise(days))
    if not days or len(days) != len(values) or not rising:
        raise CatalogueError(f"{where}.days: must rise, one for each value")
    for i, one in enumerate(points):
        drawn = float(np.interp(one.day, days, values))
        if not abs(drawn - one.value) <= OFF_A_POINT:
            raise CatalogueError(
                f"{where}.published[{i}]: the curve is at {drawn:.3f} on day {one.day:g}, "
                f"not at {one.value:g}"
            )


def _check_estimates(made: Procedure) -> None:
    """An estimate says why it is what it is."""
    dose, bent = made.dose, made.dose_response
    if ESTIMATE in (dose.usual_source, dose.max_source) and not dose.derivation.strip():
        raise CatalogueError("dose.derivation: say why the dose is what it is")
    if bent.source == ESTIMATE and not bent.derivation.strip():
        raise CatalogueError("dose_response.derivation: say why the effect grows like this")


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
    named |= {
        f"course.published[{i}].source": p.source for i, p in enumerate(made.course.published)
    }
    for i, one in enumerate(made.reactions):
        named |= {
            f"reactions[{i}].source": one.source,
            f"reactions[{i}].frequency_source": one.frequency_source,
        }
        named |= {
            f"reactions[{i}].published[{j}].source": p.source for j, p in enumerate(one.published)
        }
    named |= {f"risks[{i}].source": r.source for i, r in enumerate(made.risks)}
    named |= {f"suits_less[{i}].source": u.source for i, u in enumerate(made.suits_less)}
    named |= {f"published[{i}].source": p.source for i, p in enumerate(made.published)}
    if made.downtime:
        named["downtime.source"] = made.downtime.source
    if made.view:
        named["view.source"] = made.view.source
    for where, key in named.items():
        unknown = [k.strip() for k in key.split("+") if k.strip() not in sources()]
        if key != ESTIMATE and unknown:
            raise CatalogueError(f"{where}: {unknown[0]!r} is not in sources.toml")


_ANYWHERE = ("translate", "volume", "remove")  # also beyond the face
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
    _check_patch(term.patch, where)
    if term.patch.surface != "face" and term.operator not in _ANYWHERE:
        raise CatalogueError(f"{where}.operator: {term.operator} acts on the face only")
    if not term.derivation.strip():
        raise CatalogueError(f"{where}.derivation: say how the coefficient follows from the source")


def _check_skin_term(term: SkinTerm, where: str) -> None:
    _one_of(f"{where}.sign", term.sign, SIGNS)
    _one_of(f"{where}.operator", term.operator, SKIN_OPERATORS)
    if not 0.0 < term.reduction <= term.most <= 1.0:
        raise CatalogueError(f"{where}.reduction: needs 0 < reduction <= most <= 1")
    if not term.derivation.strip():
        raise CatalogueError(f"{where}.derivation: say how the reduction follows from the source")


def _check_patch(patch: Patch, where: str) -> None:
    _one_of(f"{where}.patch.metric", patch.metric, ("skin", "front", "lips"))
    _one_of(f"{where}.patch.surface", patch.surface, SURFACES)
    if patch.falloff_mm <= 0.0 or patch.core_mm < 0.0:
        raise CatalogueError(f"{where}.patch: falloff_mm above 0, core_mm from 0")


def _check_reaction(one: Reaction, where: str) -> None:
    _one_of(f"{where}.sign", one.sign, REACTIONS)
    _check_patch(one.patch, where)
    _check_curve(one.days, one.level, one.published, where)
    if one.peak <= 0.0 or not 0.0 < one.frequency <= 1.0:
        raise CatalogueError(f"{where}: needs peak above 0 and frequency above 0 up to 1")
    if max(one.level) != 1.0 or min(one.level) < 0.0 or one.level[-1] != 0.0:
        raise CatalogueError(f"{where}.level: from 0 to 1, 1 at the peak, and 0 at the end")
    if not one.derivation.strip():
        raise CatalogueError(f"{where}.derivation: say how the curve follows from the source")


def _check_published(one: Published, made: Procedure, where: str) -> None:
    _one_of(f"{where}.side", one.side, made.sides)
    if not 0.0 < one.dose <= made.max_dose(one.side) or one.sd < 0.0 or not one.measures:
        raise CatalogueError(f"{where}: needs measures, a dose that can be given, and sd from 0")
