"""The report to take home: what it says, that it is whole, and that it gives nobody away."""

import json
import re
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.platypus import Image, KeepTogether, Paragraph, Table

from face_mesh import PlanError
from face_mesh.messages import Message
from simulate import Conditions, Outcome, Plan, Treatment, procedures
from simulate.__main__ import main
from simulate.catalogue.sources import ESTIMATE, citation
from simulate.drawing import CLOSE, NOTICE, head_window
from simulate.export.contact_sheet import film, responders
from simulate.export.pdf import pages
from simulate.export.pdf.figures import (
    Figures,
    PhotoResult,
    PlanResults,
    window_apart,
    with_stripes,
)
from simulate.export.pdf.pages import report_pdf
from simulate.outcome.warnings import IN_PART
from simulate.plan.plan_code import MARK, plan_code, plan_of_code
from simulate.plan.plan_file import PlanFile
from simulate.plan.presets import presets
from simulate.plan.summary import plan_summary
from simulate.provenance.png_metadata import png_bytes
from simulate.provenance.verify import verify
from simulate.provenance.visible_mark import strip_of
from simulate.wording import report_text
from simulate.wording.changes import figure, is_noticeable, measure
from simulate.wording.language import english
from tests.helpers import ROOT
from tests.simulate.faces import bare, face_of, usual

T = TypeVar("T")
FAKE = Conditions(engine="fake")
TURNED = 4  # pictures of the head turned: before, after, how far it moves, profile
PLAN = Plan(
    (
        Treatment("lip_filler", 1.0, week=0.0, cost=350.0),
        Treatment("masseter_toxin", 25.0, "left", week=2.0),
    ),
    body_kg=83.0,
    currency="EUR",
    notes="Ask for Ms Doe in room 7.",
)


def finished(working: Generator[float, None, T]) -> T:
    while True:
        try:
            next(working)
        except StopIteration as end:
            done: T = end.value
            return done


@cache
def outcomes() -> tuple[Outcome, ...]:
    return tuple(finished(responders(bare(face_of("collins")).resized(500), PLAN, FAKE)))


@cache
def times() -> tuple[Outcome, ...]:
    face = bare(face_of("collins")).resized(500)
    return tuple(finished(film(face, PLAN, FAKE, times=("0d", "1w"))))


def flat(story: object) -> Iterator[object]:
    """Every paragraph and picture of a story, those in tables too."""
    if isinstance(story, list | tuple):
        for one in story:
            yield from flat(one)
    elif isinstance(story, Table):
        yield from flat(story._cellvalues)
    elif isinstance(story, KeepTogether):
        yield from flat(story._content)
    else:
        yield story


def story(
    given: Sequence[Outcome] | None = None, shots: Sequence[Outcome] = (), **how: object
) -> list[object]:
    return story_of([PlanResults(given or outcomes(), shots)], **how)


def story_of(plans: Sequence[PlanResults], **how: object) -> list[object]:
    telling = pages.ReportOptions(**how)  # type: ignore[arg-type]
    pages._letters()
    shown = [Figures(one, telling.translate) for one in plans]
    return list(flat(pages._story(plans, shown, telling)))


def said(*how: object, **more: object) -> list[str]:
    return texts(story(*how, **more))  # type: ignore[arg-type]


def texts(found: list[object]) -> list[str]:
    return [
        one
        if isinstance(one, str)
        else unescape(re.sub(r"<bullet>.*?</bullet>|<[^>]+>", "", one.text))
        for one in found
        if isinstance(one, Paragraph | str)
    ]


def with_plan(plan: Plan) -> list[Outcome]:
    """The same pictures and figures under another plan, for what is said of the plan alone."""
    return [replace(one, plan=plan) for one in outcomes()]


