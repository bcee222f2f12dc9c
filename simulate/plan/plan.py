"""A plan: which procedures, at which dose, on which side."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from face_mesh.errors import PlanError
from face_mesh.messages import N_, Message
from face_mesh.untrusted import Limits, TooMuch, Unreadable, contents, number_of, real, toml_table
from simulate.catalogue.loader import procedures
from simulate.catalogue.procedure import Procedure

STROKES = ("add", "spare")
MOST_RADIUS_MM = 20.0
MOST_POINTS = 2000  # of one hand's work; more is no stroke of a hand
# Of a plan in all. A treatment is given once a side, or twice. Each spot and each stroke is looked
# at in the photo for each treatment that has it (the work of a hand is some 10 spots and 20
# strokes of 50 points), and as much as this fits into a file that can be opened again.
MOST_TREATMENTS = 100
MOST_SPOTS = 50
MOST_STROKES = 300
MOST_PLACES = 20_000  # points of all strokes
MOST_TEXT = 4000  # characters of one treatment in words; 50 spots to nine digits have 1500
LIMITS = Limits(Message("Plan file"), bytes=1 << 20, items=150_000, names=5000)
MOST_WEEKS = 104.0  # between the first treatment and the last: as far as a result is simulated
MOST_DAYS = 365.0  # of downtime that a clinic may write down
MOST_COST = 1e9
BODY_KG = (30.0, 300.0)  # what an adult may weigh; beyond it a number was mistyped
MOST_NOTES = 2000  # characters
CURRENCY = re.compile(r"[^\W\d_]{0,8}|[$€£¥]")
STROKE_OUTSIDE = N_(
    "A stroke lies outside the photo; give places as shares of its width and height, 0 to 1."
)
TOO_MANY_TREATMENTS = N_("A plan has up to {most} treatments, not {given}; leave some out.")
TOO_MANY_SPOTS = N_("A plan has up to {most} picked spots, not {given}; leave some out.")
TOO_MANY_STROKES = N_(
    "A plan has up to {most} strokes of the brush in all its treatments, not {given}; leave some "
    "out."
)
TOO_MANY_PLACES = N_(
    "The strokes of a plan have up to {most} points in all, not {given}; leave some out."
)
SPOT_OUTSIDE = N_(
    "A picked spot lies outside the photo; give places as shares of its width and height, 0 to 1."
)
DOSE_OUTSIDE = {
    "both": N_(
        "A dose of {dose:g} {unit} is outside the range of {name!l}; give 0 to {most:g} {unit}."
    ),
    "left": N_(
        "A dose of {dose:g} {unit} is outside the range of {name!l} on the left; give 0 to "
        "{most:g} {unit}."
    ),
    "right": N_(
        "A dose of {dose:g} {unit} is outside the range of {name!l} on the right; give 0 to "
        "{most:g} {unit}."
    ),
}
WEEK_OUTSIDE = N_(
    "The week of {name!l} is {given:g}; give {low:g} to {high:g} weeks after the first."
)
COST_OUTSIDE = N_("The cost of {name!l} is {given:g}; give {low:g} to {high:g} of the currency.")
DOWNTIME_OUTSIDE = N_("The downtime of {name!l} is {given:g}; give {low:g} to {high:g} days.")
MASS_OUTSIDE = N_("The body mass is {given:g}; give {low:g} to {high:g} kg.")
Place = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A stroke of the brush that corrects what was found on the skin.

    Attributes:
        kind: "add" treats what it covers too, "spare" leaves it as it is, to the byte.
        points: its path, as shares of the photo's width and height.
        radius_mm: half the width of the brush.

    Raises:
        PlanError: another kind, no points, a place outside the photo, an impossible radius.
    """

    kind: str
    points: tuple[Place, ...]
    radius_mm: float

    def __post_init__(self) -> None:
        """Refuse what is no stroke on the photo."""
        if self.kind not in STROKES:
            raise PlanError(Message("A stroke adds or spares, not {kind!r}.", kind=self.kind[:20]))
        if not 0.0 < real(self.radius_mm) <= MOST_RADIUS_MM:
            raise PlanError(
                Message("A brush is above 0 and up to {most:g} mm in radius.", most=MOST_RADIUS_MM)
            )
        if not 0 < len(self.points) <= MOST_POINTS:
            raise PlanError(Message("A stroke has 1 to {most} points.", most=MOST_POINTS))
        _check_places(self.points, STROKE_OUTSIDE)


def _check_places(places: Iterable[Place], refused: str) -> None:
    if not all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in places):
        raise PlanError(refused)


