"""Figures of fills in tables by group, tone, camera and shape of mask, and what they must reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from training.figures import FIGURES

RESAMPLES = 400  # of the people, for an interval
OURS, REFERENCE = "ours", "biharmonic"
BEHIND = "psnr_behind_db"  # PSNR less that of the reference on the same patch

# What ours must reach in the median, on people never seen, in every group: from, to.
BARS = {
    "texture_energy": (0.9, 1.1),
    "colour_error": (0.0, 1.5),
    "edge_gradient": (0.9, 1.1),
    BEHIND: (-2.0, np.inf),
}
HEADS = {**{name: head for name, (head, _) in FIGURES.items()}, BEHIND: "PSNR over biharmonic, dB"}


@dataclass(frozen=True)
class Row:
    """The figures of one way of filling one patch.

    Attributes:
        way: of filling.
        group, tone, camera, shape, person: of the patch.
        figures: by name, those of `HEADS`.
    """

    way: str
    group: str
    tone: str
    camera: str
    shape: str
    person: str
    figures: dict[str, float]


@dataclass(frozen=True)
class Spread:
    """A figure over patches: median with its 95 % interval over people, and mean."""

    median: float
    low: float
    high: float
    mean: float


@dataclass(frozen=True)
class Stratum:
    """One way of filling on one part of the patches.

    Attributes:
        by, part: how the patches were parted and which part this is.
        way: of filling.
        patches, people: how many of them.
        figures: by name.
    """

    by: str
    part: str
    way: str
    patches: int
    people: int
    figures: dict[str, Spread]

    def misses(self) -> list[str]:
        """Return the names of the figures whose median misses its bar."""
        return [
            name
            for name, (low, high) in BARS.items()
            if not low <= self.figures[name].median <= high
        ]


PARTS: dict[str, Callable[[Row], str]] = {
    "all": lambda row: "all",
    "group": lambda row: row.group,
    "skin tone (ITA)": lambda row: row.tone,
    "camera": lambda row: row.camera,
    "shape of mask": lambda row: row.shape,
    "group and shape": lambda row: f"{row.group}, {row.shape}",
}


def strata(rows: list[Row], seed: int = 0) -> list[Stratum]:
    """Return the figures by every way of parting the patches, and by way of filling."""
    return [
        _stratum(by, part, way, some, seed)
        for by, part_of in PARTS.items()
        for (part, way), some in sorted(_parted(rows, part_of).items(), key=_order)
    ]


def _parted(rows: Iterable[Row], part_of: Callable[[Row], str]) -> dict[tuple[str, str], list[Row]]:
    parts: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        parts.setdefault((part_of(row), row.way), []).append(row)
    return parts


def _order(item: tuple[tuple[str, str], list[Row]]) -> tuple[str, bool]:
    (part, way), _ = item
    return part, way != OURS  # the sort is stable: the others stay as they came


def _stratum(by: str, part: str, way: str, rows: list[Row], seed: int) -> Stratum:
    people = np.array([row.person for row in rows])
    again = list(_resampled(people, seed))
    figures = {}
    for name in HEADS:
        values = np.array([row.figures[name] for row in rows])
        medians = [float(np.median(values[some])) for some in again]
        low, high = np.percentile(medians, [2.5, 97.5])
        figures[name] = Spread(
            float(np.median(values)), float(low), float(high), float(values.mean())
        )
    return Stratum(by, part, way, len(rows), len(set(people)), figures)


def _resampled(people: npt.NDArray[np.str_], seed: int) -> Iterator[npt.NDArray[np.intp]]:
    """Places of the patches of people drawn with replacement: one person's hang together."""
    random = np.random.default_rng(seed)
    places = [np.flatnonzero(people == person) for person in np.unique(people)]
    for _ in range(RESAMPLES):
        drawn = random.integers(len(places), size=len(places))
        yield np.concatenate([places[i] for i in drawn])


def as_json(found: list[Stratum]) -> list[dict[str, object]]:
    """Return the strata as plain values, rounded to what means something."""
    return [
        {
            **asdict(one),
            "figures": {
                name: {key: round(value, 4) for key, value in asdict(spread).items()}
                for name, spread in one.figures.items()
            },
            "misses": one.misses(),
        }
        for one in found
    ]


def markdown(found: list[Stratum]) -> str:
    """Return tables of the strata; a figure of ours that misses its bar is bold."""
    lines = []
    for by in PARTS:
        lines += [f"### By {by}" if by != "all" else "### All patches", ""]
        lines += ["| part | patches (people) | fill | " + " | ".join(HEADS.values()) + " |"]
        lines += ["|---" * (3 + len(HEADS)) + "|"]
        lines += [_line(one) for one in found if one.by == by]
        lines += [""]
    return "\n".join(lines)


def _line(one: Stratum) -> str:
    missed = one.misses() if one.way == OURS else []
    cells = [
        f"**{_shown(one.figures[name])}**" if name in missed else _shown(one.figures[name])
        for name in HEADS
    ]
    start = [one.part.replace("_", " "), f"{one.patches} ({one.people})", one.way]
    return "| " + " | ".join(start + cells) + " |"


def short(found: list[Stratum]) -> str:
    """Return one table of the figures that have a bar, for the model card."""
    names = {name: HEADS[name] for name in BARS}
    lines = ["| part | patches (people) | fill | " + " | ".join(names.values()) + " |"]
    lines += ["|---" * (3 + len(names)) + "|"]
    for one in found:
        others = {"all": (REFERENCE, "Telea", "Navier-Stokes"), "group": (REFERENCE,)}
        if one.by == "group and shape" or one.way not in (OURS, *others.get(one.by, ())):
            continue
        cells = [f"{one.part.replace('_', ' ')} | {one.patches} ({one.people}) | {one.way}"]
        for name in names:
            spread = one.figures[name]
            text = f"{spread.median:.2f} [{spread.low:.2f}, {spread.high:.2f}]"
            missed = one.way == OURS and name in one.misses()
            cells.append(f"**{text}**" if missed else text)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _shown(spread: Spread) -> str:
    return f"{spread.median:.2f} [{spread.low:.2f}, {spread.high:.2f}] mean {spread.mean:.2f}"
