"""Figures and findings in plain words."""

from __future__ import annotations

from math import floor

from face_mesh import Face, Finding, Measure
from face_mesh.messages import COMMAS, Listed, Said
from face_mesh.skin.signs import SIGNS
from simulate import Change, Plan, Procedure
from simulate.catalogue.procedure import (
    AMOUNTS,
    Reaction,
    Risk,
    SkinTerm,
    Term,
    Unsuited,
)
from simulate.catalogue.sources import ESTIMATE, citation
from simulate.geometry.neck_and_ears import APRON_MEASURES
from simulate.plan.summary import Total
from simulate.recovery.reactions import SIGN_WORDS
from ui.text import language
from ui.text.duration import counted, time
from ui.text.language import N_, Words, say

ICONS = {
    "info": ":material/check_circle:",
    "warn": ":material/warning:",
    "block": ":material/block:",
    "pick": ":material/touch_app:",
}
SEVERITIES = {
    "info": N_("Good to know"),
    "warn": N_("Worth improving"),
    "block": N_("Cannot be used"),
}
UNITS = {
    "U": N_("units"),
    "deg": "°",
    "mm": N_("mm"),
    "mL": N_("mL"),
    "ratio": "",
    "sessions": N_("sessions"),
}
DECIMALS = {"mm": 1, "deg": 1, "ratio": 2, "grade": 1, "count": 0}
PER_UNIT = {"U": N_("unit"), "deg": "°", "mm": "mm", "mL": "mL", "sessions": N_("session")}
LABELS = {  # of the dose sliders, by what the dose is of
    "total": N_("{name}, {unit} in all (usual {usual})"),
    "per_side": N_("{name}, {unit} on each side (usual {usual})"),
    "left": N_("{name}, {unit} on the left side (usual {usual})"),
    "right": N_("{name}, {unit} on the right side (usual {usual})"),
}
MEASURED = N_("{name}: {what}, {unit} (usual {usual})")  # of a length or an angle
OTHERWISE = {  # after the label of an amount on both sides: the same, as it is not said there
    "total": N_("{label}: {other} on each side"),
    "per_side": N_("{label}: {other} in all"),
}
DOSES = {  # as a line of a plan, by what the dose is of
    "total": N_("{name}: {dose} in all."),
    "per_side": N_("{name}: {dose} on each side."),
    "left": N_("{name}: {dose} on the left side."),
    "right": N_("{name}: {dose} on the right side."),
}
LENGTH = N_("{name}: {dose} ({what}).")
EITHER = N_("{name}: {left} on the left side, {right} on the right.")
SIDES = {"both": N_("Both sides"), "left": N_("Left"), "right": N_("Right")}
AREAS = {
    "lips": N_("Lips"),
    "chin": N_("Chin"),
    "jaw": N_("Jaw"),
    "cheeks": N_("Cheeks"),
    "temples": N_("Temples"),
    "nose": N_("Nose"),
    "ears": N_("Ears"),
    "neck": N_("Neck and below the chin"),
    "brows": N_("Brows and forehead"),
    "lines": N_("Lines of expression"),
    "folds": N_("Folds"),
    "eyes": N_("Under the eyes"),
    "skin": N_("Surface and colour of the skin"),
    "face": N_("Whole face"),
}
RESPONDERS = {
    "low": N_("Weak response"),
    "expected": N_("Expected"),
    "high": N_("Strong response"),
}
FULLEST = "fullest"
TIMES = {
    FULLEST: N_("Settled"),
    "0d": N_("Right after"),
    "3d": N_("After 3 days"),
    "1w": N_("After 1 week"),
    "2w": N_("After 2 weeks"),
    "1mo": N_("After 1 month"),
    "3mo": N_("After 3 months"),
    "6mo": N_("After 6 months"),
    "1y": N_("After 1 year"),
    "2y": N_("After 2 years"),
}
DAYS = tuple(one for one in TIMES if one != FULLEST)
DAY = "day"
LOOKS = {FULLEST: TIMES[FULLEST], DAY: N_("On a day")}
LIKELY = "likely"
REACTIONS = {
    LIKELY: N_("What most have"),
    "all": N_("All that can come"),
    "none": N_("None"),
}
REACTIONS_SAID = {
    LIKELY: N_(
        "Swelling, bruises and redness are drawn where at least half of the people studied had "
        "them. Yours may be more or less."
    ),
    "all": N_(
        "All swelling, bruises and redness that people were seen to have are drawn together. "
        "Few people have them all."
    ),
    "none": N_("Swelling, bruises and redness are left out; on this day you may have some."),
}
SKIN_OPERATORS = {
    "fill": N_("skin painted anew"),
    "lift": N_("shade evened out, crease painted over"),
    "fade": N_("colour taken away"),
}
REACTIONS_TOLD = {  # whether everybody has it, and whether it comes later than at once
    (True, True): N_("{sign!u}: everybody has it; worst after {peak}, gone after {end}."),
    (True, False): N_("{sign!u}: everybody has it; worst at once, gone after {end}."),
    (False, True): N_("{sign!u}: {who} have it; worst after {peak}, gone after {end}."),
    (False, False): N_("{sign!u}: {who} have it; worst at once, gone after {end}."),
}
WIDTHS = {
    "interpupillary_distance": N_("pupils {mm:.0f} ± {sd:.0f} mm"),
    "bizygomatic_width": N_("cheekbones {mm:.0f} ± {sd:.0f} mm"),
    "mouth_width": N_("mouth {mm:.0f} ± {sd:.0f} mm"),
}
OPERATORS = {
    "volume": N_("Volume added"),
    "remove": N_("Volume removed"),
    "translate": N_("Shift"),
    "rotate": N_("Turn"),
    "scale": N_("Width"),
    "flatten": N_("Hollow filled"),
    "relax": N_("Unrolling"),
}
SHEETS_OFFERED = N_(
    "Your face right after, after days, weeks, months and up to two years; or the same plan in "
    "somebody who responds weakly and somebody who responds strongly."
)
SHEETS_SAID = {
    "film": N_(
        "All swelling, bruises and redness that people were seen to have are drawn together, "
        "at the usual pace of healing. Few people have them all, and nobody can promise the days."
    ),
    "range": N_(
        "About two of three people fall between the weak and the strong response. Nobody can "
        "tell beforehand which of them you are."
    ),
}
GOOD_PHOTO = N_("This photo is good to use.")
GONE = N_("Nothing is left of the effect by then.")
NOT_YET = N_("The effect has not begun by then.")
UNCHANGED = N_("No measure changes by as much as can be written here.")
PAINTED_AGAIN = N_(
    "Made at the photo's own size, for which skin is painted anew: give it a minute."
)
SCALES = {
    "iris": N_("judged from the size of the irises"),
    "interpupillary_distance": N_("from the pupil distance you gave"),
    "known_length": N_("from the length you gave"),
    "face_size": N_("judged from the size of the face, because the head is turned"),
}