@dataclass(frozen=True)
class Treatment:
    """One procedure at one dose.

    Attributes:
        procedure: id in the catalogue.
        dose: in the procedure's unit; per side or in total as its entry says.
        side: "both", "left" or "right" of the patient.
        spots: lesions picked in the photo, as shares of its width and height; none is all found.
        strokes: hand corrections of what was found on the skin.
        week: when it is done, in weeks after the first treatment of the plan; None is not said.
        cost: in the plan's currency, filled in by the clinic.
        clinic_downtime_days: what the clinic says of the days off; the entry has its own range.

    Raises:
        PlanError: unknown procedure, dose out of range or not a number, side not offered, spots or
            strokes for a procedure that has no use for them, an impossible week, cost or downtime.
    """

    procedure: str
    dose: float
    side: str = "both"
    spots: tuple[Place, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    week: float | None = None
    cost: float | None = None
    clinic_downtime_days: float | None = None

    def __post_init__(self) -> None:
        """Refuse at the door what the catalogue does not offer."""
        entry = _entry(self.procedure)
        if not math.isfinite(real(self.dose)):
            raise PlanError(
                Message("The dose of {name!l} must be a number.", name=Message(entry.name))
            )
        if self.side not in entry.sides:
            raise PlanError(
                Message(
                    "{name} cannot be done on side {side!r}; choose {sides}.",
                    name=Message(entry.name),
                    side=self.side[:20],
                    sides=" or ".join(entry.sides),
                )
            )
        most = entry.max_dose(self.side)
        if not 0.0 <= self.dose <= most:
            raise PlanError(
                Message(
                    DOSE_OUTSIDE[self.side],
                    dose=self.dose,
                    most=most,
                    unit=Message(entry.dose.unit),
                    name=Message(entry.name),
                )
            )
        if self.spots and not entry.removes_lesions:
            raise PlanError(
                Message("{name} has no spots to pick; leave them out.", name=Message(entry.name))
            )
        if self.strokes and not entry.skin:
            raise PlanError(
                Message(
                    "{name} does not paint skin, so there is no mask to correct.",
                    name=Message(entry.name),
                )
            )
        _check_places(self.spots, SPOT_OUTSIDE)
        _check_range(self.week, (0.0, MOST_WEEKS), WEEK_OUTSIDE, entry)
        _check_range(self.cost, (0.0, MOST_COST), COST_OUTSIDE, entry)
        _check_range(self.clinic_downtime_days, (0.0, MOST_DAYS), DOWNTIME_OUTSIDE, entry)

    @property
    def entry(self) -> Procedure:
        """The catalogue entry."""
        return procedures()[self.procedure]

    @property
    def treated_sides(self) -> tuple[str, ...]:
        """The sides of the face that are treated, "left", "right" or the two of them."""
        return self.entry.treated_sides(self.side)

    @property
    def amount(self) -> float:
        """The dose of the whole face: of a dose per side, that of the sides together."""
        per_side = self.entry.dose.scope == "per_side"
        return self.dose * (len(self.treated_sides) if per_side else 1)

    @property
    def relative_dose(self) -> float:
        """The effective dose over that of the usual dose, on the side or sides treated."""
        entry = self.entry
        whole = entry.usual_dose("both") / entry.usual_dose(self.side)
        return entry.effect(self.dose * whole) / entry.effect(entry.dose.usual)

    @classmethod
    def parse(cls, text: str) -> Treatment:
        """Return the treatment written as "lip_filler=1.0" or "masseter_toxin=25:left".

        Lesions are picked with "mole_removal=1@0.41,0.52", as often as wanted, in shares of the
        photo's width and height.
        """
        bare, *picked = text.split("@", MOST_SPOTS + 1)
        match = _TREATMENT.fullmatch(bare) if len(text) <= MOST_TEXT else None
        if match is None:
            raise PlanError(
                Message(
                    "{text!r} is not a treatment; write PROCEDURE=DOSE or PROCEDURE=DOSE:left.",
                    text=text[:60],
                )
            )
        name, dose, side = match.groups()
        entry = _entry(name)
        try:
            amount = number_of(dose)
        except ValueError:
            raise PlanError(
                Message(
                    "The dose {dose!r} of {name!l} is not a number; give 0 to {most:g} {unit}.",
                    dose=dose[:20],
                    name=Message(entry.name),
                    most=entry.dose.max,
                    unit=Message(entry.dose.unit),
                )
            ) from None
        return cls(name, amount, side or "both", tuple(_place(one) for one in picked))


# A procedure, its dose (whatever stands there, to be named) and, if wanted, a side. No part gives
# back what it took (`++`), so that no text is tried in more than one way.
_TREATMENT = re.compile(
    r"[ \t]*+([A-Za-z0-9_-]++)[ \t]*+=[ \t]*+((?:[^:\s]++[ \t]*+)*+)"
    r"(?::[ \t]*+([A-Za-z]++)[ \t]*+)?"
)


def _check_range(
    value: float | None, allowed: tuple[float, float], refused: str, entry: Procedure | None = None
) -> None:
    low, high = allowed
    if value is not None and not low <= (given := real(value)) <= high:
        name = Message(entry.name if entry else "")
        raise PlanError(Message(refused, name=name, given=given, low=low, high=high))


def _place(text: str) -> Place:
    try:
        x, y = map(number_of, text.split(","))
    except ValueError:
        raise PlanError(
            Message(
                "{text!r} is not a place; write @X,Y in shares of the photo's width and height.",
                text=text[:20],
            )
        ) from None
    return x, y


def _entry(name: str) -> Procedure:
    if name not in procedures():
        raise PlanError(
            Message("There is no procedure {name!r}; --list shows them all.", name=name[:60])
        )
    return procedures()[name]


@dataclass(frozen=True)
class Plan:
    """Ordered treatments. The same structure and side may be treated once.

    What goes together, in which order and up to which total is in `simulate.plan.interactions`.

    Attributes:
        treatments: in the order they are done.
        body_kg: what the patient weighs, on which the yearly amount of filler depends; None is not
            said.
        currency: of the costs, as "EUR"; empty where none is given.
        notes: of the clinic, in free text.

    Raises:
        PlanError: a procedure is listed twice on the same side, an impossible weight, notes or a
            currency that are no text of their kind, more treatments, spots, strokes or points than
            a hand makes.
    """

    treatments: tuple[Treatment, ...] = ()
    body_kg: float | None = None
    currency: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        """Refuse a procedure given twice where it would add up unseen."""
        self._check_amount()
        _check_range(self.body_kg, BODY_KG, MASS_OUTSIDE)
        if not CURRENCY.fullmatch(self.currency):
            raise PlanError("The currency is a short name of letters, for example EUR.")
        if len(self.notes) > MOST_NOTES or not _is_writable(self.notes):
            raise PlanError(
                Message("The notes of a plan are text of up to {most} characters.", most=MOST_NOTES)
            )
        seen: set[tuple[str, str]] = set()
        for treatment in self.treatments:
            for side in treatment.treated_sides:
                if (treatment.procedure, side) in seen:
                    raise PlanError(
                        Message(
                            "{name} is in the plan twice on the same side; give one dose.",
                            name=Message(treatment.entry.name),
                        )
                    )
                seen.add((treatment.procedure, side))

    def _check_amount(self) -> None:
        """Refuse more than a hand does, before any of it is looked at one by one."""
        spots = sum(len(treatment.spots) for treatment in self.treatments)
        strokes = [stroke for treatment in self.treatments for stroke in treatment.strokes]
        for most, given, refused in (
            (MOST_TREATMENTS, len(self.treatments), TOO_MANY_TREATMENTS),
            (MOST_SPOTS, spots, TOO_MANY_SPOTS),
            (MOST_STROKES, len(strokes), TOO_MANY_STROKES),
            (MOST_PLACES, sum(len(stroke.points) for stroke in strokes), TOO_MANY_PLACES),
        ):
            if given > most:
                raise PlanError(Message(refused, most=most, given=given))

    @classmethod
    def parse(cls, texts: str | Iterable[str]) -> Plan:
        """Return the plan of texts like "lip_filler=1.0", or of a single one."""
        texts = [texts] if isinstance(texts, str) else texts
        return cls(tuple(Treatment.parse(text) for text in texts))

    def without_places(self) -> Plan:
        """Return it without what was picked or painted by hand, which belongs to one photo."""
        bare = (replace(treatment, spots=(), strokes=()) for treatment in self.treatments)
        return replace(self, treatments=tuple(bare))

    def by_procedure(self) -> dict[str, tuple[Treatment, ...]]:
        """Return the treatments by procedure, in the order of the first of each.

        A procedure has two where left and right have doses of their own.
        """
        found: dict[str, tuple[Treatment, ...]] = {}
        for treatment in self.treatments:
            found[treatment.procedure] = (*found.get(treatment.procedure, ()), treatment)
        return found

    def to_toml(self) -> str:
        """Return the text of a plan file that `from_toml` reads back as this plan."""
        head = {"body_kg": self.body_kg, "currency": self.currency, "notes": self.notes}
        top = "".join(
            f"{key} = {_quoted(value) if isinstance(value, str) else repr(value)}\n"
            for key, value in head.items()
            if value not in (None, "")
        )
        rows = "\n".join(_table(treatment) for treatment in self.treatments) or "treatments = []\n"
        return f"{top}\n{rows}" if top else rows

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str] | bytes) -> Plan:
        """Return the plan of a TOML file (or its bytes) with [[treatments]] tables.

        Each table has `procedure`, `dose` and, if wanted, `side`, `spots` ([[x, y], ...]),
        `strokes` ([{kind, points, radius_mm}, ...]), `week`, `cost` and `clinic_downtime_days`.
        Above them may stand `body_kg`, `currency` and `notes`.

        Raises:
            PlanError: the file cannot be read or says something else.
        """
        try:
            data = source if isinstance(source, bytes) else contents(source, LIMITS.bytes)
            table = toml_table(data, LIMITS)
        except Unreadable as error:
            raise PlanError("The plan file cannot be read; check its name.") from error
        except TooMuch as error:
            raise PlanError(error.said) from error
        except ValueError as error:
            raise PlanError("The plan file is not valid TOML; see the README's example.") from error
        return cls.from_table(table)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Plan:
        """Return the plan of a file that was read into a table, as `from_toml` describes it.

        Raises:
            PlanError: it says something else.
        """
        rows = table.get("treatments")
        if not {"treatments"} <= set(table) <= _TOP or not isinstance(rows, list):
            raise PlanError(
                "A plan file holds [[treatments]] tables and, if wanted, body_kg, currency and "
                "notes, and nothing else."
            )
        currency, notes = table.get("currency", ""), table.get("notes", "")
        if not isinstance(currency, str) or not isinstance(notes, str):
            raise PlanError("In a plan file currency and notes are text.")
        return cls(tuple(_row(row) for row in rows), _number(table, "body_kg"), currency, notes)


