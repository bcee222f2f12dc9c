"""Figures and findings in plain words."""

from __future__ import annotations

from math import floor

from face_mesh import Face, Finding, Measure
from face_mesh.skin.reading import SIGNS
from simulate import Change, Procedure
from simulate.aftermath import SIGN_WORDS
from simulate.catalogue import citation
from simulate.entry import ESTIMATE, Reaction, Risk, SkinTerm, Term, Unsuited
from simulate.summary import Total
from ui.lasting import time

ICONS = {
    "info": ":material/check_circle:",
    "warn": ":material/warning:",
    "block": ":material/block:",
    "pick": ":material/touch_app:",
}
SEVERITIES = {"info": "Good to know", "warn": "Worth improving", "block": "Cannot be used"}
UNITS = {"U": "units", "deg": "°", "mm": "mm", "mL": "mL", "ratio": "", "sessions": "sessions"}
DECIMALS = {"mm": 1, "deg": 1, "ratio": 2, "grade": 1, "count": 0}
SCOPES = {"total": "in all", "per_side": "on each side"}
ON_SIDE = {"left": "on the left side", "right": "on the right side"}
SIDES = {"both": "Both sides", "left": "Left", "right": "Right"}
AREAS = {
    "neck": "Neck and below the chin",
    "brows": "Brows and forehead",
    "lines": "Lines of expression",
    "folds": "Folds",
    "eyes": "Under the eyes",
    "skin": "Surface and colour of the skin",
    "face": "Whole face",
}
RESPONDERS = {
    "low": "Weak response",
    "expected": "Expected",
    "high": "Strong response",
}
FULLEST = "fullest"
TIMES = {
    FULLEST: "Settled",
    "0d": "Right after",
    "3d": "After 3 days",
    "1w": "After 1 week",
    "2w": "After 2 weeks",
    "1mo": "After 1 month",
    "3mo": "After 3 months",
    "6mo": "After 6 months",
    "1y": "After 1 year",
    "2y": "After 2 years",
}
LIKELY = "likely"
REACTIONS = {
    LIKELY: "What most have",
    "all": "All that can come",
    "none": "None",
}
REACTIONS_SAID = {
    LIKELY: "Swelling, bruises and redness are drawn where at least half of the people studied had "
    "them. Yours may be more or less.",
    "all": "All swelling, bruises and redness that people were seen to have are drawn together. "
    "Few people have them all.",
    "none": "Swelling, bruises and redness are left out; on this day you may have some.",
}
SKIN_OPERATORS = {
    "fill": "skin painted anew",
    "lift": "shade evened out, crease painted over",
    "fade": "colour taken away",
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
SHEETS_OFFERED = (
    "Your face right after, after days, weeks, months and up to two years; or the same plan in "
    "somebody who responds weakly and somebody who responds strongly."
)
SHEETS_SAID = {
    "film": "All swelling, bruises and redness that people were seen to have are drawn together, "
    "at the usual pace of healing. Few people have them all, and nobody can promise the days.",
    "range": "About two of three people fall between the weak and the strong response. Nobody can "
    "tell beforehand which of them you are.",
}
GOOD_PHOTO = "This photo is good to use."
GONE = "Nothing is left of the effect by then."
NOT_YET = "The effect has not begun by then."
UNCHANGED = "No measure changes by as much as can be written here."
PAINTED_AGAIN = "Made at the photo's own size, for which skin is painted anew: give it a minute."
SCALES = {
    "iris": "judged from the size of the irises",
    "interpupillary_distance": "from the pupil distance you gave",
    "known_length": "from the length you gave",
    "face_size": "judged from the size of the face, because the head is turned",
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
    if unit == "sessions":  # the label says what is counted, and one is not "1 sessions"
        return f"%.{decimals}f"
    return f"%.{decimals}f{unit}" if unit == "°" else f"%.{decimals}f {unit}"


def dose(value: float, entry: Procedure) -> str:
    """A dose with its unit, with as many decimals as its step has."""
    shown = dose_format(entry) % value
    if entry.dose.unit != "sessions":
        return shown
    return f"{shown} session" if shown == "1" else f"{shown} sessions"


def term(one: Term, entry: Procedure) -> str:
    """One line: what is moved where, how far per unit of dose, why, and where that is from."""
    unit = {"volume": "mL", "remove": "mL", "rotate": "°"}.get(one.operator, "mm")
    per = UNITS[entry.dose.unit].removesuffix("s") + ("" if one.midline else " on that side")
    rate = f"{one.coefficient:g} {unit}".replace("-", "−")
    what = f"{OPERATORS[one.operator]} ({one.patch.centre.replace('_', ' ')})"
    return f"{what}: {rate} per {per}. {one.derivation} ({source(one.source)})"


def skin_term(one: SkinTerm) -> str:
    """One line: which sign, what is done to it, how much of it goes, why, and by which source."""
    share = (
        f"the usual dose takes away {100 * one.reduction:.0f}\u00a0% in the mean person, no dose "
        f"more than {100 * one.most:.0f}\u00a0%"
    )
    what = f"{SIGNS[one.sign].name} ({SKIN_OPERATORS[one.operator]})"
    return f"{what}: {share}. {one.derivation} ({source(one.source)})"


def picked(count: int) -> str:
    """What to do about moles, or how many are picked."""
    if not count:
        return f"{ICONS['pick']} Tap the moles you would like to see removed."
    return f"{ICONS['pick']} {_counted(count, 'mole')} picked. Tap one again to keep it."


def missed(count: int) -> str:
    """That nothing is found at some of the places picked."""
    places = "at one of the places" if count == 1 else f"at {count} of the places"
    return (
        f"Nothing dark is found {places} you tapped, so nothing is removed there. "
        "Tap the middle of the mole, closer up."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def source(key: str) -> str:
    """Where a figure is from."""
    return "our own estimate, not from a study" if key == ESTIMATE else citation(key)


def sourced(text: str, key: str) -> str:
    """A sentence and where it is from."""
    return f"{text} ({source(key)})"


def people(share: float) -> str:
    """How many people a share is: "29 of 100 people"."""
    counted = round(100.0 * share)
    if counted >= 100:
        return "everybody"
    return f"{counted} of 100 people" if counted else "fewer than 1 of 100 people"


def reaction(sign: str, ones: list[Reaction]) -> str:
    """One line on one sign of a procedure: how many people have it, when most, until when."""
    most = max(ones, key=lambda one: one.frequency)
    worst = most.days[most.level.index(max(most.level))]
    when = f"after {time(worst)}" if worst >= 1.0 else "at once"
    end = time(max(one.days[-1] for one in ones))
    who = people(most.frequency)
    has = "has" if who == "everybody" else "have"
    return f"{SIGN_WORDS[sign].capitalize()}: {who} {has} it; worst {when}, gone after {end}."


def undrawn(sign: str, found: list[tuple[str, float]]) -> str:
    """What is left out of a picture: "Bruising is not drawn, … : lip filler (29 of 100 people)"."""
    who = ", ".join(f"{name[0].lower()}{name[1:]} ({people(share)})" for name, share in found)
    return f"{SIGN_WORDS[sign].capitalize()} that may come is not drawn: {who}."


def days_off(low: float, high: float) -> str:
    """How long until most people are back among others."""
    if high < 1.0:
        return "Most people go out again the same day."
    if time(low) == time(high):
        return f"Most people go out again after {time(high)}."
    if low < 1.0:
        return f"Many people go out again the same day, others after up to {time(high)}."
    first, last = time(low), time(high)
    if first.rpartition(" ")[2].rstrip("s") == last.rpartition(" ")[2].rstrip("s"):
        first = first.partition(" ")[0]  # "1 to 2 weeks"
    return f"Most people go out again after {first} to {last}."


def risk(one: Risk) -> str:
    """What can go wrong and how often, marked if it is an emergency or lasting."""
    text = f"{one.what}: {one.frequency}".removesuffix(".") + "."
    return sourced(f"**Serious.** {text}" if one.serious else text, one.source)


def suits_less(one: Unsuited) -> str:
    """Whom it suits less."""
    return sourced(f"{one.who.removesuffix('.')}.", one.source)


def total(one: Total, body_kg: float) -> str:
    """What is added up against a label: "Filler: 9 mL in all; the label goes up to …"."""
    unit = UNITS[one.unit]
    amount, most = f"{one.amount:.4g}", f"{one.most:.4g}"
    weight = f" at {body_kg:g} kg of body weight" if one.id == "filler_per_year" else ""
    within = time(7.0 * one.within_weeks)
    return (
        f"{one.what.capitalize()}: {amount} {unit} in all; the label goes up to {most} {unit} in "
        f"{within}{weight}."
    )


def film_caption(when: str | None, signs: list[str]) -> str:
    """Caption of a picture of the film: "After 3 days: swelling, bruising"."""
    title = TIMES[when or FULLEST]
    return f"{title}: {', '.join(signs)}" if signs else title


def footnote(index: int) -> str:
    """The mark of a footnote, a raised letter: a raised digit would be an exponent."""
    return "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ"[index % 16]


def area(name: str) -> str:
    """Heading of an area of the face."""
    return AREAS.get(name, name.capitalize())


def measure(change: Change) -> str:
    """Name and unit of a measure, with a word where the photo hardly shows it."""
    unit = _grades(change) or UNITS.get(change.unit, change.unit)
    name = f"{change.name} ({unit})" if unit else change.name
    return name if change.in_picture else f"{name}; hardly visible in this photo"


def _grades(change: Change) -> str:
    """What the figures of a sign of the skin mean: "grade, 0 none to 3 severe"; else nothing."""
    if change.unit == "count":
        return "number"
    ends = SIGNS[change.measure].scale.partition(" (")[0] if change.unit == "grade" else ""
    return f"grade, {ends}" if ends else ""


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
