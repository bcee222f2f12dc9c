"""Write docs/catalogue.md and docs/curves from the catalogue: every procedure with its evidence.

    python docs/build_catalogue.py

Nothing is said here that is not in `simulate/catalogue`, its procedures and its sources; the same
catalogue gives the same bytes. A figure that nobody published stands as **author's estimate**.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # it is run as a file

import numpy as np

from docs.draw_curve import curve_svg, in_words, peak
from face_mesh.skin.lower_face import FINDINGS
from face_mesh.skin.signs import SIGNS
from simulate.catalogue.loader import procedures
from simulate.catalogue.procedure import (
    AMOUNTS,
    SURFACES,
    UNMEASURED_SD,
    Course,
    Procedure,
    PublicationFigure,
    Term,
)
from simulate.catalogue.sources import ESTIMATE, keys_of, sources
from simulate.geometry.displacement import VOLUMES
from simulate.outcome.changes import SPECS
from simulate.recovery.reactions import SIGN_WORDS
from simulate.wording.doses import amount, dose, one_unit
from simulate.wording.procedures import (
    AREAS,
    LASTING_SHARE,
    SKIN_OPERATORS,
    back_among_people,
    days_off,
    duration_words,
    half_gone_day,
    onset_words,
    place,
    risks,
)
from simulate.wording.times import oblique

ROOT = Path(__file__).resolve().parent.parent
PAGE, CURVES = Path("docs/catalogue.md"), Path("docs/curves")
MARKED = f"**{ESTIMATE}**"
NOT_GIVEN = "not given"
GUESSED = re.compile(r"\b(?:author's|our|our own) estimates?\b|\bassumed\b|\bassumption\b", re.I)
VOLUME = {"surface_volume": ("Volume between the skin before and after", "mL")}
WAYS = (  # of the head frame, drawn for the patient's left; forth and back
    ("outward", "inward"),
    ("up", "down"),
    ("forward", "back"),
)
MIDLINE_WAYS = ("to the patient's left", "to the patient's right")
AXES = ("a side-to-side", "an upright", "a front-to-back")
HARDLY, SLIGHTLY = 0.1, 0.35  # of a direction: left out, or said to be slight
INTRO = """\
# The catalogue: every procedure, its figures and where they come from

*Written by `python docs/build_catalogue.py` from
[simulate/catalogue/procedures](../simulate/catalogue/procedures) and
[simulate/catalogue/sources.toml](../simulate/catalogue/sources.toml). Change those, not this
page.*