# By hand: tomli-w gives each place four lines, which nobody reads and `LIMITS` would not let in.
def _table(one: Treatment) -> str:
    lines = [f'procedure = "{one.procedure}"', f"dose = {one.dose!r}", f'side = "{one.side}"']
    lines += [f"{key} = {value!r}" for key in _NUMBERS if (value := getattr(one, key)) is not None]
    if one.spots:
        lines.append(f"spots = {_written(one.spots)}")
    if one.strokes:
        made = ", ".join(
            f'{{kind = "{s.kind}", points = {_written(s.points)}, radius_mm = {s.radius_mm!r}}}'
            for s in one.strokes
        )
        lines.append(f"strokes = [{made}]")
    return "\n".join(["[[treatments]]", *lines, ""])


def _written(places: Iterable[Place]) -> str:
    return f"[{', '.join(f'[{x!r}, {y!r}]' for x, y in places)}]"


def _quoted(text: str) -> str:
    """The text as a string of TOML, which escapes as JSON does and one character more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _is_writable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


_TOP = {"treatments", "body_kg", "currency", "notes"}
_NUMBERS = ("week", "cost", "clinic_downtime_days")
_NEEDED, _WANTED = {"procedure", "dose"}, {"side", "spots", "strokes", *_NUMBERS}


def _row(row: object) -> Treatment:
    if not isinstance(row, dict) or not _NEEDED <= set(row) <= _NEEDED | _WANTED:
        raise PlanError(
            "Each [[treatments]] table has procedure, dose and, if wanted, side, spots, strokes, "
            "week, cost and clinic_downtime_days."
        )
    procedure, dose, side = row["procedure"], row["dose"], row.get("side", "both")
    if not isinstance(procedure, str) or not isinstance(side, str) or not _is_number(dose):
        raise PlanError("In a plan file procedure and side are text and dose is a number.")
    spots = _places(row.get("spots", []), "spots")
    strokes = row.get("strokes", [])
    if not isinstance(strokes, list):
        raise PlanError("In a plan file strokes is a list of tables.")
    made = tuple(_stroke(stroke) for stroke in strokes)
    numbers = {key: _number(row, key) for key in _NUMBERS}
    return Treatment(procedure, real(dose), side, spots, made, **numbers)


def _number(table: Mapping[str, Any], key: str) -> float | None:
    value = table.get(key)
    if value is not None and not _is_number(value):
        raise PlanError(Message("In a plan file {key} is a number.", key=key))
    return None if value is None else real(value)


def _stroke(table: object) -> Stroke:
    if not isinstance(table, dict) or set(table) != {"kind", "points", "radius_mm"}:
        raise PlanError("Each stroke of a plan file has kind, points and radius_mm.")
    if not isinstance(table["kind"], str) or not _is_number(table["radius_mm"]):
        raise PlanError("In a plan file the kind of a stroke is text and radius_mm a number.")
    return Stroke(table["kind"], _places(table["points"], "points"), real(table["radius_mm"]))


def _places(rows: object, name: str) -> tuple[Place, ...]:
    if not isinstance(rows, list) or not all(map(_is_place, rows)):
        raise PlanError(
            Message("In a plan file {name} is a list of places, as [[0.41, 0.52]].", name=name)
        )
    return tuple((real(x), real(y)) for x, y in rows)


def _is_place(row: object) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(map(_is_number, row))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
