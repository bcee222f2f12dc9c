"""The report laid out on A4, with embedded letters; black and white loses nothing of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image as Picture
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    Image,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Table,
)

from face_mesh.arrays import Rgb
from simulate.export import NOTICE, head_window, panel
from simulate.leaflet import words
from simulate.leaflet.code import plan_code
from simulate.outcome import Outcome
from simulate.plan import Treatment
from simulate.provenance.mark import marked
from simulate.recovery import time_words
from simulate.sheets import CLOSE, FILM_SAID, RANGE_SAID
from simulate.summary import plan_summary

TITLE = "What your plan may change"
MARGIN, FOOT = 18 * mm, 20 * mm
WIDE = A4[0] - 2 * MARGIN
GAP = 4 * mm
DPI = 220  # of the pictures: what a good print shows, and a file that can be sent
JPEG_QUALITY = 92
STRIPE = 60  # stripes across the face: wide enough for a poor printer
DARKEST = 0.7  # taken from the light where nothing is sure
STRIPES_SAID = "The darker the stripes, the less sure the picture is there."
FONT = ("FONT", (0, 0), (-1, -1), "Beforehand", 8)  # else a table asks for Helvetica
GREY, LINE = HexColor("#555b63"), HexColor("#9aa0a8")
Story = list[Any]  # flowables of reportlab, which has no types


def report_pdf(
    outcomes: Sequence[Outcome], film: Sequence[Outcome] | None = None, *, code: bool = False
) -> bytes:
    """Return the report as a PDF of A4 pages; the same outcomes give the same bytes.

    The pictures are all there is of the person in it: no name, no date, no notes, no body mass.

    Args:
        outcomes: of the weak, the expected and the strong responder, as
            `simulate.sheets.responders` makes them.
        film: the plan at several times, as `simulate.sheets.film` makes it; None leaves it out.
        code: whether the plan, never the face, is put in as a QR code that reopens it.

    Raises:
        ValueError: the outcomes are not these three.
    """
    if [one.responder for one in outcomes] != ["low", "expected", "high"]:
        raise ValueError("give the outcomes of the low, the expected and the high responder")
    _letters()
    shown = _Shown(outcomes, film)
    pages = _built(_story(outcomes, film, shown, code), None)[1]
    return _built(_story(outcomes, film, shown, code), pages)[0]


class _Shown:
    """The pictures as JPEG, each made once though the pages are laid out twice to count them."""

    def __init__(self, outcomes: Sequence[Outcome], film: Sequence[Outcome] | None) -> None:
        expected = outcomes[1]
        window = head_window(expected.face, CLOSE)
        half, third, fifth = ((WIDE - (n - 1) * GAP) / n for n in (2, 3, 5))

        def made(image: Rgb, width: float) -> Callable[[], Any]:
            return _framed(marked(image, expected.face)[window], width)

        self.before = _framed(expected.face.photo.image[window], half)
        self.expected = made(expected.image, half)
        self.weak, self.strong = made(outcomes[0].image, third), made(outcomes[2].image, third)
        self.unsure = made(_striped(expected), third)
        self.film = [made(one.image, fifth) for one in film or ()]


def _striped(outcome: Outcome) -> Rgb:
    """Return the (H, W, 3) picture with stripes where it is unsure: colour is lost in a copy."""
    rows, columns = np.indices(outcome.image.shape[:2])
    xy = outcome.face.landmarks_px[:, :2]
    period = max(2.0, float(np.ptp(xy[:, 1])) / STRIPE)
    stripes = np.sin((rows + columns) * (np.pi / period)) > 0.0
    light = 1.0 - DARKEST * outcome.uncertainty * stripes
    return np.asarray(np.round(outcome.image * light[..., None]), np.uint8)


def _framed(crop: Rgb, width: float) -> Callable[[], Any]:
    """Return what makes a picture of a width in points."""
    picture: Picture.Image = panel(crop, round(width / 72 * DPI))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY)
    height = width * picture.height / picture.width
    return lambda: Image(io.BytesIO(file.getvalue()), width, height)


def _built(story: Story, pages: int | None) -> tuple[bytes, int]:
    file = io.BytesIO()
    counted = 0

    def foot(canvas: Any, document: Any) -> None:
        nonlocal counted
        counted = document.page
        canvas.setFont("Beforehand", 8)
        canvas.setFillColor(GREY)
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, FOOT - 3 * mm, A4[0] - MARGIN, FOOT - 3 * mm)
        canvas.drawString(MARGIN, FOOT - 8 * mm, NOTICE)
        number = f"Page {document.page} of {pages or document.page}"
        canvas.drawRightString(A4[0] - MARGIN, FOOT - 8 * mm, number)

    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=TITLE,
        author="Beforehand",
        creator="Beforehand",
        subject=NOTICE,
        lang="en",
        initialFontName="Beforehand",
        displayDocTitle=True,
        invariant=True,  # no date of the visit, and the same bytes again
    )
    frame = Frame(MARGIN, FOOT, WIDE, A4[1] - FOOT - MARGIN, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=foot))
    document.build(story)
    return file.getvalue(), counted


@cache
def _letters() -> None:
    """Register DejaVu, which may be embedded and comes with Matplotlib (which is not loaded)."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont("Beforehand", folder / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont("Beforehand-Bold", folder / "DejaVuSans-Bold.ttf"))
    pdfmetrics.registerFontFamily(
        "Beforehand", "Beforehand", "Beforehand-Bold", "Beforehand", "Beforehand-Bold"
    )