def test_it_is_one_pdf_with_its_title_its_language_and_its_own_letters() -> None:
    data = report_pdf([PlanResults(outcomes())])
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert b"/Lang (en)" in data
    assert pages.TITLE.encode() in data
    assert NOTICE.encode() in data
    fonts = re.findall(rb"/BaseFont /(\S+)", data)
    assert fonts
    assert all(b"DejaVu" in name for name in fonts), fonts
    assert data.count(b"/ToUnicode") == data.count(b"/FontFile2") == len(fonts)
    boxes = re.findall(rb"/MediaBox \[ 0 0 (\S+) (\S+) \]", data)
    assert {(round(float(x)), round(float(y))) for x, y in boxes} == {(595, 842)}


def test_the_same_outcomes_give_the_same_bytes() -> None:
    of = [PlanResults(outcomes(), times())]
    assert report_pdf(of, code=True) == report_pdf(of, code=True)


def test_other_outcomes_are_refused() -> None:
    with pytest.raises(ValueError, match="low, the expected and the high"):
        PlanResults(outcomes()[:2])


def test_every_page_carries_the_notice_and_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    canvas = pages.BaseDocTemplate._makeCanvas

    def spying(self: object, *how: object, **more: object) -> object:
        made = canvas(self, *how, **more)
        for name in ("drawString", "drawRightString"):
            kept = getattr(made, name)

            def draws(x: float, y: float, text: str, *, kept: object = kept) -> None:
                drawn.append(text)
                kept(x, y, text)  # type: ignore[operator]

            setattr(made, name, draws)
        return made

    monkeypatch.setattr(pages.BaseDocTemplate, "_makeCanvas", spying)
    data = report_pdf([PlanResults(outcomes())])
    count = len(re.findall(rb"/Type /Page\b", data))
    last = [text for text in drawn if text == NOTICE or text.startswith("Page ")][-2 * count :]
    assert count > 2
    assert last[::2] == [NOTICE] * count
    assert last[1::2] == [f"Page {i} of {count}" for i in range(1, count + 1)]


def test_every_section_is_there_in_order() -> None:
    lines = said()
    heads = (
        *("What was asked", "When it comes and how long it stays", "What changes"),
        *("The first weeks", "What can go wrong", "Who it suits less"),
        *("What this picture cannot know", "Before you decide", "Sources"),
    )
    at = [lines.index(head) for head in heads]
    assert at == sorted(at)
    assert all(text in lines for text in (*report_text.CANNOT_KNOW, *report_text.CONSENT))


def test_the_plan_is_told_with_doses_weeks_cost_and_days_off() -> None:
    lines = said()
    for text in (
        "1 mL in all",
        "first day",
        "350\u00a0EUR",
        "25 units on the left side",
        "week 2",
        "not said",
    ):
        assert text in lines
    assert (
        "Cost as filled in by the clinic: 350\u00a0EUR; 1 treatment without a price is not in it."
        in (lines)
    )
    assert "From the first treatment to the last it takes 2 weeks." in lines


def test_every_noticeable_change_is_told_with_its_range_and_why() -> None:
    lines = said()
    found = [one for one in outcomes()[1].changes if is_noticeable(one)]
    assert len(found) > 3
    for one in found:
        assert any(line.startswith(measure(one)) for line in lines)
        low, high = sorted((one.expected_low, one.expected_high))
        assert f"{figure(low, one.unit)}\u00a0to\u00a0{figure(high, one.unit)}" in lines
        assert not one.because or any(line.endswith(one.because) for line in lines)


def test_a_plan_without_effect_says_that_nothing_changes() -> None:
    still = [replace(one, changes=()) for one in outcomes()]
    assert "No measure changes by as much as the last digit that would be shown." in said(still)


