"""Changes in words and figures: what is measured, before and after, and the range to be expected.

Figures are as exact as their unit deserves, with a true minus. A change is the difference of the
figures as they are written, so that nobody who subtracts them finds another one.
"""

from __future__ import annotations

from collections.abc import Iterable

from face_mesh.messages import COMMAS, N_, Message, MessageList
from face_mesh.skin.signs import SIGNS
from simulate.geometry.neck_and_ears import PRIOR_MEASURES
from simulate.outcome.changes import Change

DECIMALS = {"ratio": 2, "count": 0}  # of the figures of a measure; else 1
NOT_KNOWN = "–"
_UNITS = {"mm": N_("mm"), "deg": "°", "count": N_("number")}


def measure(change: Change) -> Message:
    """Return name and unit of a measure, and whether the photo hardly shows it.

    "Crow's feet (grade, 0 none to 3 severe)": a grade says what its ends mean.
    """
    name, unit = Message(change.name), _unit(change)
    if unit:
        name = Message("{name} ({unit})", name=name, unit=unit)
    return name if change.in_picture else Message("{name}; hardly visible in this photo", name=name)


def _unit(change: Change) -> Message | str:
    if change.unit != "grade":
        unit = _UNITS.get(change.unit, "")
        return Message(unit) if unit else ""
    return Message("grade, {ends}", ends=Message(SIGNS[change.measure].scale.partition(" (")[0]))


def figure(value: float, unit: str, *, sign: bool = False) -> Message:
    """Return a number as exact as its unit deserves; `sign` is for a change. A 0 has no sign."""
    shown = round_figure(value, unit)
    mark = "−" if shown < 0.0 else "+" if sign and shown else ""
    return Message(f"{mark}{{n:.{DECIMALS.get(unit, 1)}f}}", n=abs(shown))


def round_figure(value: float, unit: str) -> float:
    """Return a value as it is written."""
    return round(value, DECIMALS.get(unit, 1)) + 0.0


def level(change: Change, value: float) -> Message:
    """Return a figure before or after; "–" where only the change is known, as of a usual neck."""
    return Message(NOT_KNOWN) if is_of_prior(change) else figure(value, change.unit)


def is_of_prior(change: Change) -> bool:
    """Return whether a measure is of the usual neck or ear, of which only the change is known."""
    return change.measure in PRIOR_MEASURES


def difference(change: Change) -> Message:
    """Return how much a measure changes: "+1.2"."""
    return figure(_since(change, change.after), change.unit, sign=True)


def difference_range(change: Change) -> Message:
    """Return the range of the change to be expected: "+0.7 to +1.8"."""
    ends = sorted(_since(change, end) for end in (change.expected_low, change.expected_high))
    return _range(*(figure(end, change.unit, sign=True) for end in ends))


def level_range(change: Change) -> Message:
    """Return the range of the figure after the treatment: "45.4 to 46.1"."""
    ends = sorted((change.expected_low, change.expected_high))
    return _range(*(figure(end, change.unit) for end in ends))


def _range(low: Message, high: Message) -> Message:
    return Message("{low}\u00a0to\u00a0{high}", low=low, high=high)


def _since(change: Change, value: float) -> float:
    return round_figure(value, change.unit) - round_figure(change.before, change.unit)


def is_noticeable(change: Change) -> bool:
    """Return whether the figures before and after differ as they are written."""
    return round_figure(change.after, change.unit) != round_figure(change.before, change.unit)


def within_noise(changes: Iterable[Change]) -> Message | None:
    """Say which changes are smaller than what two photos of an unchanged face differ by."""
    small = [Message(one.name) for one in changes if one.within_noise]
    if not small:
        return None
    return Message(
        "Smaller than what two photos of an unchanged face differ by, so no later photo can prove "
        "it: {measures}.",
        measures=MessageList(small, COMMAS),
    )
