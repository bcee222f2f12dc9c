"""The generated page of evidence: in step with the catalogue, complete, and true to its curves."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html import unescape
from itertools import pairwise
from math import hypot
from xml.etree import ElementTree

import pytest

from docs.build_catalogue import CURVES, PAGE, files, named_sources, page
from docs.draw_curve import (
    LEFT,
    PLOT_HEIGHT,
    RIGHT,
    curve_svg,
    day_at,
    highest,
    lines_of,
    x_px,
    y_px,
)
from simulate import __version__
from simulate.catalogue.loader import procedures
from simulate.catalogue.procedure import (
    OFF_A_POINT,
    CurvePoint,
    Downtime,
    Patch,
    PoorCandidate,
    Procedure,
    PublicationFigure,
    Reaction,
    Risk,
    View,
)
from simulate.catalogue.sources import ESTIMATE, sources
from simulate.catalogue.time_course import share_at
from tests.helpers import ROOT

AGAIN = "run python docs/build_catalogue.py"
MOST_BYTES = 8192
SVG = "{http://www.w3.org/2000/svg}"
LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"\.?[\w*-]+(?:/[\w.*-]+)*/?|[\w.-]+\.(?:py|toml|md|txt)")
MODULE = re.compile(r"python -m ((?:benchmarks|face_mesh|simulate|tests|training|ui)[\w.]*)")
TOPS = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name != ".git"}
WORDS = ("name", "summary", "derivation", "claim", "note", "what", "frequency", "who", "cautions")
IDS = sorted(procedures())


def filled() -> Procedure:
    """An entry in which everything that an entry can hold is there, none of it real."""
    day = CurvePoint(3.0, 0.75, "percec2025", "A published <point>.")
    reactions = tuple(
        Reaction(
            sign,
            Patch("upper_vermilion_arch", 2.0, 8.0),
            0.7,
            (0.0, 1.0, 3.0, 7.0, last),
            (0.6, 1.0, 0.75, 0.2, 0.0),
            "percec2025",
            f"How {sign} follows. Half of it is our estimate.",
            0.43,
            ESTIMATE,
            published=(day,),
        )
        for sign, last in zip(
            ("swelling", "swelling", "bruising", "erythema"), (14.0, 21.0, 14.0, 14.0), strict=True
        )
    )
    lip = procedures()["lip_filler"]
    return replace(
        lip,
        course=replace(
            lip.course, published=(CurvePoint(84.0, 0.53, "percec2025", "At 12 weeks."),)
        ),
        reactions=reactions,
        downtime=Downtime(1.0, 7.0, "percec2025", "Why a week."),
        risks=(
            Risk("A nuisance", "1 in 2", "alam2021"),
            Risk("A disaster", "1 in 9 | 10", "alam2021", serious=True),
        ),
        suits_less=(PoorCandidate("People with *cold sores*.", "alam2021"),),
        view=View(25.0, ESTIMATE, "Why 25 degrees."),
        published=(
            PublicationFigure(
                ("upper_lip_projection",), 1.0, 1.27, "carrero", "Six months.", sd=2.11
            ),
            PublicationFigure(("surface_volume",), 1.0, 0.7, "percec2025", "Two weeks.", when="2w"),
        ),
    )


def said_by(thing: object) -> Iterator[str]:
    """Every sentence of an entry that is meant for a reader."""
    for one in fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, one.name)
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part):
                yield from said_by(part)
            elif isinstance(part, str) and one.name in WORDS:
                yield part


def section(text: str, name: str) -> str:
    """The part of the page about one procedure."""
    return text.split(f'<a id="{name}"></a>')[1].split('<a id="')[0]


def read(markdown: str) -> str:
    """What a reader sees of Markdown: nothing escaped, nothing bold."""
    plain = re.sub(r"(?<!\\)\*\*", "", markdown)
    return unescape(re.sub(r"\\([\\`*~|\[\]$])", r"\1", plain))


@pytest.fixture(scope="module")
def text() -> str:
    return page()


def test_the_written_files_are_in_step_with_the_catalogue() -> None:
    stale = [
        path.as_posix()
        for path, text in files().items()
        if not (ROOT / path).is_file() or (ROOT / path).read_bytes() != text.encode()
    ]
    assert stale == [], AGAIN


def test_each_procedure_has_a_curve_and_no_curve_is_left_over() -> None:
    assert sorted(path.stem for path in (ROOT / CURVES).iterdir()) == IDS, AGAIN


def test_another_run_writes_the_same_bytes() -> None:
    def digest() -> str:
        code = (
            "import hashlib; from docs.build_catalogue import files; "
            "print(hashlib.sha256(repr(files()).encode()).hexdigest())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert digest() == hashlib.sha256(repr(files()).encode()).hexdigest()


@pytest.mark.parametrize("name", IDS)
def test_the_page_leaves_nothing_of_an_entry_out(text: str, name: str) -> None:
    entry = procedures()[name]
    shown = read(section(text, name))
    assert [one for one in said_by(entry) if one not in shown] == []
    keys = {k.strip() for one in named_sources(entry) if one != ESTIMATE for k in one.split("+")}
    assert {key for key in keys if f"[{key}](#source-{key})" not in shown} == set()
    assert section(text, name).count(f"**{ESTIMATE}**") >= named_sources(entry).count(ESTIMATE)


def test_the_page_leaves_nothing_of_a_full_entry_out(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = filled()
    monkeypatch.setattr("docs.build_catalogue.procedures", lambda: {entry.id: entry})
    text = page()
    shown = read(section(text, entry.id))
    told = list(said_by(entry))
    assert len(told) > 30
    assert [one for one in told if one not in shown] == []
    assert shown.index("A disaster") < shown.index("A nuisance")
    figures = (
        "0.7 mL on each side",
        "grade 0.7 of 3",
        "CEA grade 0.7 of 4",
        "1 day to 1 week",
        "25°",
    )
    assert [one for one in (*figures, "+1.27 ± 2.11 mm", "+0.7 mL, SD") if one not in shown] == []
    assert text.count("is **our estimate**") == len(entry.reactions)
    partly = re.search(r"(\d+) of them partly estimated", shown)
    assert int(partly[1] if partly else 0) >= len(entry.reactions)
    row = next(line for line in text.splitlines() if "A disaster" in line)
    assert "1 in 9 \\| 10" in row  # a bar inside a cell ends it, unless it is escaped


def test_every_reference_is_cited_in_full(text: str) -> None:
    listed = set(re.findall(r'<a id="source-([^"]+)"></a>', text))
    named = {
        key.strip()
        for entry in procedures().values()
        for source in named_sources(entry)
        if source != ESTIMATE
        for key in source.split("+")
    }
    assert listed == named
    assert {key for key in named if sources()[key] not in read(text)} == set()


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    broken, found = [], 0
    for file in [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]:
        written = file.read_text("utf-8")
        here = set(re.findall(r'<a id="([^"]+)"></a>', written))
        here |= {
            re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")
            for head in re.findall(r"^#+ (.+)$", written, re.MULTILINE)
        }
        for link in LINK.findall(written):
            if "://" in link or link.startswith("mailto:"):
                continue
            found += 1
            path, _, anchor = link.partition("#")
            if not (file.parent / path).exists() or (not path and anchor not in here):
                broken.append(f"{file.name}: {link}")
    assert broken == []
    assert found > 100


def documents() -> Iterator[tuple[str, str]]:
    """The name and text of every document for people."""
    for file in [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]:
        yield file.name, file.read_text("utf-8")


def missing_paths(text: str) -> list[str]:
    """The back-quoted paths into a folder of the repository, and the files of code, not there."""
    quoted = (one for one in QUOTED.findall(re.sub(r"(?ms)^```.*?^```", "", text)))
    paths = (one for one in quoted if PATH.fullmatch(one))
    ours = (one for one in paths if one.split("/")[0] in TOPS or one.endswith(".py"))
    return [one for one in ours if not any(ROOT.glob(one.rstrip("/")))]


def missing_modules(text: str) -> list[str]:
    """The modules that a command of ours runs and that are not there."""
    paths = ((one, ROOT / one.replace(".", "/")) for one in MODULE.findall(text))
    return [
        one
        for one, path in paths
        if not path.with_suffix(".py").is_file() and not (path / "__main__.py").is_file()
    ]


def test_every_path_and_module_that_a_document_names_is_there() -> None:
    broken = {name: missing_paths(text) + missing_modules(text) for name, text in documents()}
    assert {name: ones for name, ones in broken.items() if ones} == {}
    named = [one for _, text in documents() for one in QUOTED.findall(text) if PATH.fullmatch(one)]
    assert len({one for one in named if one.split("/")[0] in TOPS}) > 60


@pytest.mark.parametrize(
    "name",
    ["simulate/moved.py", "simulate/skin/hub*.py", "moved.py", "ui/nowhere/", "docs/moved.md"],
)
def test_a_path_that_leads_nowhere_would_be_seen(name: str) -> None:
    assert missing_paths(f"see `{name}`\n") == [name]


def test_a_module_that_is_not_there_would_be_seen() -> None:
    text = "`python -m benchmarks.moved`, `python -m simulate`, `python -m simulate.export`"
    assert missing_modules(text) == ["benchmarks.moved", "simulate.export"]


def test_what_names_no_file_of_ours_is_let_be() -> None:
    assert missing_paths("`/dev/shm`, `a/b`, `result/`, `lip_filler`\n```\n`ui/x`\n```\n") == []


def test_every_room_stands_in_the_page_that_says_where_everything_lives() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {
        f"{path.parent.relative_to(ROOT).as_posix()}/"
        for package in ("face_mesh", "simulate", "ui")
        for path in (ROOT / package).glob("*/*.py")
    }
    assert len(rooms) > 25
    assert {room for room in rooms if f"| `{room}` |" not in text} == set()


def test_the_version_has_its_changes() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] in ("Unreleased", __version__)


def test_no_place_of_the_page_is_named_twice(text: str) -> None:
    places = re.findall(r'<a id="([^"]+)"></a>', text)
    assert len(places) == len(set(places))


def test_the_page_is_linked_from_where_people_look() -> None:
    assert f"({PAGE.as_posix()})" in (ROOT / "README.md").read_text("utf-8")
    assert f"({PAGE.name})" in (ROOT / "docs" / "method.md").read_text("utf-8")


def test_the_axis_shows_two_weeks_and_two_years() -> None:
    assert 0.25 < (x_px(14.0) - LEFT) / (RIGHT - LEFT) < 0.4
    assert x_px(730.5) == pytest.approx(RIGHT)
    for day in (0.0, 1.0, 14.0, 300.0, 730.0):
        assert day_at(x_px(day)) == pytest.approx(day, abs=1e-9)


@pytest.mark.parametrize("name", [*IDS, "a full entry"])
def test_a_curve_is_small_and_says_what_it_shows(name: str) -> None:
    entry = procedures().get(name) or filled()
    svg = curve_svg(entry)
    assert len(svg.encode()) < MOST_BYTES
    assert "prefers-color-scheme:dark" in svg
    root = ElementTree.fromstring(svg)
    assert entry.name in str(root.findtext(f"{SVG}title"))
    assert len(str(root.findtext(f"{SVG}desc"))) > 20
    written = " ".join(one.text or "" for one in root.iter(f"{SVG}text"))
    legends = [f"{line.name}: {line.legend}" for line in lines_of(entry)]
    assert [one for one in legends if one not in written] == []


def test_two_places_that_swell_over_the_same_days_share_a_line() -> None:
    entry = filled()
    one, two = entry.reactions[:2]
    there = replace(two.patch, centre="lower_vermilion_border")
    two = replace(two, patch=there, peak=0.9, days=one.days)
    both = lines_of(replace(entry, reactions=(one, two)))
    assert [line.name for line in both] == [
        "Effect",
        "Swelling (upper vermilion arch, lower vermilion border)",
    ]
    assert both[1].legend.startswith("100 % is 0.7 mL on each side and 0.9 mL on each side, in 43")
    assert both[1].published == one.published  # the same point, once
    later = replace(two, days=(0.0, 2.0, 3.0, 7.0, 14.0))
    apart = lines_of(replace(entry, reactions=(one, later)))
    assert len(apart) == 3
    assert len({line.dash for line in apart[1:]}) == 2


def drawn(svg: str) -> list[list[tuple[float, float]]]:
    """The points of each curve of a picture, px; the samples of the legend left out."""
    paths = (one.get("d", "") for one in ElementTree.fromstring(svg).iter(f"{SVG}path"))
    return [
        [(float(x), float(y)) for x, y in (pair.split() for pair in d[1:].split("L"))]
        for d in paths
        if "L" in d
    ]


@pytest.mark.parametrize("name", IDS)
def test_the_curve_drawn_is_the_curve_simulated(name: str) -> None:
    entry = procedures()[name]
    top = highest(lines_of(entry))
    points = drawn(curve_svg(entry))[0]
    off = [abs(y - y_px(share_at(entry, day_at(x)), top)) for x, y in points if LEFT <= x <= RIGHT]
    steepest = max(
        abs(b - a) / (x_px(d) - x_px(c))
        for (c, d), (a, b) in zip(
            pairwise((*entry.course.days, 1e4)),
            pairwise((*entry.course.share, entry.course.share[-1])),
            strict=True,
        )
        if c < 730.0
    )
    assert max(off) < 0.2 + 0.1 * steepest * PLOT_HEIGHT  # px: places are written to a tenth


@pytest.mark.parametrize("name", [*IDS, "a full entry"])
def test_every_published_point_is_a_dot_on_its_curve(name: str) -> None:
    entry = procedures().get(name) or filled()
    svg, lines = curve_svg(entry), lines_of(entry)
    top = highest(lines)
    dots = [
        (float(one.get("cx", "")), float(one.get("cy", "")), str(title))
        for one in ElementTree.fromstring(svg).iter(f"{SVG}circle")
        if (title := one.findtext(f"{SVG}title"))
    ]
    wanted = [
        (line, points, point)
        for line, points in zip(lines, drawn(svg), strict=True)
        for point in line.published
    ]
    assert len(dots) == len(wanted)
    for (x, y, title), (_, points, point) in zip(dots, wanted, strict=True):
        assert title.startswith(f"{point.source}: day {point.day:g},")
        assert (x, y) == pytest.approx((x_px(point.day), y_px(point.value, top)), abs=0.06)
        near = min(distance((x, y), a, b) for a, b in pairwise(points))
        assert near < OFF_A_POINT * PLOT_HEIGHT / top + 0.5


def distance(at: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """How far a place lies from a piece of a line, px."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    share = ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / max(dx * dx + dy * dy, 1e-12)
    share = min(1.0, max(0.0, share))
    return hypot(at[0] - a[0] - share * dx, at[1] - a[1] - share * dy)


def test_a_point_off_its_curve_would_be_seen() -> None:
    entry = filled()
    moved = CurvePoint(84.0, 0.6, "percec2025", "Not there.")
    svg = curve_svg(replace(entry, course=replace(entry.course, published=(moved,))))
    at = (x_px(84.0), y_px(0.6, 1.0))
    near = min(distance(at, a, b) for a, b in pairwise(drawn(svg)[0]))
    assert near > OFF_A_POINT * PLOT_HEIGHT + 0.5
