"""The report laid out on A4, with embedded letters; black and white loses nothing of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
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
from face_mesh.said import N_
from simulate.export import NOTICE, dejavu, head_window, panel
from simulate.leaflet import words
from simulate.leaflet.code import plan_code
from simulate.outcome import Outcome
from simulate.plan import Treatment
from simulate.provenance.mark import marked
from simulate.sheets import CLOSE, FILM_SAID, RANGE_SAID
from simulate.speech import Say, english
from simulate.summary import plan_summary

TITLE = N_("What your plan may change")
MARGIN, FOOT = 18 * mm, 20 * mm
WIDE = A4[0] - 2 * MARGIN
GAP = 4 * mm
DPI = 220  # of the pictures: what a good print shows, and a file that can be sent
JPEG_QUALITY = 92
STRIPE = 60  # stripes across the face: wide enough for a poor printer
DARKEST = 0.7  # taken from the light where nothing is sure
STRIPES_SAID = N_("The darker the stripes, the less sure the picture is there.")
FONT = ("FONT", (0, 0), (-1, -1), "Beforehand", 8)  # else a table asks for Helvetica
GREY, LINE = HexColor("#555b63"), HexColor("#9aa0a8")
Story = list[Any]  # flowables of reportlab, which has no types


@dataclass(frozen=True)
class Telling:
    """How the report is said, and what is in it only if asked for.

    Attributes:
        say: says each text in the language of the reader.
        language: which that is, as in "en".
        code: whether the plan, never the face, is put in as a QR code that reopens it.
        notes: whether the clinic's notes of the plan are.
        clinic: its name and how to reach it; empty is nothing.
    """

    say: Say = english
    language: str = "en"
    code: bool = False
    notes: bool = False
    clinic: str = ""


def report_pdf(
    outcomes: Sequence[Outcome],
    film: Sequence[Outcome] | None = None,
    *,
    code: bool = False,
    notes: bool = False,
    clinic: str = "",
    say: Say = english,
    language: str = "en",
) -> bytes:
    """Return the report as a PDF of A4 pages; the same outcomes give the same bytes.

    The pictures are all there is of the person in it: no name, no date, no body mass, and no notes
    unless they are asked for.

    Args:
        outcomes: of the weak, the expected and the strong responder, as
            `simulate.sheets.responders` makes them.
        film: the plan at several times, as `simulate.sheets.film` makes it; None leaves it out.
        code: whether the plan, never the face, is put in as a QR code that reopens it.
        notes: whether the notes of the plan are put in, word by word.
        clinic: its name and how to reach it, put at the top.
        say: says each text in the language of the reader.
        language: which that is, as "en".

    Raises:
        ValueError: the outcomes are not these three.
    """
    if [one.responder for one in outcomes] != ["low", "expected", "high"]:
        raise ValueError("give the outcomes of the low, the expected and the high responder")
    _letters()
    telling = Telling(say, language, code, notes, clinic)
    shown = _Shown(outcomes, film, say)
    pages = _built(_story(outcomes, film, shown, telling), telling, None)[1]
    return _built(_story(outcomes, film, shown, telling), telling, pages)[0]


class _Shown:
    """The pictures as JPEG, each made once though the pages are laid out twice to count them."""

    def __init__(
        self, outcomes: Sequence[Outcome], film: Sequence[Outcome] | None, say: Say = english
    ) -> None:
        expected = outcomes[1]
        window = head_window(expected.face, CLOSE)
        half, third, fifth = ((WIDE - (n - 1) * GAP) / n for n in (2, 3, 5))

        def made(image: Rgb, width: float) -> Callable[[], Any]:
            return _framed(marked(image, expected.face, say)[window], width)

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


def _built(story: Story, telling: Telling, pages: int | None) -> tuple[bytes, int]:
    file = io.BytesIO()
    counted, say = 0, telling.say

    def foot(canvas: Any, document: Any) -> None:
        nonlocal counted
        counted = document.page
        canvas.setFont("Beforehand", 8)
        canvas.setFillColor(GREY)
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, FOOT - 3 * mm, A4[0] - MARGIN, FOOT - 3 * mm)
        canvas.drawString(MARGIN, FOOT - 8 * mm, say(NOTICE))
        number = say("Page {page} of {pages}", page=document.page, pages=pages or document.page)
        canvas.drawRightString(A4[0] - MARGIN, FOOT - 8 * mm, number)

    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=say(TITLE),
        author="Beforehand",
        creator="Beforehand",
        subject=say(NOTICE),
        lang=telling.language,
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
    """Register DejaVu, which may be embedded."""
    pdfmetrics.registerFont(TTFont("Beforehand", dejavu("DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont("Beforehand-Bold", dejavu("DejaVuSans-Bold.ttf")))
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
    outcomes: Sequence[Outcome],
    film: Sequence[Outcome] | None,
    shown: _Shown,
    telling: Telling,
) -> Story:
    """Return all there is on the pages, in order; reportlab uses it up."""
    expected, say = outcomes[1], telling.say
    citing = words.Citing(say)
    notes = expected.plan.notes if telling.notes else ""
    return [
        Paragraph(_bold(say(TITLE)), FIRST),
        *([Paragraph(escape(telling.clinic), TEXT)] if telling.clinic else []),
        Paragraph(escape(say(NOTICE)), QUIET),
        *_pictures(expected, shown, say),
        *_asked(expected, citing, say),
        *(_notes(notes, say) if notes else []),
        *_changes(expected, say),
        *_recovery(expected, film, shown, citing, say),
        *_risks(expected, citing, say),
        *_unsuited(expected, citing, say),
        *_unknown(expected, say),
        *_consent(say),
        *_sources(citing, say),
        *(_code(expected, say) if telling.code else []),
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


def _pictures(expected: Outcome, shown: _Shown, say: Say) -> Story:
    at = words.moment(expected.when, say)
    return [
        _row_of(
            [
                (shown.before(), say("Before: your photo")),
                (shown.expected(), say("Simulation: expected, {at}", at=at)),
            ],
            2,
        ),
        _row_of(
            [
                (shown.weak(), say("Simulation: weak responder")),
                (shown.strong(), say("Simulation: strong responder")),
                (shown.unsure(), say("Simulation: striped where uncertain")),
            ],
            3,
        ),
        Paragraph(escape(f"{say(RANGE_SAID)} {say(STRIPES_SAID)}"), TEXT),
    ]


def _asked(expected: Outcome, citing: words.Citing, say: Say) -> Story:
    plan = expected.plan
    said = plan_summary(plan)

    def swells(one: Treatment) -> bool:
        return any(reaction.sign == "swelling" for reaction in one.entry.reactions)

    rows = [[say("Treatment"), say("Dose"), say("When"), say("Days off"), say("Cost")]]
    for row in said.rows:
        off = row.clinic_downtime_days
        if off is not None:
            days = say("{days}, says the clinic", days=words.days_off(off, off, say))
        elif row.downtime_days and row.downtime_source:
            days = f"{words.days_off(*row.downtime_days, say)} {citing.mark(row.downtime_source)}"
        else:
            days = say("not known")
        price = say("not said") if row.cost is None else words.cost(row.cost, plan, say)
        cells = (say(row.name), words.dose(row, say), words.week(row, say), days, price)
        rows.append([escape(cell) for cell in cells])
    totals = [
        f"{escape(words.total(one, said.body_kg_given, say))} {citing.mark(one.source)}"
        for one in said.totals
        if one.amount
    ]
    lasting = [
        f"{_bold(say(one.entry.name))}: "
        f"{escape(words.course(one.entry.course, swells(one), say))} "
        f"{citing.mark(one.entry.course.source)}"
        for one in plan.treatments
    ]
    return [
        *_head(say("What was asked")),
        _table(rows, (0.30, 0.22, 0.13, 0.22, 0.13)),
        *_points([*map(escape, words.summed(said, plan, say)), *totals]),
        *_head(say("When it comes and how long it stays")),
        *_points(lasting),
    ]


def _notes(notes: str, say: Say) -> Story:
    lines = [Paragraph(escape(line), TEXT) for line in notes.splitlines() if line.strip()]
    return [*_head(say("Notes on this plan")), *lines]


def _changes(expected: Outcome, say: Say) -> Story:
    found, head = words.noticeable(expected.changes), _head(say("What changes"))
    if not found:
        text = say("No measure changes by as much as the last digit that would be shown.")
        return [*head, Paragraph(escape(text), TEXT)]
    notes: dict[str, str] = {}
    rows = [[say("Measure"), say("Before"), say("Expected"), say("Range")]]
    for one in found:
        mark = ""
        if one.because:
            letter = notes.setdefault(say(one.because), chr(ord("a") + len(notes) % 26))
            mark = f" <super>{letter}</super>"
        low, high = (
            words.figure(end, one.unit, say)
            for end in sorted((one.expected_low, one.expected_high))
        )
        figures = [words.figure(value, one.unit, say) for value in (one.before, one.after)]
        span = say("{low} to {high}", low=low, high=high)
        rows.append([escape(words.measure(one, say)) + mark, *figures, span])
    said = (
        say("The range is where about two of three people would be after the treatment."),
        words.shown_at(expected, say),
        words.scale(expected, say),
    )
    return [
        *head,
        _table(rows, (0.52, 0.12, 0.14, 0.22)),
        *(
            Paragraph(f"<super>{letter}</super> {escape(text)}", SMALL)
            for text, letter in notes.items()
        ),
        Paragraph(escape(" ".join(said)), TEXT),
    ]


def _recovery(
    expected: Outcome,
    film: Sequence[Outcome] | None,
    shown: _Shown,
    citing: words.Citing,
    say: Say,
) -> Story:
    days = [words.calendar_head(day, say) for day in words.CALENDAR]
    rows = [[say("Sign"), say("Who has it"), *days]]
    untold = []
    for one in expected.plan.treatments:
        entry = one.entry
        name = _bold(say(entry.name))
        if not entry.reactions:
            text = say("no figures of the first days were found.")
            untold.append(f"{name}: {escape(text)}")
        for sign, found, marks in words.calendar(entry):
            most = max(found, key=lambda reaction: reaction.frequency)
            cited = citing.mark(*(r.source for r in found), most.frequency_source)
            who = f"{escape(words.people(most.frequency, say))} {cited}"
            rows.append([f"{name}, {escape(say(sign))}", who, *marks])
    undrawn = [
        f"{_bold(say(one.entry.name))}: {escape(say(one.entry.undrawn))}"
        for one in expected.plan.treatments
        if one.entry.undrawn
    ]
    story = _head(say("The first weeks"))
    if len(rows) > 1:
        story += [
            _table(rows, (0.21, 0.16, *[0.63 / len(days)] * len(days))),
            Paragraph(escape(say(words.CALENDAR_SAID)), TEXT),
        ]
    story += _points([*untold, *undrawn])
    if film:
        pictures = [
            (picture(), say("Simulation: {time}", time=words.stamp(one.when, say)))
            for picture, one in zip(shown.film, film, strict=True)
        ]
        story.append(Paragraph(_bold(say("From the first day on")), TEXT))
        story += [_row_of(pictures[i : i + 5], 5) for i in range(0, len(pictures), 5)]
        story.append(Paragraph(escape(say(FILM_SAID)), TEXT))
    return story


def _risks(expected: Outcome, citing: words.Citing, say: Say) -> Story:
    found: dict[tuple[bool, str, str, str], list[str]] = {}
    for one in expected.plan.treatments:
        for risk in one.entry.risks:
            key = (not risk.serious, risk.what, risk.frequency, risk.source)
            found.setdefault(key, []).append(say(one.entry.name))
    serious = f"<b>{escape(say('Serious.'))}</b> "
    said = [
        f"{'' if mild else serious}{_bold(say(what))}: "
        f"{escape(say(often).removesuffix('.'))}. {citing.mark(source)} "
        f"{escape(_names(names))}"
        for (mild, what, often, source), names in sorted(found.items(), key=lambda item: item[0][0])
    ]
    text = say(
        "What was seen to go wrong and how often, as published; the serious first. No picture here "
        "shows any of it."
    )
    cautions = {
        f"{_bold(say(one.entry.name))}: {escape(say(caution))}": None
        for one in expected.plan.treatments
        for caution in one.entry.cautions
    }
    good = Paragraph(_bold(say("Good to know")), TEXT)
    return [
        *_head(say("What can go wrong")),
        Paragraph(escape(text), TEXT),
        *_points(said),
        *([good, *_points(cautions)] if cautions else []),
    ]


def _names(names: Sequence[str]) -> str:
    """Return treatments in brackets, without the brackets of their own."""
    return f"({'; '.join(dict.fromkeys(name.partition(' (')[0] for name in names))})"


def _unsuited(expected: Outcome, citing: words.Citing, say: Say) -> Story:
    found: dict[tuple[str, str], list[str]] = {}
    for one in expected.plan.treatments:
        for they in one.entry.suits_less:
            found.setdefault((they.who, they.source), []).append(say(one.entry.name))
    said = [
        f"{escape(say(who).removesuffix('.'))}. {citing.mark(source)} {escape(_names(names))}"
        for (who, source), names in found.items()
    ]
    return [*_head(say("Who it suits less")), *_points(said)] if said else []


def _unknown(expected: Outcome, say: Say) -> Story:
    cannot = [escape(say(one)) for one in words.CANNOT_KNOW]
    story = [*_head(say("What this picture cannot know")), *_points(cannot)]
    told = {f"{one.entry.name}: {one.entry.undrawn}" for one in expected.plan.treatments}
    warnings = [said for said in expected.warnings if said not in told]  # with the first weeks
    if warnings:
        story.append(Paragraph(_bold(say("Of this photo and this plan")), TEXT))
        story += _points([escape(say(one)) for one in warnings])
    return story


def _consent(say: Say) -> Story:
    lines = Table(
        [[[], []], [say(one) for one in words.SIGNED]],
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
        Paragraph(_bold(say("Before you decide")), HEAD),
        Paragraph(escape(say(words.CONSENT_SAID)), TEXT),
        *_points([escape(say(one)) for one in words.CONSENT], "☐"),
        lines,
    ]
    return [KeepTogether(whole)]


def _sources(citing: words.Citing, say: Say) -> Story:
    said = [Paragraph(f"[{number}] {escape(text)}", SMALL) for number, text in citing.listed()]
    text = say(
        "Figures marked as our own estimate are from no study; the catalogue says why each is what "
        "it is."
    )
    return [*_head(say("Sources")), Paragraph(escape(text), TEXT), *said]


def _code(expected: Outcome, say: Say) -> Story:
    """Return the plan as a QR code, which is quiet and large enough for a phone to read."""
    text, side = plan_code(expected.plan), 60 * mm
    widget = QrCodeWidget(text, barLevel="M", barWidth=side, barHeight=side, barBorder=4)
    drawing = Drawing(side, side)
    drawing.add(widget)
    said = say(
        "This code holds the treatments, doses, weeks and costs, and nothing of the face. Give its "
        "text to Beforehand as the plan to open it again."
    )
    whole = [
        Paragraph(_bold(say("The plan to take along")), HEAD),
        Paragraph(escape(said), TEXT),
        drawing,
    ]
    return [KeepTogether(whole)]