def _style(name: str, size: float, **more: Any) -> Any:
    letters = {"fontName": "Beforehand", "bulletFontName": "Beforehand"}
    return ParagraphStyle(name, fontSize=size, leading=1.4 * size, **letters, **more)


TEXT = _style("text", 9.5, spaceAfter=2 * mm)
POINT = _style("point", 9.5, spaceAfter=1.2 * mm, leftIndent=5 * mm, bulletIndent=0)
SMALL = _style("small", 8, spaceAfter=1 * mm)
CELL = _style("cell", 8.5)
QUIET = _style("quiet", 8.5, textColor=GREY, spaceAfter=2 * mm)
HEAD = _style("head", 14, spaceBefore=5 * mm, spaceAfter=2 * mm)
FIRST = _style("first", 20, spaceAfter=1 * mm)


def _bold(text: str) -> str:
    return f"<b>{escape(text)}</b>"


def _head(text: str) -> Story:
    return [CondPageBreak(45 * mm), Paragraph(_bold(text), HEAD)]


def _points(texts: Iterable[str], bullet: str = "•") -> Story:
    """Return a list of already escaped texts."""
    return [Paragraph(f"<bullet>{bullet}</bullet>{text}", POINT) for text in texts]


def _table(rows: Sequence[Sequence[Any]], widths: Sequence[float]) -> Any:
    """Return a table of escaped texts, the first row its head."""
    cells = [
        [Paragraph(_bold(text) if i == 0 else text, CELL) for text in row]
        for i, row in enumerate(rows)
    ]
    return Table(
        cells,
        [share * WIDE for share in widths],
        repeatRows=1,
        spaceAfter=3 * mm,
        style=[
            FONT,
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ],
    )


def _story(
    outcomes: Sequence[Outcome], film: Sequence[Outcome] | None, shown: _Shown, code: bool
) -> Story:
    """Return all there is on the pages, in order; reportlab uses it up."""
    expected, citing = outcomes[1], words.Citing()
    return [
        Paragraph(_bold(TITLE), FIRST),
        Paragraph(escape(NOTICE), QUIET),
        *_pictures(expected, shown),
        *_asked(expected, citing),
        *_changes(expected),
        *_recovery(expected, film, shown, citing),
        *_risks(expected, citing),
        *_unsuited(expected, citing),
        *_unknown(expected),
        *_consent(),
        *_sources(citing),
        *(_code(expected) if code else []),
    ]


def _row_of(pictures: Sequence[tuple[Any, str]], across: int) -> Any:
    width = (WIDE - (across - 1) * GAP) / across
    cells: Story = [[picture, Paragraph(escape(caption), SMALL)] for picture, caption in pictures]
    cells += [[]] * (across - len(cells))
    style = [
        FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-2, -1), GAP),
    ]
    return Table([cells], [*[width + GAP] * (across - 1), width], style=style)


def _pictures(expected: Outcome, shown: _Shown) -> Story:
    return [
        _row_of(
            [
                (shown.before(), "Before: your photo"),
                (shown.expected(), f"Simulation: expected, {words.moment(expected.when)}"),
            ],
            2,
        ),
        _row_of(
            [
                (shown.weak(), "Simulation: weak responder"),
                (shown.strong(), "Simulation: strong responder"),
                (shown.unsure(), "Simulation: striped where uncertain"),
            ],
            3,
        ),
        Paragraph(escape(f"{RANGE_SAID} {STRIPES_SAID}"), TEXT),
    ]


