"""Figures and findings in plain words."""

from __future__ import annotations

from face_mesh import Face, Finding, Measure
from simulate import Change, Procedure
from simulate.catalogue import ESTIMATE, citation

ICONS = {
    "info": ":material/check_circle:",
    "warn": ":material/warning:",
    "block": ":material/block:",
}
SEVERITIES = {"info": "Good to know", "warn": "Worth improving", "block": "Cannot be used"}
UNITS = {"U": "units", "deg": "°", "mm": "mm", "mL": "mL", "ratio": ""}
DECIMALS = {"mm": 1, "deg": 1, "ratio": 2}
SCOPES = {"total": "in all", "per_side": "on each side"}
SIDES = {"both": "Both sides", "left": "Left", "right": "Right"}
AREAS = {"brows": "Brows and forehead"}
RESPONDERS = {
    "low": "Less than most",
    "expected": "As expected",
    "high": "More than most",
}
SETTLED = "settled"
TIMES = {
    SETTLED: "Settled result",
    "1w": "After 1 week",
    "2w": "After 2 weeks",
    "1mo": "After 1 month",
    "3mo": "After 3 months",
    "6mo": "After 6 months",
    "1y": "After 1 year",
    "2y": "After 2 years",
}
SCALES = {
    "iris": "judged from the size of the irises",
    "interpupillary_distance": "from the pupil distance you gave",
    "known_length": "from the length you gave",
}


def finding(one: Finding) -> str:
    """One line: how serious it is, what was seen, what to do."""
    return f"**{SEVERITIES[one.severity]}:** {one.message} {one.advice}".strip()


def dose_label(entry: Procedure) -> str:
    """Name of the dose slider: "Lip filler, mL in all (usual dose 1.0 mL)"."""
    unit = "degrees" if entry.dose.unit == "deg" else UNITS[entry.dose.unit]
    usual = dose(entry.dose.usual, entry)
    return f"{entry.name}, {unit} {SCOPES[entry.dose.scope]} (usual dose {usual})"


def dose_format(entry: Procedure) -> str:
    """How the dose slider writes a dose, as for printf."""
    decimals = len(f"{entry.dose.step:g}".partition(".")[2])
    unit = UNITS[entry.dose.unit]
    return f"%.{decimals}f{unit}" if unit == "°" else f"%.{decimals}f {unit}"


def dose(value: float, entry: Procedure) -> str:
    """A dose with its unit, with as many decimals as its step has."""
    return dose_format(entry) % value


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
    digits = f"{value:{'+' if sign else ''}.{DECIMALS.get(unit, 1)}f}"
    return digits.replace("-", "−")


def change(one: Change) -> str:
    """How much a measure changes and the range to be expected: "+1.2 (+0.7 to +1.8)"."""
    ends = sorted((one.expected_low - one.before, one.expected_high - one.before))
    low, high = (figure(end, one.unit, sign=True) for end in ends)
    return f"{figure(one.after - one.before, one.unit, sign=True)} ({low}\u00a0to\u00a0{high})"


def is_noticeable(one: Change) -> bool:
    """Whether the change is more than 0 at the exactness it is written with."""
    return figure(abs(one.after - one.before), one.unit) != figure(0.0, one.unit)


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