def finding(one: Finding) -> str:
    """One line: how serious it is, what was seen, what to do."""
    return f"**{say(SEVERITIES[one.severity])}:** {say(one.message)} {say(one.advice)}".strip()


def dose_label(entry: Procedure, side: str = "both", now: float | None = None) -> str:
    """Name of the dose slider: "Lip filler, mL on the left side (usual 0.5 mL)".

    The dose it stands at `now` is said the other way as well: in all, or on each side.
    """
    scope = entry.dose.scope
    label = say(
        MEASURED
        if entry.dose.what and side == "both"
        else LABELS[scope if side == "both" else side],
        name=say(entry.name),
        what=say(entry.dose.what),
        unit=say("degrees") if entry.dose.unit == "deg" else say(UNITS[entry.dose.unit]),
        usual=dose(entry.usual_dose(side), entry),
    )
    if not now or side != "both" or len(entry.sides) == 1 or entry.dose.unit not in AMOUNTS:
        return label
    other = language.number(now / 2.0 if scope == "total" else 2.0 * now, ".4g")
    return say(OTHERWISE[scope], label=label, other=f"{other} {say(UNITS[entry.dose.unit])}")


def dose_limit(entry: Procedure, side: str) -> float:
    """The most that can be set, at a whole step of the slider."""
    steps = floor(entry.max_dose(side) / entry.dose.step + 1e-6)
    return round(steps * entry.dose.step, 6)


def dose_format(entry: Procedure) -> str:
    """How the dose slider writes a dose, as for printf: with a point in every language."""
    figure, unit = f"%.{_decimals(entry)}f", entry.dose.unit
    if unit == "sessions":  # the label says what is counted, and one is not "1 sessions"
        return figure
    return f"{figure}°" if unit == "deg" else f"{figure} {say(UNITS[unit])}"


def _decimals(entry: Procedure) -> int:
    return len(f"{entry.dose.step:g}".partition(".")[2])


def dose(value: float, entry: Procedure) -> str:
    """A dose with its unit, with as many decimals as its step has."""
    shown, unit = language.number(value, f".{_decimals(entry)}f"), entry.dose.unit
    if unit == "sessions":
        return say("1 session") if shown == "1" else say("{count} sessions", count=shown)
    return f"{shown}°" if unit == "deg" else f"{shown} {say(UNITS[unit])}"


