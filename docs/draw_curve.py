"""The time course of a procedure as an SVG: effect and reactions by day, published points as dots.

Days are drawn on a scale that is even over the first days and logarithmic after, so that the first
two weeks take a third of the width and 24 months still fit. Curves are straight between their knots
in days, as they are simulated, and so bend a little on this scale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil, expm1, log1p

import numpy as np

from simulate.catalogue.procedure import CurvePoint, Procedure, Reaction
from simulate.catalogue.time_course import LONGEST_DAYS
from simulate.recovery.reactions import SIGN_WORDS
from simulate.wording.doses import dose_by_side
from simulate.wording.procedures import place

WIDTH, LEFT, RIGHT, TOP, PLOT_HEIGHT = 640.0, 52.0, 622.0, 40.0, 210.0
LEGEND_LINE = 18.0
LETTER_WIDTH = 6.3  # of the legend, at most, at 12 px
EVEN_DAYS = 3.0  # up to about here the scale is even
BEND_PX = 20.0  # between the points a straight line in days is drawn through
TICKS = {0: "0", 1: "1", 3: "3", 7: "7", 14: "14 days", 30: "1 month", 91: "3", 183: "6", 365: "12"}
LAST_TICK = "24 months"
DASHES = ("", "7 4", "2 4", "9 3 2 3")  # of the places a sign occurs in, one after another
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:var(--ink)}"
    "svg{--paper:#fff;--ink:#333;--grid:#ddd;--effect:#1f6fb2;--swelling:#b8620a;"
    "--bruising:#7a3fa0;--erythema:#c62f45}"
    "@media(prefers-color-scheme:dark){svg{--paper:#15181c;--ink:#d5d8dc;--grid:#3a3f45;"
    "--effect:#6cb6ff;--swelling:#f0a04b;--bruising:#c594ea;--erythema:#ff7b8d}}"
    ".paper{fill:var(--paper)}.grid{stroke:var(--grid);stroke-width:1}"
    ".curve{fill:none;stroke-width:2.2}.knot{fill:var(--paper);stroke-width:1.2}"
    ".published{stroke:var(--paper);stroke-width:1}.title{font-weight:600}"
)


@dataclass(frozen=True)
class Line:
    """One curve of the picture.

    Attributes:
        kind: "effect" or the sign of a reaction: the colour.
        dash: dash pattern, empty for an unbroken line.
        name: what it is, and where.
        legend: what its 100 % are.
        days: of the knots.
        values: shares at the knots.
        published: points that a publication gives.
    """

    kind: str
    dash: str
    name: str
    legend: str
    days: tuple[float, ...]
    values: tuple[float, ...]
    published: tuple[CurvePoint, ...]


def x_px(day: float) -> float:
    """Return where a day lies on the axis, in px of the picture."""
    share = log1p(min(day, LONGEST_DAYS) / EVEN_DAYS) / log1p(LONGEST_DAYS / EVEN_DAYS)
    return LEFT + (RIGHT - LEFT) * share


def day_at(px: float) -> float:
    """Return the day that lies at a place of the axis."""
    share = (px - LEFT) / (RIGHT - LEFT)
    return EVEN_DAYS * expm1(share * log1p(LONGEST_DAYS / EVEN_DAYS))


def y_px(value: float, top: float) -> float:
    """Return where a share lies on the axis that ends at `top`, in px of the picture."""
    return TOP + PLOT_HEIGHT * (1.0 - value / top)


def lines_of(procedure: Procedure) -> list[Line]:
    """Return the curves of a procedure: the effect, then one for each sign and shape of curve.

    What swells in two places over the same days is one line, named after both.
    """
    course = procedure.course
    found = [
        Line(
            "effect",
            "",
            "Effect",
            "100 % is the settled effect",
            course.days,
            course.share,
            course.published,
        )
    ]
    alike: dict[tuple[object, ...], list[Reaction]] = {}
    for one in procedure.reactions:
        alike.setdefault((one.sign, one.days, one.level), []).append(one)
    drawn = Counter[str]()
    for same in alike.values():
        first = same[0]
        places = ", ".join(place(one.patch.centre) for one in same)
        found.append(
            Line(
                kind=first.sign,
                dash=DASHES[drawn[first.sign] % len(DASHES)],
                name=f"{SIGN_WORDS[first.sign].capitalize()} ({places})",
                legend=_legend_of(same),
                days=first.days,
                values=first.level,
                published=tuple(dict.fromkeys(p for one in same for p in one.published)),
            )
        )
        drawn[first.sign] += 1
    return found


def _legend_of(same: Sequence[Reaction]) -> str:
    """Return the peaks of reactions that share a curve, and how many people have them."""
    peaks = " and ".join(dict.fromkeys(peak(one) for one in same))
    shares = " and ".join(dict.fromkeys(f"{100 * one.frequency:g} %" for one in same))
    return f"100 % is {peaks}, in {shares} of people"


def peak(one: Reaction) -> str:
    """Return the peak of a reaction at the usual dose, in words."""
    if one.sign == "swelling":
        return dose_by_side(one.peak, "mL", "total" if one.midline else "per_side")
    scale = "grade {:g} of 3" if one.sign == "bruising" else "CEA grade {:g} of 4"
    return scale.format(one.peak)


def highest(lines: Sequence[Line]) -> float:
    """Return the share at the upper end of the axis: 1, or more in steps of a fifth."""
    return ceil(max(1.0, *(max(one.values) for one in lines)) * 5.0 - 1e-9) / 5.0


def curve_svg(procedure: Procedure) -> str:
    """Return the SVG text of a procedure's course; the same entry gives the same text."""
    lines = lines_of(procedure)
    top = highest(lines)
    keys = [(line, part) for line in lines for part in _wrapped(f"{line.name}: {line.legend}")]
    height = TOP + PLOT_HEIGHT + 54.0 + LEGEND_LINE * (len(keys) + 1)
    body = [*_axes(top)]
    for line in lines:
        body.append(_path(line, top))
    for line in lines:
        body += _dots(line, top)
    body += _legend(keys)
    title = f"{escape(procedure.name)}: effect and reactions over 24 months"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" '
            'role="img" aria-labelledby="title desc">',
            f'<title id="title">{title}</title>',
            f'<desc id="desc">{escape(in_words(procedure))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH:g}" height="{height:g}"/>',
            f'<text class="title" x="{LEFT:g}" y="22">{escape(procedure.name)}</text>',
            *body,
            "</svg>\n",
        )
    )