@pytest.mark.parametrize("name", procedures())
def test_of_every_procedure_all_that_can_go_wrong_is_told_and_cited(name: str) -> None:
    entry, lines = procedures()[name], said(with_plan(usual(name)))
    risks = [next(i for i, t in enumerate(lines) if f"{r.what}: " in t) for r in entry.risks]
    serious = [i for i, one in zip(risks, entry.risks, strict=True) if one.serious]
    mild = [i for i, one in zip(risks, entry.risks, strict=True) if not one.serious]
    assert not serious or not mild or max(serious) < min(mild)
    assert all(lines[i].startswith("Serious. ") for i in serious)
    assert all(any(u.who.removesuffix(".") in t for t in lines) for u in entry.suits_less)
    assert all(any(t.endswith(caution) for t in lines) for caution in entry.cautions)
    keys = [one.source for one in (*entry.risks, *entry.suits_less, *entry.reactions)]
    named = {key.strip() for one in keys for key in one.split("+")} - {ESTIMATE}
    sources = lines[lines.index("Sources") :]
    assert all(any(citation(key) in t for t in sources) for key in named)


def test_the_numbers_of_the_sources_are_those_that_are_cited() -> None:
    lines = said()
    listed = lines.index("Sources")
    numbers = [int(t[1 : t.index("]")]) for t in lines[listed:] if t.startswith("[")]
    cited = {
        int(number)
        for t in lines[:listed]
        for group in re.findall(r"\[(\d+(?:, \d+)*)\]", t)
        for number in group.split(", ")
    }
    assert numbers == list(range(1, len(numbers) + 1))
    assert cited == set(numbers)


@pytest.mark.parametrize("name", [n for n, one in procedures().items() if one.reactions])
def test_the_calendar_follows_the_curves(name: str) -> None:
    entry = procedures()[name]
    told = list(report_text.calendar(entry))
    assert {sign.lower().replace("redness", "erythema") for sign, _, _ in told} == {
        one.sign for one in entry.reactions
    }
    for _, found, marks in told:
        for day, mark in zip(report_text.CALENDAR, marks, strict=True):
            level = max(float(np.interp(day, one.days, one.level)) for one in found)
            dots = mark.count("●")
            assert dots == (level >= 0.02) + (level >= 1 / 3) + (level >= 2 / 3)


def test_simulated_pictures_are_marked_and_the_photo_is_not() -> None:
    """The dark strip of the mark is in the pixels of each, within what the page shows of it."""
    face, shown = outcomes()[1].face, Figures(PlanResults(outcomes(), times()))
    assert len(shown.film) == len(times())
    window, strip = head_window(face, CLOSE)[0], strip_of(face)[0]
    tall = window.stop - window.start
    start, stop = ((row - window.start) / tall for row in (strip.start, strip.stop))

    def light(made: object) -> float:
        reader = made()._img  # type: ignore[operator]
        across, down = reader.getSize()
        image = np.frombuffer(reader.getRGBData(), np.uint8).reshape(down, across, 3)
        return float(image[round(start * down) : round(stop * down)].mean())

    for made in (shown.expected, *shown.film):
        assert light(made) < 0.75 * light(shown.before)
    for made in (shown.weak, shown.usual, shown.strong, shown.unsure):
        start, stop = 0.0, 0.04
        strip_light = light(made)
        start, stop = 0.06, 1.0
        assert strip_light < 0.75 * light(made)


def test_the_film_comes_when_it_is_given() -> None:
    def pictures(found: list[object]) -> int:
        return sum(isinstance(one, Image) for one in found)

    assert pictures(story()) == 6 + TURNED
    assert pictures(story(shots=times())) == 6 + TURNED + len(times())
    assert "Simulation: after 1 week" in said(shots=times())


def test_what_is_unsure_is_seen_in_black_and_white() -> None:
    expected = outcomes()[1]
    grey = cv2.cvtColor(with_stripes(expected), cv2.COLOR_RGB2GRAY).astype(float)
    plain = cv2.cvtColor(expected.image, cv2.COLOR_RGB2GRAY).astype(float)
    unsure = expected.uncertainty > 0.3
    assert unsure.any()
    darker = (plain - grey)[unsure] > 0.15 * plain[unsure]
    assert 0.3 < darker.mean() < 0.7
    assert (grey == plain)[expected.uncertainty == 0.0].all()


