"""Doses in words: an amount with its unit, and what it is of.

One rule wherever a dose is written: no zero behind the figures and no "U" for units, because "1.0"
has been read as 10 and "U" as 0 (ISMP, List of Error-Prone Abbreviations). "In all" is said of what
is divided between two sides; a length, an angle and a number of sessions are not.
"""

from __future__ import annotations

from face_mesh.messages import N_, Message
from simulate.catalogue.procedure import AMOUNTS, Procedure

UNITS = {
    "U": N_("units"),
    "deg": N_("degrees"),
    "mm": N_("mm"),
    "mL": N_("mL"),
    "sessions": N_("sessions"),
}
_UNIT = {"U": N_("unit"), "deg": "°", "mm": N_("mm"), "mL": N_("mL"), "sessions": N_("session")}
_PLACES = {
    "total": N_("{dose} in all"),
    "per_side": N_("{dose} on each side"),
    "left": N_("{dose} on the left side"),
    "right": N_("{dose} on the right side"),
}


def amount(value: float, unit: str) -> Message:
    """Return an amount in one of the catalogue's units: "1 mL", "25 units", "12°", "1 session"."""
    if unit == "deg":
        return Message("{n:g}°", n=value)
    if unit == "sessions":
        return Message("1 session") if value == 1.0 else Message("{n:g} sessions", n=value)
    words = _UNIT if value == 1.0 else UNITS
    return Message("{n:g} {unit}", n=value, unit=Message(words[unit]))


def one_unit(unit: str) -> Message:
    """Return what stands after "per": "mL", "unit", "session", "°"."""
    return Message(_UNIT[unit])


def dose(value: float, entry: Procedure, side: str = "both") -> Message:
    """Return a dose and where it goes: "1 mL in all", "25 units on each side", "2 sessions".

    Args:
        value: in the unit of the procedure's dose.
        entry: the procedure.
        side: "both", "left" or "right".
    """
    return dose_by_side(value, entry.dose.unit, entry.dose.scope if side == "both" else side)


def dose_by_side(value: float, unit: str, place: str) -> Message:
    """Return an amount and what it is of: "total", "per_side", "left" or "right"."""
    words = amount(value, unit)
    if place == "total" and unit not in AMOUNTS:
        return words
    return Message(_PLACES[place], dose=words)


def dose_of_each_side(left: float, right: float, entry: Procedure) -> Message:
    """Return two doses of one procedure: "0.8 mL on the left side, 1.6 mL on the right"."""
    unit = entry.dose.unit
    return Message(
        "{left} on the left side, {right} on the right",
        left=amount(left, unit),
        right=amount(right, unit),
    )
