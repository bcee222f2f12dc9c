"""The scale on which a dose is set: what it is called, where it ends, how it writes a figure."""

from __future__ import annotations

from simulate import Procedure
from simulate.catalogue.procedure import AMOUNTS
from simulate.wording.doses import UNITS, amount, dose_by_side
from ui.text.language import N_, translate

_LABELS = {  # by what the dose is of
    "total": N_("{name}, {unit} in all (usual {usual})"),
    "per_side": N_("{name}, {unit} on each side (usual {usual})"),
    "left": N_("{name}, {unit} on the left side (usual {usual})"),
    "right": N_("{name}, {unit} on the right side (usual {usual})"),
}
_MEASURED = N_("{name}: {what}, {unit} (usual {usual})")  # of a length or an angle


def dose_label(entry: Procedure, side: str = "both", now: float | None = None) -> str:
    """Return the name of the scale: "Lip filler, mL on the left side (usual 0.5 mL)".

    The dose it stands at `now` is said the other way as well: in all, or on each side.
    """
    scope, unit = entry.dose.scope, entry.dose.unit
    label = translate(
        _MEASURED
        if entry.dose.what and side == "both"
        else _LABELS[scope if side == "both" else side],
        name=translate(entry.name),
        what=translate(entry.dose.what),
        unit=translate(UNITS[unit]),
        usual=amount(entry.usual_dose(side), unit),
    )
    if not now or side != "both" or len(entry.sides) == 1 or unit not in AMOUNTS:
        return label
    other = (
        dose_by_side(now / 2.0, unit, "per_side")
        if scope == "total"
        else dose_by_side(2.0 * now, unit, "total")
    )
    return translate("{label}: {other}", label=label, other=other)


def dose_format(entry: Procedure) -> str:
    """Return how the scale writes a dose, as for printf: with a point in every language.

    All figures have the same decimals, so that they do not jump while the dose is dragged.
    """
    decimals = len(f"{entry.dose.step:g}".partition(".")[2])
    figure, unit = f"%.{decimals}f", entry.dose.unit
    if unit == "sessions":  # the label says what is counted, and one is not "1 sessions"
        return figure
    return f"{figure}°" if unit == "deg" else f"{figure} {translate(UNITS[unit])}"