def test_nothing_of_the_person_is_told_beyond_the_pictures() -> None:
    text = " ".join(said(code=True))
    assert "Doe" not in text
    assert "83" not in re.findall(r"\d+", " ".join(said()[: said().index("What changes")]))
    data = report_pdf([PlanResults(outcomes())], code=True)
    # Three letters turn up by chance among the bytes of a picture; what is packed is read above.
    plain = re.sub(rb"stream\r?\n.*?endstream", b"", data, flags=re.DOTALL)
    assert b"Doe" not in plain
    assert b"Exif" not in data
    assert set(re.findall(rb"/(?:Creation|Mod)Date \(D:(\d{8})", data)) == {b"20000101"}


@pytest.mark.parametrize("name", presets())
def test_a_plan_comes_back_from_its_printed_code(name: str) -> None:
    plan = presets()[name].plan
    widget = QrCodeWidget(plan_code(plan), barLevel="M")
    widget.qr.make()
    dark = np.array(widget.qr.modules, bool)
    image = np.pad(np.where(dark, 0, 255).astype(np.uint8), 4, constant_values=255)
    image = cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
    read, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    assert plan_of_code(read) == replace(plan, notes="", body_kg=None)


def test_even_a_plan_of_everything_fits_into_a_code() -> None:
    assert len(plan_code(usual(*procedures()))) < 2331  # bytes that the largest code holds


def test_what_belongs_to_a_photo_or_a_person_is_not_in_the_code() -> None:
    picked = replace(PLAN, treatments=(Treatment("mole_removal", 1.0, spots=((0.4, 0.5),)),))
    back = plan_of_code(plan_code(picked))
    assert back.treatments == (Treatment("mole_removal", 1.0),)
    assert (back.notes, back.body_kg, back.currency) == ("", None, "EUR")


def test_the_command_writes_the_report_and_reads_its_code(tmp_path: Path) -> None:
    photo, plan = tmp_path / "photo.png", Plan.parse("lip_filler=1.0")
    photo.write_bytes(png_bytes(face_of("collins").photo.image, simulated=False))
    asked = [str(photo), "--quiet", "--report", "--film", "--qr", "--out", str(tmp_path / "out")]
    assert main([*asked, "--plan", plan_code(plan)]) == 0
    written = (tmp_path / "out" / "report.pdf").read_bytes()
    assert written.startswith(b"%PDF-")
    found = json.loads((tmp_path / "out" / "outcome.json").read_text())
    assert [one["procedure"] for one in found["treatments"]] == ["lip_filler"]
    assert not (tmp_path / "out" / "range.png").exists()


def shouted(text: str, /, **values: object) -> str:
    """Another language, in which everything said is in capitals."""
    return english(text, **values).upper()


def test_every_word_can_be_said_in_another_language() -> None:
    """What stays are sources, units of the calendar and what the clinic wrote itself."""
    plan = replace(PLAN, notes="")
    given = [replace(one, plan=plan) for one in outcomes()]
    lines = said(given, shots=times(), translate=shouted, code=True)
    listed = lines.index("SOURCES")
    small = [text for text in lines[:listed] if re.search("[a-z]{2}", text)]
    assert small == []
    assert [text.upper() for text in said(given, shots=times(), code=True)] == [
        text.upper() for text in lines
    ]


def test_its_title_and_language_are_those_of_the_reader() -> None:
    data = report_pdf([PlanResults(outcomes())], translate=shouted, language="de")
    assert b"/Lang (de)" in data
    assert pages.TITLE.upper().encode() in data


def test_notes_and_the_clinic_are_told_only_when_asked_for() -> None:
    assert PLAN.notes in said(notes=True)
    assert "Notes on this plan" in said(notes=True)
    assert PLAN.notes not in said()
    assert "Notes on this plan" not in said(with_plan(replace(PLAN, notes="")), notes=True)
    assert "The Clinic · 12 34" in said(clinic="The Clinic · 12 34")