def planned(value: float, side: str, entry: Procedure) -> str:
    """One treatment of a plan: "Lip filler: 1.0 mL on each side."."""
    what = entry.dose.what
    template = DOSES[entry.dose.scope if side == "both" else side]
    if what and side == "both":
        template = LENGTH
    return say(template, name=say(entry.name), dose=dose(value, entry), what=say(what))


def plan_lines(plan: Plan) -> list[str]:
    """A plan, a line for each procedure, which may have a dose of its own on each side."""
    lines = []
    for ones in plan.by_procedure().values():
        entry, doses = ones[0].entry, {one.side: dose(one.dose, one.entry) for one in ones}
        if len(ones) == 2:
            lines.append(say(EITHER, name=say(entry.name), **doses))
        else:
            lines.append(planned(ones[0].dose, ones[0].side, entry))
    return lines


def term(one: Term, entry: Procedure) -> str:
    """One line: what is moved where, how far per unit of dose, why, and where that is from."""
    unit = {"volume": "mL", "remove": "mL", "rotate": "°"}.get(one.operator, "mm")
    rate = language.number(one.coefficient).replace("-", "−")
    line = say(
        "{operator} ({place}): {rate} per {unit}."
        if one.midline
        else "{operator} ({place}): {rate} per {unit} on that side.",
        operator=say(OPERATORS[one.operator]),
        place=say(one.patch.centre.replace("_", " ")),
        rate=f"{rate} {say(unit)}",
        unit=say(PER_UNIT[entry.dose.unit]),
    )
    return f"{line} {sourced(one.derivation, one.source)}"


def skin_term(one: SkinTerm) -> str:
    """One line: which sign, what is done to it, how much of it goes, why, and by which source."""
    line = say(
        "{sign} ({operator}): the usual dose takes away {usual:.0f}\u00a0% in the mean person, no "
        "dose more than {most:.0f}\u00a0%.",
        sign=say(SIGNS[one.sign].name),
        operator=say(SKIN_OPERATORS[one.operator]),
        usual=100.0 * one.reduction,
        most=100.0 * one.most,
    )
    return f"{line} {sourced(one.derivation, one.source)}"


def picked(count: int) -> str:
    """What to do about moles, or how many are picked."""
    if not count:
        said = say("Tap the moles you would like to see removed.")
    elif count == 1:
        said = say("1 mole picked. Tap it again to keep it.")
    else:
        said = say("{count} moles picked. Tap one again to keep it.", count=count)
    return f"{ICONS['pick']} {said}"


def missed(count: int) -> str:
    """That nothing is found at some of the places picked."""
    return say(
        "Nothing dark is found at one of the places you tapped, so nothing is removed there. Tap "
        "the middle of the mole, closer up."
        if count == 1
        else "Nothing dark is found at {count} of the places you tapped, so nothing is removed "
        "there. Tap the middle of the mole, closer up.",
        count=count,
    )


def source(key: str) -> Words:
    """Where a figure is from."""
    return say("our own estimate, not from a study") if key == ESTIMATE else Words(citation(key))


def sourced(text: str, key: str) -> Words:
    """A sentence, in English or said already, and where it is from."""
    return Words(f"{say(text)} ({source(key)})")


def people(share: float) -> str:
    """How many people a share is: "29 of 100 people"."""
    return say(_people(share))


def _people(share: float) -> Said:
    count = round(100.0 * share)
    if count >= 100:
        return Said("everybody")
    if not count:
        return Said("fewer than 1 of 100 people")
    return Said("{count} of 100 people", count=count)


def reaction(sign: str, ones: list[Reaction]) -> str:
    """One line on one sign of a procedure: how many people have it, when most, until when."""
    most = max(ones, key=lambda one: one.frequency)
    worst = most.days[most.level.index(max(most.level))]
    who = _people(most.frequency)
    all_have, later = who == "everybody", worst >= 1.0
    return say(
        REACTIONS_TOLD[all_have, later],
        sign=Said(SIGN_WORDS[sign]),
        who=who,
        peak=time(worst),
        end=time(max(one.days[-1] for one in ones)),
    )


def undrawn(sign: str, found: list[tuple[str, float]]) -> Said:
    """What is left out of a picture: "Bruising is not drawn, … : lip filler (29 of 100 people)".

    It is kept with the picture, and therefore said in the visitor's language only when it is drawn.
    """
    who = [
        Said("{name!l} ({people})", name=Said(name), people=_people(share)) for name, share in found
    ]
    return Said(
        "{sign!u} that may come is not drawn: {who}.",
        sign=Said(SIGN_WORDS[sign]),
        who=Listed(who, COMMAS),
    )


