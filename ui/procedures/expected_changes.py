"""What a procedure would change in the visitor's own face, settled, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import fmean

from face_mesh import Face
from face_mesh.messages import COMMAS, Message, MessageList
from face_mesh.skin.readability import unreadable
from face_mesh.skin.signs import SIGNS, detect
from simulate import Change, Plan, Procedure, Treatment
from simulate.catalogue.procedure import SkinTerm
from simulate.outcome.changes import SIDE_EFFECT
from simulate.outcome.eyelid_warnings import without_fold
from simulate.outcome.faint_effects import EXPRESSIVE, HARDLY
from simulate.outcome.smile_check import gum_shown_mm, smiles
from simulate.skin.tasks import regions_of
from simulate.wording import changes
from ui.compute import outcomes
from ui.state.choice import picture_plan
from ui.text.language import N_, translate

MOST_LINES = 4  # of what moves, and again of what the skin loses
MOST_READ = 3  # signs of the skin whose grade in the photo is said
FAINT = 1.0  # the first grade of every scale: below it a sign is hardly there
# Above the lines of `expected_change`, which stay what they are whatever time is looked at, and
# whatever response.
SETTLED = N_("When settled, with the expected response:")
IN_UNITS = {  # a ratio says little to somebody who does not measure faces
    "mm": N_("{measure}: {change} mm; most people {range} mm."),
    "deg": N_("{measure}: {change}°; most people {range}°."),
}


@dataclass(frozen=True)
class PhotoEffect:
    """What one procedure comes to in the visitor's own photo.

    Attributes:
        said: sentences, empty where there is nothing to say but the figures.
        shows: whether it would be seen in this photo.
    """

    said: str
    shows: bool


def visibility_in_photo(
    treatments: Sequence[Treatment], face: Face, about: Collection[str] = ()
) -> PhotoEffect:
    """Return what is known of one procedure's signs in a photo, and whether it would show there.

    It shows by a change of shape as large as one that is reported of any measure, or by a quarter
    of a grade of the skin, below which the picture itself says that there is little to show.

    Args:
        treatments: its treatments, one or one for each side.
        face: at preview size.
        about: signs that somebody came with; where it acts on one of them, nothing else counts.
    """
    entry, dose = treatments[0].entry, max(treatment.relative_dose for treatment in treatments)
    if entry.removes_lesions:
        return PhotoEffect("", True)  # what goes is what is picked
    acted_on = {term.sign for term in entry.skin}
    meant = acted_on.intersection(about) or acted_on
    grades = {sign: grade for sign, grade in _grades(entry, face).items() if sign in meant}
    why = {sign: one for sign, one in _unread(entry, face).items() if sign in meant}
    unread = {sign: one for sign, one in why.items() if sign not in grades}
    lost = [
        grades[term.sign] * term.share(dose, grades[term.sign])
        for term in entry.skin
        if term.sign in grades
    ]
    own = [one for one in _moved(treatments, face) if one.measure in entry.measures]
    seen = [
        one
        for one in own
        if grades.keys().isdisjoint(about)
        and one.in_picture
        and abs(one.after - one.before) >= SIDE_EFFECT.get(one.unit, 0.0)
    ]
    # What cannot be read may be there.
    shows = bool(seen) or any(one >= HARDLY for one in lost) or bool(unread)
    if all(without_fold(face, treatment) for treatment in treatments):
        return PhotoEffect(
            translate(
                "No fold hangs over your lids in this photo: there is hardly anything to take."
            ),
            shows=False,
        )
    told = [_read(grades)] if grades else []
    told += [_not_read(unread)] if unread else []
    if shows and not seen and not unread and all(one < FAINT for one in grades.values()):
        told.append(translate("You would see a small difference there."))
    if not shows:
        told.append(_why_not(entry, face, grades, any(not one.in_picture for one in own)))
    return PhotoEffect(" ".join(told), shows)


def _grades(entry: Procedure, face: Face) -> dict[str, float]:
    """How much there is of each sign in the photo, where it is treated, on the sign's own scale.

    Signs that can be read nowhere in the photo are left out.
    """
    grades: dict[str, float] = {}
    for term in entry.skin:
        over = [
            detect(face, term.sign, region).severity
            for region in regions_of(term, "both")
            if not unreadable(face, SIGNS[term.sign], region)
        ]
        if over:
            grades[term.sign] = min(fmean(over), SIGNS[term.sign].most)
    return grades


def _unread(entry: Procedure, face: Face) -> dict[str, str]:
    """Why each sign cannot be read where it is treated."""
    reasons: dict[str, str] = {}
    for term in entry.skin:
        for region in regions_of(term, "both"):
            if why := unreadable(face, SIGNS[term.sign], region):
                reasons[term.sign] = why
    return reasons


def _not_read(unread: dict[str, str]) -> str:
    """What the photo does not tell, and why not."""
    signs = [Message("{sign!l}", sign=Message(SIGNS[sign].name)) for sign in unread]
    return translate(
        "Not readable in this photo: {signs}. {reasons}",
        signs=MessageList(signs[:MOST_READ], COMMAS),
        reasons=MessageList(dict.fromkeys(unread.values())),
    )


def _read(grades: dict[str, float]) -> str:
    """What the photo has of the signs: "In your photo: tear trough 0.6 of 4 (hardly there)."."""
    parts = [
        Message(
            "{sign!l} {grade:.1f} of {most:g} (hardly there)"
            if grade < FAINT
            else "{sign!l} {grade:.1f} of {most:g}",
            sign=Message(SIGNS[sign].name),
            grade=grade,
            most=SIGNS[sign].most,
        )
        for sign, grade in list(grades.items())[:MOST_READ]
    ]
    return translate("In your photo: {signs}.", signs=MessageList(parts, COMMAS))


def _why_not(entry: Procedure, face: Face, grades: dict[str, float], deep: bool) -> str:
    if entry.in_smile and not smiles(face):
        return translate("It shows in a smile; at rest hardly anything changes.")
    if entry.in_smile:
        return translate(
            "This smile shows hardly any gum: there is nothing to treat."
            if gum_shown_mm(face) is not None
            else "Gums cannot be told from lips in this photo."
        )
    if any(sign in EXPRESSIVE for sign in grades):
        return translate(
            "You would see almost no difference there. Lines of expression show best in a photo "
            "that makes the expression."
        )
    if grades:
        return translate("You would see almost no difference there.")
    if deep:
        return translate(
            "You would see almost no difference in this photo: most of the change is towards the "
            "camera."
        )
    return translate("You would see almost no difference in this photo.")


def expected_change(treatments: Sequence[Treatment], face: Face) -> list[str]:
    """Return what one procedure changes and by how much, with the range of two of three people.

    Args:
        treatments: its treatments, one or one for each side.
        face: at preview size.
    """
    entry = treatments[0].entry
    moved = [
        translate(
            IN_UNITS[one.unit],
            measure=translate(one.name),
            change=changes.difference(one),
            range=changes.difference_range(one),
        )
        for one in _moved(treatments, face)
        if one.measure in entry.measures and one.unit in IN_UNITS and changes.is_noticeable(one)
    ]
    dose = max(treatment.relative_dose for treatment in treatments)
    lost = [_of_skin(entry, term, dose) for term in entry.skin if term.share(dose)]
    return [*moved[:MOST_LINES], *lost[:MOST_LINES]]


def _moved(given: Sequence[Treatment], face: Face) -> tuple[Change, ...]:
    return outcomes.shape_changes(face.key, picture_plan(Plan(tuple(given))), face)


def _of_skin(entry: Procedure, term: SkinTerm, dose: float) -> str:
    """How much of a sign goes in the mean person, and in most."""
    low, share, high = (
        100.0 * term.share(dose * (1.0 + deviations * entry.spread)) for deviations in (-1, 0, 1)
    )
    return translate(
        "{sign}: about {share:.0f}\u00a0% less; most people {low:.0f} to {high:.0f}\u00a0%.",
        sign=translate(SIGNS[term.sign].name),
        share=share,
        low=low,
        high=high,
    )