def test_the_command_puts_the_notes_in_and_signs_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    photo, plan = tmp_path / "photo.png", tmp_path / "plan.json"
    photo.write_bytes(png_bytes(face_of("collins").photo.image, simulated=False))
    plan.write_text(PlanFile(PLAN, "1w", "low").to_json())
    out = str(tmp_path / "out")
    asked = [str(photo), "--quiet", "--report", "--notes", "--signed", "--plan", str(plan)]
    assert main([*asked, "--out", out]) == 0
    data = (tmp_path / "out" / "report.pdf").read_bytes()
    assert verify(data).state == "valid"
    assert verify(data[:-20] + b"x" + data[-19:]).state == "tampered"
    found = json.loads((tmp_path / "out" / "outcome.json").read_text())
    assert (found["when"], found["responder"]) == ("1w", "low")  # as the file says


@pytest.mark.parametrize("part", ["--qr", "--notes"])
def test_a_part_without_a_report_is_refused(part: str, tmp_path: Path) -> None:
    treat = ["photo.png", "--treat", "lip_filler=1.0"]
    assert main([*treat, part, "--out", str(tmp_path / "out")]) == 2


def test_a_code_without_a_report_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["photo.png", "--treat", "lip_filler=1.0", "--qr", "--out", str(tmp_path / "out")]
    assert main(asked) == 2
    said = "The code is a part of the report; ask for it with --report --qr.\n"
    assert capsys.readouterr().err == said


def test_only_a_report_loads_its_library() -> None:
    code = "import sys, simulate.command_line.command; print('reportlab' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


@pytest.mark.parametrize(
    "text",
    [
        *("", "lip_filler=1", MARK, MARK + "????", MARK + "é", MARK + "AAAA"),
        plan_code(PLAN)[:-8],
    ],
)
def test_a_broken_code_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(PlanError, match="not a whole plan code"):
        plan_of_code(text)


def test_the_code_is_there_only_when_asked_for() -> None:
    assert "The plan to take along" not in said()
    assert "The plan to take along" in said(code=True)


def test_the_clinics_own_days_off_go_before_the_catalogues() -> None:
    plan = Plan((Treatment("lip_filler", 1.0, clinic_downtime_days=2.0),))
    assert plan_summary(plan).rows[0].clinic_downtime_days == 2.0
    assert "2 days, says the clinic" in said(with_plan(plan))


def test_figures_of_a_day_say_which_and_that_swelling_is_in_them() -> None:
    settled, early = outcomes()[1], times()[1]
    assert report_text.shown_at(settled) == "The figures show how it is when it has settled."
    assert report_text.shown_at(early) == (
        "The figures show how it is after 1 week, with the swelling there is then."
    )
    assert any(report_text.shown_at(settled) in line for line in said())


def test_every_warning_is_told_once() -> None:
    plan = usual("facelift")
    undrawn = f"Facelift (surgery): {procedures()['facelift'].undrawn}"
    given = [replace(o, plan=plan, warnings=(undrawn, "Something else.")) for o in outcomes()]
    lines = said(given)
    assert lines.count(undrawn) == lines.count("Something else.") == 1


# --- what differs is seen, and each thing is told once


def test_the_small_pictures_are_cut_to_where_responses_differ() -> None:
    weak, _, strong = outcomes()
    rows, columns = window_apart(weak, strong)
    apart = np.abs(strong.image.astype(int) - weak.image).max(axis=2)
    differs = apart > apart.max() / 2
    assert differs[rows, columns].sum() > 0.95 * differs.sum()
    head = head_window(weak.face, CLOSE)
    assert rows.stop - rows.start < 0.8 * (head[0].stop - head[0].start)
    assert window_apart(weak, weak) == head


