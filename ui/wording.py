"""Figures and findings in plain words."""

from __future__ import annotations

from math import floor

from face_mesh import Face, Finding, Measure
from simulate import Change, Procedure
from simulate.catalogue import ESTIMATE, Term, citation

ICONS = {
    "info": ":material/check_circle:",
    "warn": ":material/warning:",
    "block": ":material/block:",
}
SEVERITIES = {"info": "Good to know", "warn": "Worth improving", "block": "Cannot be used"}
UNITS = {"U": "units", "deg": "°", "mm": "mm", "mL": "mL", "ratio": ""}
DECIMALS = {"mm": 1, "deg": 1, "ratio": 2}
SCOPES = {"total": "in all", "per_side": "on each side"}
ON_SIDE = {"left": "on the left side", "right": "on the right side"}
SIDES = {"both": "Both sides", "left": "Left", "right": "Right"}
AREAS = {
    "brows": "Brows and forehead",
    "lines": "Lines of expression",
    "eyes": "Under the eyes",
    "skin": "Surface and colour of the skin",
}
RESPONDERS = {
    "low": "Weak response",
    "expected": "Expected",
    "high": "Strong response",
}
FULLEST = "fullest"
TIMES = {
    FULLEST: "At its fullest",
    "1w": "After 1 week",
    "2w": "After 2 weeks",
    "1mo": "After 1 month",
    "3mo": "After 3 months",
    "6mo": "After 6 months",
    "1y": "After 1 year",
    "2y": "After 2 years",
}
OPERATORS = {
    "volume": "Volume added",
    "remove": "Volume removed",
    "translate": "Shift",
    "rotate": "Turn",
    "scale": "Width",
    "flatten": "Hollow filled",
    "relax": "Unrolling",
}
GOOD_PHOTO = "This photo is good to use."
GONE = "Nothing is left of the effect by then."
UNCHANGED = "No measure changes by as much as can be written here."
SCALES = {
    "iris": "judged from the size of the irises",
    "interpupillary_distance": "from the pupil distance you gave",
    "known_length": "from the length you gave",
}


def finding(one: Finding) -> str:
    """One line: how serious it is, what was seen, what to do."""
    return f"**{SEVERITIES[one.severity]}:** {one.message} {one.advice}".strip()


def dose_label(entry: Procedure, side: str = "both") -> str:
    """Name of the dose slider: "Lip filler, mL on the left side (usual 0.5 mL)"."""
    unit = "degrees" if entry.dose.unit == "deg" else UNITS[entry.dose.unit]
    where = SCOPES[entry.dose.scope] if side == "both" else ON_SIDE[side]
    return f"{entry.name}, {unit} {where} (usual {dose(entry.usual_dose(side), entry)})"


def dose_limit(entry: Procedure, side: str) -> float:
    """The most that can be set, at a whole step of the slider."""
    steps = floor(entry.max_dose(side) / entry.dose.step + 1e-6)
    return round(steps * entry.dose.step, 6)


def dose_format(entry: Procedure) -> str:
    """How the dose slider writes a dose, as for printf."""
    decimals = len(f"{entry.dose.step:g}".partition(".")[2])
    unit = UNITS[entry.dose.unit]
    return f"%.{decimals}f{unit}" if unit == "°" else f"%.{decimals}f {unit}"


def dose(value: float, entry: Procedure) -> str:
    """A dose with its unit, with as many decimals as its step has."""
    return dose_format(entry) % value


def term(one: Term, entry: Procedure) -> str:
    """One line: what is moved where, how far per unit of dose, why, and where that is from."""
    unit = {"volume": "mL", "remove": "mL", "rotate": "°"}.get(one.operator, "mm")
    per = UNITS[entry.dose.unit].removesuffix("s") + ("" if one.midline else " on that side")
    rate = f"{one.coefficient:g} {unit}".replace("-", "−")
    what = f"{OPERATORS[one.operator]} ({one.patch.centre.replace('_', ' ')})"
    return f"{what}: {rate} per {per}. {one.derivation} ({source(one.source)})"


def source(key: str) -> str:
    """Where a figure is from."""
    return "our own estimate, not from a study" if key == ESTIMATE else citation(key)


def area(name: str) -> str:
    """Heading of an area of the face."""
    return AREAS.get(name, name.capitalize())


def measure(change: Change) -> str:
    """Name and unit of a measure, with a word where a photo from the front hardly shows it."""
    unit = UNITS.get(change.unit, change.unit)
    name = f"{change.name} ({unit})" if unit else change.name
    return name if change.in_picture else f"{name}; hardly visible from the front"


def figure(value: float, unit: str, *, sign: bool = False) -> str:
    """A number as exact as its unit deserves; with a sign, and a true minus, for a change."""
    shown = rounded(value, unit)
    digits = f"{shown:{'+' if sign and shown else ''}.{DECIMALS.get(unit, 1)}f}"
    return digits.replace("-", "−")


def rounded(value: float, unit: str) -> float:
    """The value as it is written; a 0 never has a sign."""
    return round(value, DECIMALS.get(unit, 1)) + 0.0


def change(one: Change) -> str:
    """How much a measure changes, between the figures as they are written: "+1.2"."""
    return figure(_since(one, one.after), one.unit, sign=True)


def change_range(one: Change) -> str:
    """The range of the change to be expected: "+0.7 to +1.8"."""
    ends = sorted(_since(one, end) for end in (one.expected_low, one.expected_high))
    return "\u00a0to\u00a0".join(figure(end, one.unit, sign=True) for end in ends)


def _since(one: Change, value: float) -> float:
    return rounded(value, one.unit) - rounded(one.before, one.unit)


def is_noticeable(one: Change) -> bool:
    """Whether the figures before and after differ as they are written."""
    return rounded(one.after, one.unit) != rounded(one.before, one.unit)


def size(face: Face, found: dict[str, Measure]) -> str:
    """How large the face is, and how sure that is."""
    parts = [
        f"{words} {one.value:.0f} ± {one.sd:.0f} mm"
        for words, name in (
            ("pupils", "interpupillary_distance"),
            ("cheekbones", "bizygomatic_width"),
            ("mouth", "mouth_width"),
        )
        if (one := found.get(name))
    ]
    sure = f"Every millimetre may be off by {100 * face.scale.relative_sd:.0f} %"
    return f"Widths: {', '.join(parts)}; {SCALES[face.scale.source]}. {sure}."