- A source is a link to [References](#references). They were read as abstracts or page excerpts:
  check the DOI before quoting one.
- {estimate} marks a figure that no publication gives; the words beside it say how it was arrived
  at, and [method.md](method.md) derives the larger ones. A figure with a source may still be an
  estimate in part: the words that say so are bold.
- The picture shows the mean person. The range beside each measure is one standard deviation either
  way, in which two of three people fall. Where an effect rests on an estimate, it is made wider.
- Large dots in the curves are published points, small hollow ones are not.
- Not a medical device, and no substitute for a consultation.
"""


def files() -> dict[Path, str]:
    """Return every generated file: its path from the root of the repository, and its text."""
    found = {CURVES / f"{p.id}.svg": curve_svg(p) for p in procedures().values()}
    return {PAGE: page(), **found}


def page() -> str:
    """Return the text of the page."""
    entries = list(procedures().values())
    parts = [
        INTRO.format(estimate=MARKED),
        *_overview(entries),
        "## Contents\n",
        _contents(entries),
    ]
    for name in dict.fromkeys(p.area for p in entries):
        parts.append(f"## {AREAS[name]}\n")
        for entry in (p for p in entries if p.area == name):
            parts += _procedure(entry)
    return "\n".join((*parts, *_references(entries)))


def named_sources(procedure: Procedure) -> list[str]:
    """Return the source of each figure of a procedure, in the order of its file."""
    return [source for source, _ in _figures(procedure)]


def _figures(p: Procedure) -> list[tuple[str, str]]:
    """Return the source of each figure, and what is said of how it follows from it."""
    found = [(p.dose.usual_source, p.dose.derivation), (p.dose.max_source, p.dose.derivation)]
    found += [(p.dose_response.source, p.dose_response.derivation)]
    derived = [p.response, *p.terms, *p.skin, p.course, *p.reactions]
    derived += [one for one in (p.downtime, p.view) if one]
    found += [(one.source, one.derivation) for one in derived]
    found += [(one.frequency_source, "") for one in p.reactions]
    points = [*p.course.published, *(point for one in p.reactions for point in one.published)]
    rest = (*points, *p.risks, *p.suits_less, *p.published, *p.evidence)
    return found + [(one.source, "") for one in rest]


def _overview(entries: Sequence[Procedure]) -> Iterator[str]:
    yield f"## Overview: {len(entries)} procedures\n"
    heads = ["procedure", "usual dose", "most", "half there", "at its most", "lasts"]
    yield _table(
        [*heads, "days off", "figures with a source"],
        (
            (
                f"[{_plain(p.name)}](#{p.id})",
                dose(p.dose.usual, p),
                amount(p.dose.max, p.dose.unit),
                _when(p.course.onset_day),
                _when(p.course.peak_day),
                _lasts(p.course),
                _downtime(p),
                "{} of {}".format(*_sourced(p)),
            )
            for p in entries
        ),
    )


def _contents(entries: Sequence[Procedure]) -> str:
    lines = []
    for name in dict.fromkeys(p.area for p in entries):
        links = (f"[{_plain(p.name)}](#{p.id})" for p in entries if p.area == name)
        lines.append(f"- **{AREAS[name]}**: {', '.join(links)}")
    return "\n".join([*lines, "- [References](#references)", ""])


def _procedure(p: Procedure) -> Iterator[str]:
    told, total = _sourced(p)
    partly = sum(
        source != ESTIMATE and bool(GUESSED.search(words)) for source, words in _figures(p)
    )
    yield f'<a id="{p.id}"></a>\n\n### {_plain(p.name)}\n'
    yield f"`{p.id}` · {_plain(p.summary)}\n"
    estimates = f"; {total - told} are {MARKED}" if told < total else ""
    hidden = (
        f" What lies under {_any_of(p.hidden_by)} in the photo is measured but not drawn."
        if p.hidden_by
        else ""
    )
    yield (
        f"Of {total} figures and claims {told} have a source"
        + (f" ({partly} of them partly estimated, as is said beside them)" if partly else "")
        + f"{estimates}. "
        f"Sides: {_any_of(p.sides)}.{hidden}\n"
    )
    yield _heading("Dose")
    yield _table(
        ["", "dose", "source"],
        (
            *([("of", p.dose.what, "")] if p.dose.what else []),
            ("usual", dose(p.dose.usual, p), _source(p.dose.usual_source)),
            ("most", dose(p.dose.max, p), _source(p.dose.max_source)),
            ("step", amount(p.dose.step, p.dose.unit), ""),
        ),
    )
    yield from _effect(p)
    yield _heading("Over time")
    yield from _over_time(p)
    yield from _after(p)
    yield from _published(p)
    yield _heading("Evidence")
    yield _bullets(f"{_plain(one.claim)} {_source(one.source, in_full=True)}" for one in p.evidence)


def _effect(p: Procedure) -> Iterator[str]:
    yield _heading("Effect")
    if p.terms:
        yield _table(
            ["what the skin does", "where", "source", "how the figure follows"],
            (
                (_moves(t, p) + _as_found(t), _place(t), _source(t.source), _derived(t.derivation))
                for t in p.terms
            ),
        )
    if p.skin:
        yield _table(
            ["sign of the skin", "goes at the usual dose", "at most", "source", "how it follows"],
            (
                (
                    f"{_plain(SIGNS[one.sign].name)}{_within(one.regions)}: "
                    f"{SKIN_OPERATORS[one.operator]}",
                    f"{100 * one.reduction:g} %",
                    f"{100 * one.most:g} %",
                    _source(one.source),
                    _derived(one.derivation),
                )
                for one in p.skin
            ),
        )
    if p.measures:
        names = ", ".join(_measure(one) for one in p.measures)
        yield f"Reported in: {names}.\n"
    bent = (
        f"saturating, half of the most at {amount(p.dose_response.half_dose, p.dose.unit)}"
        if p.dose_response.half_dose
        else "in proportion to the dose"
    )
    wider = (
        f"; shown as ± {100 * p.spread:.0f} %, because part of the effect was never measured and "
        f"its mean may be off by {100 * UNMEASURED_SD:.0f} % ({MARKED})"
        if p.thin
        else ""
    )
    yield _bullets(
        (
            f"**How people differ**: ± {100 * p.response.relative_sd:.0f} % of the effect, one SD"
            f"{wider}. {_derived(p.response.derivation)} {_source(p.response.source)}",
            f"**More or less of it**: {bent}. {_derived(p.dose_response.derivation)} "
            f"{_source(p.dose_response.source)}",
            *([f"**The dose itself**: {_derived(p.dose.derivation)}"] if p.dose.derivation else []),
            f"**Turning the head**: {_view(p)}",
        )
    )


def _view(p: Procedure) -> str:
    if p.view is None:
        return f"{NOT_GIVEN}."
    return (
        f"shown up to {p.view.max_yaw_deg:g}° to either side. {_derived(p.view.derivation)} "
        f"{_source(p.view.source)}"
    )


def _over_time(p: Procedure) -> Iterator[str]:
    link = f"{CURVES.name}/{p.id}.svg"
    yield f"[![{_alt(in_words(p))}]({link})]({link})\n"
    told = {point.day: point for point in p.course.published}
    days = sorted({*p.course.days, *told})
    shares = np.interp(days, p.course.days, p.course.share).tolist()
    rows = [("share of the settled effect", *(f"{100 * one:.0f} %" for one in shares))]
    if told:
        rows.append(("published by", *(_source(told[d].source) if d in told else "" for d in days)))
    yield _table(["day", *(f"{day:g}" for day in days)], rows)
    yield _bullets(
        (
            f"{onset_words(p)} {duration_words(p.course)} {_derived(p.course.derivation)} "
            + _source(p.course.source),
            *(
                f"Day {one.day:g}: {_plain(one.note)} {_source(one.source)}"
                for one in told.values()
            ),
        )
    )
    if p.reactions:
        yield _heading("Swelling, bruising and redness")
        yield _table(
            ["sign", "most, at the usual dose", "who has it", "by day", "how the curve follows"],
            (
                (
                    f"{SIGN_WORDS[one.sign]} ({place(one.patch.centre)})",
                    peak(one),
                    f"{100 * one.frequency:g} % {_source(one.frequency_source)}",
                    ", ".join(
                        f"{day:g}: {100 * level:.0f} %"
                        for day, level in zip(one.days, one.level, strict=True)
                    ),
                    " ".join(
                        (
                            f"{_derived(one.derivation)} {_source(one.source)}",
                            *(
                                f"Published: day {point.day:g}, {100 * point.value:.0f} %. "
                                f"{_plain(point.note)} {_source(point.source)}"
                                for point in one.published
                            ),
                        )
                    ),
                )
                for one in p.reactions
            ),
        )


def _after(p: Procedure) -> Iterator[str]:
    if p.downtime:
        yield (
            f"**Days off**: {_downtime(p)}. {back_among_people(p.downtime)} "
            f"{_derived(p.downtime.derivation)} {_source(p.downtime.source)}\n"
        )
    if p.risks:
        yield _heading("Risks")
        yield _table(
            ["", "what", "how often", "source"],
            (
                (
                    "**serious**" if one.serious else "",
                    *(_plain(one.what), _plain(one.frequency), _source(one.source)),
                )
                for one in risks(p)
            ),
        )
    if p.cautions:
        yield _heading("To know before")
        yield _bullets(_plain(one) for one in p.cautions)
    if p.suits_less:
        yield _heading("Suits less")
        yield _bullets(f"{_plain(one.who)} {_source(one.source)}" for one in p.suits_less)


def _published(p: Procedure) -> Iterator[str]:
    if not p.published:
        return
    yield _heading("Published changes to hold it against")
    yield _table(
        ["measure", "dose", "change, mean ± SD", "when", "source"],
        (
            (
                " and ".join(_measure(m) for m in one.measures),
                dose(one.dose, p, one.side),
                change_in_words(one),
                one.when or "settled",
                f"{_plain(one.note)} {_source(one.source)}",
            )
            for one in p.published
        ),
    )


def change_in_words(one: PublicationFigure) -> str:
    """Return a published change with its standard deviation and unit."""
    factor, unit = (100.0, "%") if one.relative else (1.0, _unit(one.measures[0]))
    mean = f"{factor * one.mean:+g}".replace("-", "−")
    return f"{mean} ± {factor * one.sd:g} {unit}" if one.sd else f"{mean} {unit}, SD not published"


def _references(entries: Iterable[Procedure]) -> Iterator[str]:
    used = {key for p in entries for source in named_sources(p) for key in keys_of(source)}
    yield "## References\n"
    for key in sorted(used):
        yield f'- <a id="source-{key}"></a>`{key}`: {_plain(sources()[key])}.'
    yield ""


_TONES_SAID = {
    "shadow": "takes {percent:g} % of the light",
    "soften_bands": "takes {percent:g} % of the shade of bands that are read",
    "soften_rings": "takes {percent:g} % of the shade of rings that are read",
}


def _moves(term: Term, p: Procedure) -> str:
    """Return what a term does to the skin for one unit of dose, in words."""
    size, sign = abs(term.coefficient), 1.0 if term.coefficient >= 0 else -1.0
    per = f"per {one_unit(p.dose.unit)}"
    if p.dose.unit in AMOUNTS and not term.midline:
        per += " on that side"
    if term.operator in _TONES_SAID:
        return f"{_TONES_SAID[term.operator].format(percent=100 * size)} {per}"
    if term.most:
        per += f", and no farther from {term.most:g} on"
    if term.operator in VOLUMES:
        adds = (term.operator == "volume") == (sign > 0)
        return f"{'gains' if adds else 'loses'} {size:g} mL of volume {per}"
    if term.operator == "translate":
        return f"moves {_way(term, sign)} by {size:g} mm {per}"
    if term.operator == "rotate":
        return f"{_turn(term, sign)} by {size:g}° {per}"
    if term.operator == "scale":
        what = "widens" if sign > 0 else "narrows"
        return f"{what}, {size:g} mm on each side at {place(term.pivot)}, {per}"
    if term.operator == "flatten":
        return f"fills {100 * size:g} % of the hollow {_way(term, sign)} {per}"
    away = "away from" if sign > 0 else "towards"
    return f"moves {away} the {place(term.pull)} by {size:g} mm {per}"


def _as_found(term: Term) -> str:
    """Return how far a term depends on what is read, in words; empty if it does not."""
    if not term.reading:
        return ""
    least = f", {100 * term.least:g} % of it whatever is found" if term.least else ""
    return f", as far as {FINDINGS[term.reading].name.lower()} are found{least}"


def _way(term: Term, sign: float) -> str:
    """Return the direction of a term in words, the largest component first."""
    way = sign * np.array(term.direction) / np.linalg.norm(term.direction)
    words = [MIDLINE_WAYS if term.midline else WAYS[0], *WAYS[1:]]
    said = []
    for axis in np.argsort(-np.abs(way)).tolist():
        if abs(way[axis]) >= HARDLY:
            slight = "slightly " if abs(way[axis]) < SLIGHTLY else ""
            said.append(slight + words[axis][0 if way[axis] > 0 else 1])
    return " and ".join(said)


def _turn(term: Term, sign: float) -> str:
    axis = int(np.argmax(np.abs(term.direction)))
    about = f"{AXES[axis]} axis through {place(term.pivot)}"
    if axis:
        return f"turns about {about}"
    return f"turns {'up' if sign * term.direction[0] < 0 else 'down'} about {about}"


def _place(term: Term) -> str:
    """Return a term's patch in words."""
    patch = term.patch
    held = f"; not {_any_of(place(one) for one in patch.hold)}" if patch.hold else ""
    seen = ", as seen from the front" if patch.metric == "front" else ""
    middle = ", across the middle" if term.midline else ""
    beyond = "" if patch.surface == SURFACES[0] else f" ({patch.surface}, not seen but assumed)"
    return (
        f"{place(patch.centre)}{beyond}{middle}: full within {patch.core_mm:g} mm, fading over "
        f"{patch.falloff_mm:g} mm{seen}{held}"
    )


def _within(regions: Sequence[str]) -> str:
    return f" ({_any_of(place(one) for one in regions)})" if regions else ""


def _lasts(course: Course) -> str:
    """Return how long half of the settled effect stays, in a few words."""
    if course.share[-1] >= LASTING_SHARE:
        return "lasting"
    day = half_gone_day(course)
    if day is None:
        return f"{100 * course.share[-1]:.0f} % at {oblique(course.days[-1])}"
    return f"half at {oblique(day)}"


def _when(day: float) -> str:
    return f"after {oblique(day)}" if day > 0 else "at once"


def _downtime(p: Procedure) -> str:
    if p.downtime is None:
        return NOT_GIVEN
    return days_off(p.downtime.days_low, p.downtime.days_high)


def _sourced(p: Procedure) -> tuple[int, int]:
    found = named_sources(p)
    return sum(one != ESTIMATE for one in found), len(found)


def _measure(id_: str) -> str:
    if id_ in VOLUME:
        return VOLUME[id_][0]
    return _plain(SPECS[id_].name if id_ in SPECS else SIGNS[id_].name)


def _unit(id_: str) -> str:
    if id_ in VOLUME:
        return VOLUME[id_][1]
    return SPECS[id_].unit if id_ in SPECS else "grades"


def _source(source: str, *, in_full: bool = False) -> str:
    """Return links to the references of a source; an estimate is marked."""
    if source == ESTIMATE:
        return f"({MARKED})"
    links = (
        f"[{key}](#source-{key})" + (f": {_plain(sources()[key])}" if in_full else "")
        for key in keys_of(source)
    )
    return f"({'; '.join(links)})"


def _any_of(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _plain(text: str) -> str:
    """Return text in which nothing is taken for Markdown."""
    return re.sub(r"([\\`*~|\[\]$])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def _derived(text: str) -> str:
    """Return how a figure follows, with what is estimated in it marked."""
    return GUESSED.sub(r"**\g<0>**", _plain(text))


def _alt(text: str) -> str:
    return text.replace("[", "(").replace("]", ")")


def _heading(text: str) -> str:
    return f"**{text}**\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _bullets(lines: Iterable[str]) -> str:
    return "".join(f"- {line.strip()}\n" for line in lines)


def main() -> None:
    """Write the files, and remove curves of procedures that are no more."""
    made = files()
    (ROOT / CURVES).mkdir(exist_ok=True)
    for old in (ROOT / CURVES).glob("*.svg"):
        if CURVES / old.name not in made:
            old.unlink()
    for path, text in made.items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