def days_off(low: float, high: float) -> str:
    """How long until most people are back among others."""
    if high < 1.0:
        return say("Most people go out again the same day.")
    last = time(high)
    if time(low) == last:
        return say("Most people go out again after {last}.", last=last)
    if low < 1.0:
        return say("Many people go out again the same day, others after up to {last}.", last=last)
    count, unit = counted(low)
    first = count if unit == counted(high)[1] else time(low)  # "1 to 2 weeks"
    return say("Most people go out again after {first} to {last}.", first=first, last=last)


def risk(one: Risk) -> str:
    """What can go wrong and how often, marked if it is an emergency or lasting."""
    text = f"{say(one.what)}: {say(one.frequency)}".removesuffix(".") + "."
    marked = Words(f"**{say('Serious.')}** {text}") if one.serious else text
    return sourced(marked, one.source)


def suits_less(one: Unsuited) -> str:
    """Whom it suits less."""
    return sourced(f"{say(one.who).removesuffix('.')}.", one.source)


def total(one: Total, body_kg: float) -> str:
    """What is added up against a label: "Filler: 9 mL in all; the label goes up to …"."""
    return say(
        "{what!u}: {amount:.4g} {unit} in all; the label goes up to {most:.4g} {unit} in {within} "
        "at {body_kg:g} kg of body weight."
        if one.id == "filler_per_year"
        else "{what!u}: {amount:.4g} {unit} in all; the label goes up to {most:.4g} {unit} in "
        "{within}.",
        what=Said(one.what),
        amount=one.amount,
        most=one.most,
        unit=say(UNITS[one.unit]),
        within=time(7.0 * one.within_weeks),
        body_kg=body_kg,
    )


def film_caption(when: str | None, signs: list[str]) -> str:
    """Caption of a picture of the film, to be said: "After 3 days: swelling, bruising"."""
    title = TIMES[when or FULLEST]
    return Listed([title, Listed(signs, COMMAS)], ": ") if signs else title


def footnote(index: int) -> str:
    """The mark of a footnote, a raised letter: a raised digit would be an exponent."""
    return "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ"[index % 16]


def area(name: str) -> str:
    """Heading of an area of the face."""
    return say(AREAS[name])


def measure(change: Change) -> str:
    """Name and unit of a measure, with a word where the photo hardly shows it."""
    unit = _grades(change) or say(UNITS.get(change.unit, change.unit))
    name = f"{say(change.name)} ({unit})" if unit else say(change.name)
    return name if change.in_picture else say("{name}; hardly visible in this photo", name=name)


def _grades(change: Change) -> str:
    """What the figures of a sign of the skin mean: "grade, 0 none to 3 severe"; else nothing."""
    if change.unit == "count":
        return say("number")
    ends = SIGNS[change.measure].scale.partition(" (")[0] if change.unit == "grade" else ""
    return say("grade, {ends}", ends=say(ends)) if ends else ""


def figure(value: float, unit: str, *, sign: bool = False) -> str:
    """A number as exact as its unit deserves; with a sign, and a true minus, for a change."""
    shown = rounded(value, unit)
    spec = f"{'+' if sign and shown else ''}.{DECIMALS.get(unit, 1)}f"
    return language.number(shown, spec).replace("-", "−")


def level(one: Change, value: float) -> str:
    """A figure before or after; "–" where only the change is known, as on a usual neck or ear."""
    return "–" if one.measure in APRON_MEASURES else figure(value, one.unit)


def rounded(value: float, unit: str) -> float:
    """The value as it is written; a 0 never has a sign."""
    return round(value, DECIMALS.get(unit, 1)) + 0.0


def change(one: Change) -> str:
    """How much a measure changes, between the figures as they are written: "+1.2"."""
    return figure(_since(one, one.after), one.unit, sign=True)


def change_range(one: Change) -> str:
    """The range of the change to be expected: "+0.7 to +1.8"."""
    ends = sorted(_since(one, end) for end in (one.expected_low, one.expected_high))
    low, high = (figure(end, one.unit, sign=True) for end in ends)
    return say("{low}\u00a0to\u00a0{high}", low=low, high=high)


def _since(one: Change, value: float) -> float:
    return rounded(value, one.unit) - rounded(one.before, one.unit)


def is_noticeable(one: Change) -> bool:
    """Whether the figures before and after differ as they are written."""
    return rounded(one.after, one.unit) != rounded(one.before, one.unit)


def size(face: Face, found: dict[str, Measure]) -> str:
    """How large the face is, and how sure that is."""
    widths = [
        Said(template, mm=one.value, sd=one.sd)
        for name, template in WIDTHS.items()
        if (one := found.get(name))
    ]
    return say(
        "Widths: {widths}; {scale}. Every millimetre may be off by {percent:.0f} %.",
        widths=Listed(widths, COMMAS),
        scale=Said(SCALES[face.scale.source]),
        percent=100.0 * face.scale.relative_sd,
    )