def _asked(expected: Outcome, citing: words.Citing) -> Story:
    plan = expected.plan
    said = plan_summary(plan)

    def swells(one: Treatment) -> bool:
        return any(reaction.sign == "swelling" for reaction in one.entry.reactions)

    rows = [["Treatment", "Dose", "When", "Days off", "Cost"]]
    for row in said.rows:
        off = row.clinic_downtime_days
        if off is not None:
            days = f"{words.days_off(off, off)}, says the clinic"
        elif row.downtime_days and row.downtime_source:
            days = f"{words.days_off(*row.downtime_days)} {citing.mark(row.downtime_source)}"
        else:
            days = "not known"
        price = "not said" if row.cost is None else words.cost(row.cost, plan)
        cells = (row.name, words.dose(row), words.week(row), days, price)
        rows.append([escape(cell) for cell in cells])
    totals = [
        f"{escape(words.total(one, said.body_kg_given))} {citing.mark(one.source)}"
        for one in said.totals
        if one.amount
    ]
    lasting = [
        f"{_bold(one.entry.name)}: {escape(words.course(one.entry.course, swells(one)))} "
        f"{citing.mark(one.entry.course.source)}"
        for one in plan.treatments
    ]
    return [
        *_head("What was asked"),
        _table(rows, (0.30, 0.22, 0.13, 0.22, 0.13)),
        *_points([*map(escape, words.summed(said, plan)), *totals]),
        *_head("When it comes and how long it stays"),
        *_points(lasting),
    ]


def _changes(expected: Outcome) -> Story:
    found = words.noticeable(expected.changes)
    if not found:
        text = "No measure changes by as much as the last digit that would be shown."
        return [*_head("What changes"), Paragraph(text, TEXT)]
    notes: dict[str, str] = {}
    rows = [["Measure", "Before", "Expected", "Range"]]
    for one in found:
        mark = ""
        if one.because:
            letter = notes.setdefault(one.because, chr(ord("a") + len(notes) % 26))
            mark = f" <super>{letter}</super>"
        low, high = sorted((one.expected_low, one.expected_high))
        ends = [words.figure(end, one.unit) for end in (low, high)]
        figures = [words.figure(value, one.unit) for value in (one.before, one.after)]
        rows.append([escape(words.measure(one)) + mark, *figures, " to ".join(ends)])
    return [
        *_head("What changes"),
        _table(rows, (0.52, 0.12, 0.14, 0.22)),
        *(
            Paragraph(f"<super>{letter}</super> {escape(text)}", SMALL)
            for text, letter in notes.items()
        ),
        Paragraph(
            "The range is where about two of three people would be after the treatment. "
            f"{escape(words.shown_at(expected))} {escape(words.scale(expected))}",
            TEXT,
        ),
    ]


def _recovery(
    expected: Outcome, film: Sequence[Outcome] | None, shown: _Shown, citing: words.Citing
) -> Story:
    head = ["Sign", "Who has it", *(words.calendar_head(day) for day in words.CALENDAR)]
    rows = [head]
    untold = []
    for one in expected.plan.treatments:
        entry = one.entry
        if not entry.reactions:
            untold.append(f"{_bold(entry.name)}: no figures of the first days were found.")
        for sign, found, marks in words.calendar(entry):
            most = max(found, key=lambda reaction: reaction.frequency)
            cited = citing.mark(*(r.source for r in found), most.frequency_source)
            who = f"{escape(words.people(most.frequency))} {cited}"
            rows.append([f"{_bold(entry.name)}, {sign.lower()}", who, *marks])
    undrawn = [
        f"{_bold(one.entry.name)}: {escape(one.entry.undrawn)}"
        for one in expected.plan.treatments
        if one.entry.undrawn
    ]
    days = len(words.CALENDAR)
    story = _head("The first weeks")
    if len(rows) > 1:
        story += [
            _table(rows, (0.23, 0.19, *[0.58 / days] * days)),
            Paragraph(escape(words.CALENDAR_SAID), TEXT),
        ]
    story += _points([*untold, *undrawn])
    if film:
        pictures = [
            (picture(), f"Simulation: {time_words(one.when).lower()}")
            for picture, one in zip(shown.film, film, strict=True)
        ]
        story.append(Paragraph(_bold("From the first day on"), TEXT))
        story += [_row_of(pictures[i : i + 5], 5) for i in range(0, len(pictures), 5)]
        story.append(Paragraph(escape(FILM_SAID), TEXT))
    return story