def in_words(procedure: Procedure) -> str:
    """Return what the picture shows, for those who do not see it."""
    said = []
    for line in lines_of(procedure):
        knots = (
            f"day {day:g} {100 * value:.0f} %"
            for day, value in zip(line.days, line.values, strict=True)
        )
        said.append(f"{line.name}: {', '.join(knots)}.")
    return " ".join(said)


def _axes(top: float) -> Iterator[str]:
    bottom = TOP + PLOT_HEIGHT
    steps = np.arange(0.0, top + 1e-9, 0.25 if top <= 1.0 else 0.5)
    for share in steps.tolist():
        y = y_px(share, top)
        yield f'<path class="grid" d="M{LEFT:g} {y:.1f}H{RIGHT:g}"/>'
        yield f'<text x="{LEFT - 6:g}" y="{y + 4:.1f}" text-anchor="end">{100 * share:.0f}</text>'
    ticks = [*((float(day), word) for day, word in TICKS.items()), (LONGEST_DAYS, LAST_TICK)]
    for day, word in ticks:
        x = x_px(day)
        yield f'<path class="grid" d="M{x:.1f} {TOP:g}V{bottom + 4:g}"/>'
        anchor = "end" if day == LONGEST_DAYS else "middle"
        at = x + 8 if day == LONGEST_DAYS else x
        yield f'<text x="{at:.1f}" y="{bottom + 18:g}" text-anchor="{anchor}">{word}</text>'
    middle = (LEFT + RIGHT) / 2
    yield (
        f'<text x="{middle:g}" y="{bottom + 36:g}" text-anchor="middle">'
        "Time after the treatment (first days even, then logarithmic)</text>"
    )
    yield f'<text x="8" y="{TOP - 6:g}">%</text>'


def _path(line: Line, top: float) -> str:
    points = [(x_px(day), y_px(value, top)) for day, value in _drawn(line)]
    d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return f'<path class="curve" stroke="var(--{line.kind})"{dash} d="{d}"/>'


def _drawn(line: Line) -> list[tuple[float, float]]:
    """Points the line is drawn through: its knots, and enough between that it bends smoothly.

    An effect lasts to the end of the axis at its last share, as it is simulated; a reaction ends.
    """
    knots = list(zip(line.days, line.values, strict=True))
    if line.kind == "effect" and knots[-1][0] < LONGEST_DAYS:
        knots.append((LONGEST_DAYS, line.values[-1]))
    found = knots[:1]
    for (a, low), (b, high) in pairwise(knots):
        pieces = 1 if low == high else max(1, ceil((x_px(b) - x_px(a)) / BEND_PX))
        between = [day_at(px) for px in np.linspace(x_px(a), x_px(b), pieces + 1)[1:-1].tolist()]
        found += [(day, low + (high - low) * (day - a) / (b - a)) for day in between]
        found.append((b, high))
    return found


def _dots(line: Line, top: float) -> Iterator[str]:
    told = {point.day for point in line.published}
    for day, value in zip(line.days, line.values, strict=True):
        if day not in told:
            yield (
                f'<circle class="knot" stroke="var(--{line.kind})" cx="{x_px(day):.1f}" '
                f'cy="{y_px(value, top):.1f}" r="2.4"/>'
            )
    for point in line.published:
        note = escape(f"{point.source}: day {point.day:g}, {100 * point.value:.1f} %. {point.note}")
        yield (
            f'<circle class="published" fill="var(--{line.kind})" cx="{x_px(point.day):.1f}" '
            f'cy="{y_px(point.value, top):.1f}" r="4.6"><title>{note}</title></circle>'
        )


def _wrapped(words: str) -> list[str]:
    """Break a line of the legend where it would run out of the picture."""
    most = int((RIGHT - LEFT - 34.0) / LETTER_WIDTH)
    found = [""]
    for word in words.split():
        if found[-1] and len(found[-1]) + 1 + len(word) > most:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    return found


def _legend(keys: Sequence[tuple[Line, str]]) -> Iterator[str]:
    y = TOP + PLOT_HEIGHT + 58.0
    seen: list[Line] = []
    for line, words in keys:
        if not any(line is one for one in seen):
            seen.append(line)
            dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
            yield (
                f'<path class="curve" stroke="var(--{line.kind})"{dash} '
                f'd="M{LEFT:g} {y - 4:g}h26"/>'
            )
        yield f'<text x="{LEFT + 34:g}" y="{y:g}">{escape(words)}</text>'
        y += LEGEND_LINE
    x = LEFT + 13
    yield f'<circle class="published" fill="var(--ink)" cx="{LEFT + 5:g}" cy="{y - 4:g}" r="4.6"/>'
    yield f'<text x="{x + 8:g}" y="{y:g}">published point</text>'
    yield f'<circle class="knot" stroke="var(--ink)" cx="{x + 124:g}" cy="{y - 4:g}" r="2.4"/>'
    yield f'<text x="{x + 134:g}" y="{y:g}">knot between published points, or assumed</text>'
