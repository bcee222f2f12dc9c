"""The report laid out on A4, with embedded letters; black and white loses nothing of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

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
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
)

from face_mesh.inert_text import XML, inert
from face_mesh.messages import COMMAS, N_, MessageList
from simulate.catalogue.procedure import PoorCandidate, Procedure, Risk
from simulate.drawing import NOTICE, dejavu
from simulate.export.contact_sheet import FILM_SAID, RANGE_SAID
from simulate.export.pdf.figures import GAP, WIDE, Figures, Making, PlanResults, width
from simulate.export.turned_view import sentences
from simulate.outcome.outcome import Outcome
from simulate.outcome.warnings import shown_in_part
from simulate.plan.plan import Treatment
from simulate.plan.plan_code import plan_code
from simulate.plan.summary import plan_summary
from simulate.wording import changes, plans, procedures, report_text, times
from simulate.wording.language import Translate, english

TITLE = N_("What your plan may change")
MARGIN, FOOT = 18 * mm, 20 * mm
CLOSE_SAID = N_("The small pictures are cut to where a weak and a strong response differ.")
TURNED = (
    N_("Before: your photo, turned"),
    N_("Simulation, turned"),
    N_("How far it moves"),
    N_("Profile"),
)
STRIPES_SAID = N_("The darker the stripes, the less sure the picture is there.")
FONT = ("FONT", (0, 0), (-1, -1), "Beforehand", 8)  # else a table asks for Helvetica
GREY, LINE = HexColor("#555b63"), HexColor("#9aa0a8")
Story = list[Any]  # flowables of reportlab, which has no types


@dataclass(frozen=True)
class ReportOptions:
    """How the report is said, and what is in it only if asked for: see `report_pdf`."""

    translate: Translate = english
    language: str = "en"
    code: bool = False
    notes: bool = False
    clinic: str = ""
    questions: bool = False


def report_pdf(
    plans: Sequence[PlanResults],
    *,
    code: bool = False,
    notes: bool = False,
    clinic: str = "",
    questions: bool = False,
    translate: Translate = english,
    language: str = "en",
) -> bytes:
    """Return the report as a PDF of A4 pages; the same outcomes give the same bytes.

    The pictures are all there is of the person in it: no name, no date, no body mass, and no notes
    unless they are asked for.

    Args:
        plans: each with its pictures; what several share is told once, at the end.
        code: whether the plan, never the face, is put in as a QR code that reopens it.
        notes: whether the notes of the plan are put in, word by word.
        clinic: its name and how to reach it, put at the top.
        questions: whether it ends in questions to ask, for who reads it alone; else in what is
            settled and signed together.
        translate: says each text in the language of the reader.
        language: which that is, as "en".
    """
    _letters()
    options = ReportOptions(translate, language, code, notes, clinic, questions)
    shown = [Figures(plan, translate) for plan in plans]
    pages = _built(_story(plans, shown, options), options, None)[1]
    return _built(_story(plans, shown, options), options, pages)[0]


def _built(story: Story, options: ReportOptions, pages: int | None) -> tuple[bytes, int]:
    file = io.BytesIO()
    counted, translate = 0, options.translate

    def foot(canvas: Any, document: Any) -> None:
        nonlocal counted
        counted = document.page
        canvas.setFont("Beforehand", 8)
        canvas.setFillColor(GREY)
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, FOOT - 3 * mm, A4[0] - MARGIN, FOOT - 3 * mm)
        canvas.drawString(MARGIN, FOOT - 8 * mm, translate(NOTICE))
        number = translate(
            "Page {page} of {pages}", page=document.page, pages=pages or document.page
        )
        canvas.drawRightString(A4[0] - MARGIN, FOOT - 8 * mm, number)

    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=translate(TITLE),
        author="Beforehand",
        creator="Beforehand",
        subject=translate(NOTICE),
        lang=options.language,
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


def _escaped(text: str) -> str:
    """Return a text for a paragraph of reportlab, where tags in it load and link nothing."""
    return inert(text, XML, None)


def _bold(text: str) -> str:
    return f"<b>{_escaped(text)}</b>"


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


def _story(plans: Sequence[PlanResults], shown: Sequence[Figures], options: ReportOptions) -> Story:
    """Return all there is on the pages, in order; reportlab uses it up."""
    translate, citing = options.translate, report_text.Citations(options.translate)
    entries = {
        name: ones[0].entry
        for plan in plans
        for name, ones in plan.expected_outcome.plan.by_procedure().items()
    }
    story = [
        Paragraph(_bold(translate(TITLE)), FIRST),
        *([Paragraph(_escaped(options.clinic), TEXT)] if options.clinic else []),
        Paragraph(_escaped(translate(NOTICE)), QUIET),
    ]
    for i, (plan, pictures) in enumerate(zip(plans, shown, strict=True)):
        story += [PageBreak()] if i else []
        story += _plan(plan, pictures, citing, options)
    return [
        *story,
        *_risks(entries.values(), citing, translate),
        *_unsuited(entries.values(), citing, translate),
        *_unknown(plans, translate),
        *(_questions(translate) if options.questions else _consent(translate)),
        *_sources(citing, translate),
        *(_codes(plans, translate) if options.code else []),
    ]


def _plan(
    plan: PlanResults, shown: Figures, citing: report_text.Citations, options: ReportOptions
) -> Story:
    """Return what is told of one plan alone."""
    translate, expected = options.translate, plan.expected_outcome
    title = translate("Plan {plan}", plan=plan.title) if plan.title else ""
    notes = expected.plan.notes if options.notes else ""
    return [
        *([Paragraph(_bold(title), HEAD)] if title else []),
        *_pictures(plan, shown, translate),
        *_asked(expected, citing, translate),
        *(_notes(notes, translate) if notes else []),
        *_head(translate("What changes")),
        *_changes(expected, translate),
        *_recovery(plan, shown, citing, translate),
        *_elsewhere(plan, shown, translate),
    ]


def _row_of(pictures: Sequence[tuple[Any, ...]], across: int) -> Any:
    """Return pictures beside each other, each with the sentences below it."""
    cells: Story = [
        [picture, *(Paragraph(_escaped(text), SMALL) for text in texts if text)]
        for picture, *texts in pictures
    ]
    cells += [[]] * (across - len(cells))
    wide = width(across)
    style = [
        FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-2, -1), GAP),
    ]
    return Table([cells], [*[wide + GAP] * (across - 1), wide], style=style)


def _beside(before: Making, after: Making, expected: Outcome, translate: Translate) -> Any:
    at = times.moment(expected.conditions.when)
    return _row_of(
        [
            (before(), translate("Before: your photo")),
            (after(), translate("Simulation: expected, {at}", at=at)),
        ],
        2,
    )


def _pictures(plan: PlanResults, shown: Figures, translate: Translate) -> Story:
    weak, expected, strong = plan.outcomes
    told = [translate(RANGE_SAID), translate(CLOSE_SAID), translate(STRIPES_SAID)]
    if plan.view:
        told.insert(
            0,
            translate("Pictures and figures are of this photo: {view}.", view=translate(plan.view)),
        )
    return [
        _beside(shown.before, shown.expected, expected, translate),
        _row_of(
            [
                (shown.weak(), _response(weak, translate), _in_part(weak, translate)),
                (shown.usual(), _response(expected, translate)),
                (shown.strong(), _response(strong, translate), _in_part(strong, translate)),
                (shown.unsure(), translate("Simulation: striped where uncertain")),
            ],
            4,
        ),
        Paragraph(_escaped(" ".join(told)), TEXT),
        *_turned(shown, expected, translate),
    ]


def _turned(shown: Figures, expected: Outcome, translate: Translate) -> Story:
    """Return the head turned, where that shows what a photo from the front hardly does."""
    if not shown.turned:
        return []
    made = [(one(), translate(title)) for one, title in zip(shown.turned, TURNED, strict=True)]
    said = " ".join(translate(one) for one in sentences(expected))
    return [KeepTogether([_row_of(made, len(made)), Paragraph(_escaped(said), TEXT)])]


def _response(outcome: Outcome, translate: Translate) -> str:
    return translate(
        "Simulation: {response}", response=plans.response(outcome.conditions.responder)
    )


def _in_part(outcome: Outcome, translate: Translate) -> str:
    return translate(shown_in_part(outcome.warnings))


def _asked(expected: Outcome, citing: report_text.Citations, translate: Translate) -> Story:
    plan = expected.plan
    rows = [
        [
            translate("Treatment"),
            translate("Dose"),
            translate("When"),
            translate("Days off"),
            translate("Cost"),
        ]
    ]
    for own in plan.by_procedure().values():
        entry, costs = own[0].entry, [one.cost for one in own if one.cost is not None]
        cells = (
            translate(entry.name),
            translate(plans.dose_words(own)),
            translate(MessageList(plans.weeks(own), COMMAS)),
            _days_off(own, citing, translate),
            translate(plans.price(sum(costs), plan)) if costs else translate("not said"),
        )
        rows.append([_escaped(cell) for cell in cells])
    unweighed = plan_summary(replace(plan, body_kg=None))  # what a label allows tells the weight
    totals = [
        f"{_escaped(translate(plans.total(total)))} {citing.mark(total.source)}"
        for total in unweighed.totals
        if total.amount
    ]
    lasting = [
        f"{_bold(translate(entry.name))}: "
        f"{_escaped(translate(procedures.course(entry)))} "
        f"{citing.mark(entry.course.source)}"
        for entry in _entries(expected)
    ]
    return [
        *_head(translate("What was asked")),
        _table(rows, (0.28, 0.24, 0.13, 0.22, 0.13)),
        *_points(
            [
                *(
                    _escaped(translate(sentence))
                    for sentence in report_text.total_sentences(plan_summary(plan), plan)
                ),
                *totals,
            ]
        ),
        *_head(translate("When it comes and how long it stays")),
        *_points(lasting),
    ]


def _days_off(own: Sequence[Treatment], citing: report_text.Citations, translate: Translate) -> str:
    """Return the days off after one procedure: the clinic's own go before the catalogue's."""
    off = [one.clinic_downtime_days for one in own if one.clinic_downtime_days is not None]
    usual = own[0].entry.downtime
    if off:
        return translate("{days}, says the clinic", days=procedures.days_off(max(off), max(off)))
    if usual is None:
        return translate("not known")
    days = translate(procedures.days_off(usual.days_low, usual.days_high))
    return f"{days} {citing.mark(usual.source)}"


def _entries(outcome: Outcome) -> list[Procedure]:
    """Return the procedures of a plan, each once though it has a dose for either side."""
    return [ones[0].entry for ones in outcome.plan.by_procedure().values()]


def _elsewhere(plan: PlanResults, shown: Figures, translate: Translate) -> Story:
    """Return the same plan on further photos, with what each of them shows of it."""
    story, pairs = list[Any](), iter(shown.others)
    for other in plan.others:
        story += _head(
            translate("The same plan in another photo: {view}", view=translate(other.view))
        )
        if other.said:
            story.append(Paragraph(_escaped(translate(other.said)), TEXT))
        if other.outcome is not None:
            before, after = next(pairs)
            told = [w for w in other.outcome.warnings if w not in plan.expected_outcome.warnings]
            story.append(_beside(before, after, other.outcome, translate))
            story += _changes(other.outcome, translate)
            story += _points(_escaped(translate(text)) for text in told)
    return story


def _notes(notes: str, translate: Translate) -> Story:
    lines = [Paragraph(_escaped(line), TEXT) for line in notes.splitlines() if line.strip()]
    return [*_head(translate("Notes on this plan")), *lines]


def _changes(expected: Outcome, translate: Translate) -> Story:
    found = [change for change in expected.changes if changes.is_noticeable(change)]
    if not found:
        text = translate("No measure changes by as much as the last digit that would be shown.")
        return [Paragraph(_escaped(text), TEXT)]
    notes: dict[str, str] = {}
    rows = [[translate("Measure"), translate("Before"), translate("Expected"), translate("Range")]]
    for one in found:
        mark = ""
        if one.because:
            letter = notes.setdefault(translate(one.because), chr(ord("a") + len(notes) % 26))
            mark = f" <super>{letter}</super>"
        cells: tuple[str, ...]
        if changes.is_of_prior(one):  # of a usual neck or ear only the change is known
            cells = (changes.NOT_KNOWN, changes.difference(one), changes.difference_range(one))
        else:
            figures = [changes.level(one, value) for value in (one.before, one.after)]
            cells = (*figures, changes.level_range(one))
        rows.append([_escaped(translate(changes.measure(one))) + mark, *map(translate, cells)])
    said = [
        translate("The range is where about two of three people would be after the treatment."),
        translate(report_text.shown_at(expected)),
        translate(report_text.scale(expected)),
    ]
    if (small := changes.within_noise(found)) is not None:
        said.append(translate(small))
    return [
        _table(rows, (0.52, 0.12, 0.14, 0.22)),
        *(
            Paragraph(f"<super>{letter}</super> {_escaped(text)}", SMALL)
            for text, letter in notes.items()
        ),
        Paragraph(_escaped(" ".join(said)), TEXT),
    ]


def _recovery(
    plan: PlanResults, shown: Figures, citing: report_text.Citations, translate: Translate
) -> Story:
    days = [translate(times.abbreviation(day)) for day in report_text.CALENDAR]
    rows = [[translate("Sign"), translate("Who has it"), *days]]
    untold, entries = [], _entries(plan.expected_outcome)
    for entry in entries:
        name = _bold(translate(entry.name))
        if not entry.reactions:
            text = translate("no figures of the first days were found.")
            untold.append(f"{name}: {_escaped(text)}")
        for sign, found, marks in report_text.calendar(entry):
            most = procedures.most_frequent(found)
            cited = citing.mark(*(r.source for r in found), most.frequency_source)
            who = f"{_escaped(translate(procedures.people(most.frequency)))} {cited}"
            rows.append([f"{name}, {_escaped(translate(sign))}", who, *marks])
    undrawn = [
        f"{_bold(translate(entry.name))}: {_escaped(translate(entry.undrawn))}"
        for entry in entries
        if entry.undrawn
    ]
    story = _head(translate("The first weeks"))
    if len(rows) > 1:
        story += [
            _table(rows, (0.21, 0.16, *[0.63 / len(days)] * len(days))),
            Paragraph(_escaped(translate(report_text.CALENDAR_SAID)), TEXT),
        ]
    story += _points([*untold, *undrawn])
    if plan.film:
        pictures = [
            (picture(), translate("Simulation: {time}", time=times.moment(one.conditions.when)))
            for picture, one in zip(shown.film, plan.film, strict=True)
        ]
        story += [
            CondPageBreak(60 * mm),
            Paragraph(_bold(translate("From the first day on")), TEXT),
        ]
        story += [_row_of(pictures[i : i + 5], 5) for i in range(0, len(pictures), 5)]
        story.append(Paragraph(_escaped(translate(FILM_SAID)), TEXT))
    return story


def _risks(
    entries: Iterable[Procedure], citing: report_text.Citations, translate: Translate
) -> Story:
    found: dict[Risk, list[str]] = {}
    for entry in entries:
        for risk in entry.risks:
            found.setdefault(risk, []).append(translate(entry.name))
    serious = f"<b>{_escaped(translate('Serious.'))}</b> "
    said = [
        f"{serious if one.serious else ''}{_bold(translate(one.what))}: "
        f"{_escaped(translate(one.frequency).removesuffix('.'))}. {citing.mark(one.source)} "
        f"{_escaped(_names(names))}"
        for one, names in sorted(found.items(), key=lambda item: not item[0].serious)
    ]
    text = translate(
        "What was seen to go wrong and how often, as published; the serious first. No picture here "
        "shows any of it."
    )
    cautions = {
        f"{_bold(translate(entry.name))}: {_escaped(translate(caution))}": None
        for entry in entries
        for caution in entry.cautions
    }
    good = Paragraph(_bold(translate("Good to know")), TEXT)
    return [
        *_head(translate("What can go wrong")),
        Paragraph(_escaped(text), TEXT),
        *_points(said),
        *([good, *_points(cautions)] if cautions else []),
    ]


def _names(names: Sequence[str]) -> str:
    """Return treatments in brackets, without the brackets of their own."""
    return f"({'; '.join(dict.fromkeys(name.partition(' (')[0] for name in names))})"


def _unsuited(
    entries: Iterable[Procedure], citing: report_text.Citations, translate: Translate
) -> Story:
    found: dict[PoorCandidate, list[str]] = {}
    for entry in entries:
        for one in entry.suits_less:
            found.setdefault(one, []).append(translate(entry.name))
    said = [
        f"{_escaped(translate(procedures.poor_candidate(one)))} {citing.mark(one.source)} "
        f"{_escaped(_names(names))}"
        for one, names in found.items()
    ]
    return [*_head(translate("Who it suits less")), *_points(said)] if said else []


def _unknown(plans: Sequence[PlanResults], translate: Translate) -> Story:
    cannot = [_escaped(translate(one)) for one in report_text.CANNOT_KNOW]
    story = [*_head(translate("What this picture cannot know")), *_points(cannot)]
    for plan in plans:
        expected = plan.expected_outcome
        told = {f"{entry.name}: {entry.undrawn}" for entry in _entries(expected)}
        warnings = [said for said in expected.warnings if said not in told]  # with the first weeks
        if warnings:
            head = (
                translate("Of this photo and plan {plan}", plan=plan.title)
                if plan.title
                else translate("Of this photo and this plan")
            )
            story.append(Paragraph(_bold(head), TEXT))
            story += _points([_escaped(translate(warning)) for warning in warnings])
    return story


def _questions(translate: Translate) -> Story:
    """Return what somebody who read this alone may want to ask."""
    whole = [
        Paragraph(_bold(translate("Questions to ask")), HEAD),
        Paragraph(_escaped(translate(report_text.QUESTIONS_SAID)), TEXT),
        *_points([_escaped(translate(question)) for question in report_text.QUESTIONS], "☐"),
    ]
    return [KeepTogether(whole)]


def _consent(translate: Translate) -> Story:
    lines = Table(
        [[[], []], [translate(one) for one in report_text.SIGNED]],
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
        Paragraph(_bold(translate("Before you decide")), HEAD),
        Paragraph(_escaped(translate(report_text.CONSENT_SAID)), TEXT),
        *_points([_escaped(translate(one)) for one in report_text.CONSENT], "☐"),
        lines,
    ]
    return [KeepTogether(whole)]


def _sources(citing: report_text.Citations, translate: Translate) -> Story:
    said = [Paragraph(f"[{number}] {_escaped(text)}", SMALL) for number, text in citing.entries()]
    text = translate(
        "Figures marked as our own estimate are from no study; the catalogue says why each is what "
        "it is."
    )
    return [*_head(translate("Sources")), Paragraph(_escaped(text), TEXT), *said]


def _codes(plans: Sequence[PlanResults], translate: Translate) -> Story:
    """Return each plan as a QR code, which is quiet and large enough for a phone to read."""
    side = 60 * mm
    said = translate(
        "This code holds the treatments, doses, weeks and costs, and nothing of the face. Give its "
        "text to Beforehand as the plan to open it again."
    )
    story: Story = []
    for plan in plans:
        text = plan_code(plan.expected_outcome.plan)
        widget = QrCodeWidget(text, barLevel="M", barWidth=side, barHeight=side, barBorder=4)
        drawing = Drawing(side, side)
        drawing.add(widget)
        whole = [
            Paragraph(_bold(translate("The plan to take along")), HEAD),
            *([Paragraph(_bold(plan.title), TEXT)] if plan.title else []),
            Paragraph(_escaped(said), TEXT),
            drawing,
        ]
        story.append(KeepTogether(whole))
    return story