def _risks(expected: Outcome, citing: words.Citing) -> Story:
    found: dict[tuple[bool, str, str, str], list[str]] = {}
    for one in expected.plan.treatments:
        for risk in one.entry.risks:
            key = (not risk.serious, risk.what, risk.frequency, risk.source)
            found.setdefault(key, []).append(one.entry.name)
    said = [
        f"{'' if mild else '<b>Serious.</b> '}{_bold(what)}: "
        f"{escape(often.removesuffix('.'))}. {citing.mark(source)} "
        f"{escape(_names(names))}"
        for (mild, what, often, source), names in sorted(found.items(), key=lambda item: item[0][0])
    ]
    text = (
        "What was seen to go wrong and how often, as published; the serious first. No picture here "
        "shows any of it."
    )
    cautions = {
        f"{_bold(one.entry.name)}: {escape(caution)}": None
        for one in expected.plan.treatments
        for caution in one.entry.cautions
    }
    return [
        *_head("What can go wrong"),
        Paragraph(text, TEXT),
        *_points(said),
        *([Paragraph(_bold("Good to know"), TEXT), *_points(cautions)] if cautions else []),
    ]


def _names(names: Sequence[str]) -> str:
    """Return treatments in brackets, without the brackets of their own."""
    return f"({'; '.join(dict.fromkeys(name.partition(' (')[0] for name in names))})"


def _unsuited(expected: Outcome, citing: words.Citing) -> Story:
    found: dict[tuple[str, str], list[str]] = {}
    for one in expected.plan.treatments:
        for they in one.entry.suits_less:
            found.setdefault((they.who, they.source), []).append(one.entry.name)
    said = [
        f"{escape(who.removesuffix('.'))}. {citing.mark(source)} {escape(_names(names))}"
        for (who, source), names in found.items()
    ]
    return [*_head("Who it suits less"), *_points(said)] if said else []


def _unknown(expected: Outcome) -> Story:
    story = [*_head("What this picture cannot know"), *_points(map(escape, words.CANNOT_KNOW))]
    told = {f"{one.entry.name}: {one.entry.undrawn}" for one in expected.plan.treatments}
    warnings = [said for said in expected.warnings if said not in told]  # with the first weeks
    if warnings:
        story.append(Paragraph(_bold("Of this photo and this plan"), TEXT))
        story += _points(map(escape, warnings))
    return story


def _consent() -> Story:
    lines = Table(
        [[[], []], list(words.SIGNED)],
        [WIDE / 2, WIDE / 2],
        [16 * mm, 6 * mm],
        style=[
            FONT,
            ("LINEABOVE", (0, 1), (0, 1), 0.6, black),
            ("LINEABOVE", (1, 1), (1, 1), 0.6, black),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ],
    )
    whole = [
        Paragraph(_bold("Before you decide"), HEAD),
        Paragraph(escape(words.CONSENT_SAID), TEXT),
        *_points(map(escape, words.CONSENT), "☐"),
        lines,
    ]
    return [KeepTogether(whole)]


def _sources(citing: words.Citing) -> Story:
    said = [Paragraph(f"[{number}] {escape(text)}", SMALL) for number, text in citing.listed()]
    text = (
        "Figures marked as our own estimate are from no study; the catalogue says why each is what "
        "it is."
    )
    return [*_head("Sources"), Paragraph(text, TEXT), *said]


def _code(expected: Outcome) -> Story:
    """Return the plan as a QR code, which is quiet and large enough for a phone to read."""
    text, side = plan_code(expected.plan), 60 * mm
    widget = QrCodeWidget(text, barLevel="M", barWidth=side, barHeight=side, barBorder=4)
    drawing = Drawing(side, side)
    drawing.add(widget)
    said = (
        "This code holds the treatments, doses, weeks and costs, and nothing of the face. Give its "
        "text to Beforehand as the plan to open it again."
    )
    whole = [Paragraph(_bold("The plan to take along"), HEAD), Paragraph(said, TEXT), drawing]
    return [KeepTogether(whole)]
