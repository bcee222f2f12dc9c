"""One hostile text in the report, under pictures and on a terminal: letters, and nothing else."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ImageDraw
from reportlab.lib import utils
from reportlab.platypus import Image, Paragraph

from face_mesh.inert_text import inert
from face_mesh.messages import Message
from simulate import Plan
from simulate.__main__ import main
from simulate.command_line import command
from simulate.export.comparison import comparison_image
from simulate.export.pdf.figures import PhotoResult, PlanResults
from simulate.export.pdf.pages import report_pdf
from simulate.plan.plan_code import MARK, plan_code, plan_of_code
from tests.helpers import ROOT
from tests.hostile import ALONE, LINES, NAME, TEXT, unseen
from tests.simulate.test_report_pdf import PLAN, outcomes, story_of

# What a paragraph of reportlab obeys: pictures from anywhere, links, fonts, anchors, styles.
TAGS = (
    '<img src="file:///etc/hostname" width="9" height="9"/><img src="http://127.0.0.1:9/x.png"/>'
    '<a href="http://a.bc">x</a><link href="#y">y</link><a name="y"/><font size="99">f</font><br/>'
    '<b>b</b><i>i</i><super>s</super><bullet>•</bullet><seq id="1"/><onDraw name="x"/></para>&amp;'
)
HARMLESS = "Doe"
HOSTILE = (NAME, TEXT, TAGS, LINES, "<b>", "</para>", "&lt;b&gt;", "<img src='/etc/hostname'/>")


def planned(text: str) -> PlanResults:
    """A plan with a text from outside wherever there can be one."""
    told = Message("The engine {name} was not used.", name=text)
    given = [replace(one, plan=replace(PLAN, notes=text, currency="$")) for one in outcomes()]
    given = [replace(one, warnings=(*one.warnings, told, text)) for one in given]
    return PlanResults(given, title=text, view=text, others=(PhotoResult(text, None, text),))


def drawn(text: str) -> list[str]:
    """The letters of all paragraphs, as reportlab has read its tags."""
    story = story_of([planned(text)], notes=True, code=True, clinic=text)
    return [
        "".join(getattr(frag, "text", "") for frag in one.frags)
        for one in story
        if isinstance(one, Paragraph)
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_report_says_it_and_obeys_none_of_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = utils.open_for_read

    def never(*_: object) -> None:
        raise AssertionError("a report asks another computer for something")

    def given(file: object, *how: object) -> object:
        assert not isinstance(file, str), "a report asks for a picture by its name"
        return opened(file, *how)

    harmless = report_pdf([planned(HARMLESS)], notes=True, code=True, clinic=HARMLESS)
    monkeypatch.setattr(utils, "open_for_read", given)
    monkeypatch.setattr(socket.socket, "connect", never)
    data = report_pdf([planned(text)], notes=True, code=True, clinic=text)
    for mark in (b"/URI", b"/Annots", b"/JavaScript", b"/Launch", b"/Dests", b"/EmbeddedFile"):
        assert mark not in data
    assert data.count(b"/Subtype /Image") == harmless.count(b"/Subtype /Image") > 0
    lines = drawn(text)
    shown = inert(text, most=None)
    assert shown in lines  # of the clinic, and of what is said of the other photo
    assert f"Plan {inert(text)}" in lines
    notes = [inert(line, most=None) for line in text.splitlines() if line.strip()]
    assert [line for line in notes if line not in lines] == []
    assert not any(unseen(line) for line in lines)


def test_no_more_pictures_or_links_are_in_a_story() -> None:
    def count(text: str) -> tuple[int, int]:
        story = story_of([planned(text)], notes=True, code=True, clinic=text)
        frags = [frag for one in story if isinstance(one, Paragraph) for frag in one.frags]
        linked = [one for one in frags if getattr(one, "link", None) or hasattr(one, "cbDefn")]
        return sum(isinstance(one, Image) for one in story), len(linked)

    assert {count(text) for text in HOSTILE} == {count(HARMLESS)}


def test_a_code_to_scan_holds_no_text_of_anybody() -> None:
    plain = replace(PLAN, notes="")
    for text in HOSTILE:
        noted = replace(PLAN, notes=text[:2000])
        assert plan_code(noted) == plan_code(plain)
        assert plan_of_code(plan_code(noted)).notes == ""


@pytest.mark.parametrize("text", [NAME, TEXT, LINES])
def test_words_under_a_picture_are_letters(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    draw = ImageDraw.ImageDraw.text

    def noted(self: ImageDraw.ImageDraw, xy: object, words: str, *more: object, **how: object):  # type: ignore[no-untyped-def]
        written.append(words)
        return draw(self, xy, words, *more, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    told = Message("The engine {name} was not used.", name=text)
    comparison_image(replace(outcomes()[1], warnings=(told,)))
    assert "engine" in " ".join(written)
    assert not any(unseen(one) for one in written)


# --- a terminal


def arguments(text: str, folder: Path) -> Iterator[list[str]]:
    """Yield commands with a text in the place of each thing that can be named."""
    photo, out = str(folder / "none.png"), ["--out", str(folder / "out")]
    for option in ("--when", "--responder", "--reactions", "--engine", "--face", "--ipd", "--seed"):
        yield [photo, "--treat", "lip_filler=1", option, text, *out]
    for treat in (text, f"{text}=1", f"lip_filler={text}", f"lip_filler=1:{text}", f"x@{text}"):
        yield [photo, "--treat", treat, *out]
    for plan in (text, f"{MARK}{text}", str(folder / text.replace("/", "_")[:100])):
        yield [photo, "--plan", plan, *out]
    for name in ("--verify", "--measure"):
        yield [name, str(folder / text.replace("/", "_")[:100])]
    yield [text, "--treat", "lip_filler=1", *out]
    yield [photo, "--treat", "lip_filler=1", "--out", f"/dev/null/{text}"]
    yield [f"--{text}"]
    yield [photo, text, *out]
    treatment = {"procedure": "lip_filler", "dose": 1}
    for i, table in enumerate(
        [
            *({"treatments": [treatment], key: text} for key in ("when", "responder", "currency")),
            {"treatments": [treatment], text: 1},
            *({"treatments": [{**treatment, key: text}]} for key in ("procedure", "dose", "side")),
            {"treatments": [{**treatment, text: text}]},
            {"treatments": [{**treatment, "strokes": [{"kind": text, "points": [[0, 0]]}]}]},
            {"treatments": [{**treatment, "strokes": [{text: text}]}]},
        ]
    ):
        path = folder / f"{i}.json"
        path.write_text(json.dumps(table), "utf-8")
        yield [photo, "--plan", str(path), *out]


@pytest.mark.parametrize("text", [*ALONE[-3:], *(one for one in ALONE if "\x1b" in one), "\x9b2J"])
def test_a_refusal_on_a_terminal_is_one_line_of_letters(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = text.replace("\x00", "")  # which no argument and no name of a file can hold
    for argv in arguments(text, tmp_path):
        assert main(argv) in (2, 3, 4), argv
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert len(told.err) < 1100
        assert not unseen(told.err, lines=True), argv


def test_warnings_on_a_terminal_are_letters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = replace(outcomes()[1], warnings=(TEXT, Message("{x}", x=NAME)))
    monkeypatch.setattr(command, "_simulated", lambda *_: made)
    path = tmp_path / "photo.png"
    from PIL import Image as Picture

    Picture.fromarray(made.face.photo.image).save(path)
    assert main([str(path), "--treat", "lip_filler=1", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert told.count("\n") == 2
    assert not unseen(told, lines=True)
    kept = json.loads((tmp_path / "out" / "outcome.json").read_bytes())
    assert kept["warnings"][0] == TEXT  # for programs, which are told all, in ASCII
    assert (tmp_path / "out" / "outcome.json").read_bytes().isascii()


def test_the_file_of_a_clinic_is_checked_in_letters(tmp_path: Path) -> None:
    path = tmp_path / "clinic.toml"
    for text in (NAME, TEXT):
        for said in (f"{json.dumps(text)} = 1", f"hidden = [{json.dumps(text)}]"):
            path.write_text(said.replace("\\u007f", ""), "utf-8")
            done = subprocess.run(
                [sys.executable, "-m", "ui.state.clinic_policy", str(path)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 1
            told = done.stderr.splitlines()[-1]
            assert told.startswith("The clinic's file")
            assert not unseen(told)


def test_a_plan_says_nothing_that_it_was_not_given() -> None:
    """A name of a procedure that there is not is repeated as letters."""
    for text in (NAME, TEXT, LINES):
        with pytest.raises(Exception, match="There is no procedure") as raised:
            Plan.from_table({"treatments": [{"procedure": text, "dose": 1}]})
        assert not unseen(str(raised.value))