@pytest.mark.parametrize("at", [(0, 0), (0.99, 0.99), (0.5, 0.02)])
def test_a_cut_stays_within_the_photo(at: tuple[float, float]) -> None:
    weak = outcomes()[0]
    image, (height, width) = weak.image.copy(), weak.image.shape[:2]
    image[int(at[0] * height), int(at[1] * width)] ^= 255
    rows, columns = window_apart(weak, replace(weak, image=image))
    assert 0 <= rows.start < rows.stop <= height
    assert 0 <= columns.start < columns.stop <= width
    assert rows.start <= int(at[0] * height) < rows.stop
    assert columns.start <= int(at[1] * width) < columns.stop


def test_a_procedure_with_a_dose_on_each_side_is_one_row() -> None:
    each = (
        Treatment("cheek_filler", 0.8, "left", week=1.0, cost=200.0),
        Treatment("cheek_filler", 1.6, "right", week=1.0, cost=200.0),
    )
    lines = said(with_plan(Plan(each, currency="EUR")))
    name = procedures()["cheek_filler"].name
    assert lines.count(name) == 1
    assert "0.8 mL on the left side, 1.6 mL on the right" in lines
    assert "week 1" in lines
    assert lines.count("400\u00a0EUR") == 1
    assert sum(line.startswith(f"{name}: All of it is there at once") for line in lines) == 1
    assert lines.count(f"{name}, swelling") == 1


def test_whose_picture_shows_less_than_was_planned_is_said_below_it() -> None:
    part = Message(IN_PART, percent=77.0)
    weak, expected, strong = outcomes()
    lines = said((weak, expected, replace(strong, warnings=(part,))))
    assert lines.count(str(part)) == 1
    assert lines[lines.index(str(part)) - 1] == "Simulation: strong response"
    assert str(part) not in said()


def test_who_reads_it_alone_is_given_questions_and_nothing_to_sign() -> None:
    alone, together = said(questions=True), said()
    assert set(report_text.QUESTIONS) <= set(alone)
    assert not {*report_text.CONSENT, *report_text.SIGNED} & set(alone)
    assert {*report_text.CONSENT, *report_text.SIGNED} <= set(together)
    assert not set(report_text.QUESTIONS) & set(together)


# --- several photos, several plans


def test_the_photo_is_named_and_the_others_follow() -> None:
    smile = PhotoResult("Smile", replace(outcomes()[1], warnings=("Only here.",)))
    turned = PhotoResult("Three-quarter", None, "The head is turned too far.")
    plan = PlanResults(outcomes(), view="From the front", others=(smile, turned))
    found = story_of([plan])
    lines = texts(found)
    assert any("are of this photo: From the front." in line for line in lines)
    at = lines.index("The same plan in another photo: Smile")
    assert lines.index("What changes") < at < lines.index("What can go wrong")
    assert "Only here." in lines[at:]
    assert "The head is turned too far." in lines
    assert sum(isinstance(one, Image) for one in found) == 6 + TURNED + 2
    assert not any("of this photo:" in line for line in said())


def test_several_plans_have_pages_of_their_own_and_share_the_end() -> None:
    second = with_plan(usual("lip_filler"))
    plans = [PlanResults(outcomes(), title="A"), PlanResults(second, title="B: Softer")]
    lines = texts(story_of(plans, code=True))
    assert [line for line in lines if line.startswith("Plan ")] == ["Plan A", "Plan B: Softer"]
    assert lines.count("What was asked") == 2
    assert lines.count("What can go wrong") == lines.count("Sources") == 1
    assert lines.count("The plan to take along") == 2
    (blocked,) = (line for line in lines if line.startswith("Serious. Blocked blood vessel"))
    assert blocked.endswith("(Lip filler)")
    data = report_pdf(plans)
    count = len(re.findall(rb"/Type /Page\b", data))
    assert count > len(re.findall(rb"/Type /Page\b", report_pdf(plans[:1])))
