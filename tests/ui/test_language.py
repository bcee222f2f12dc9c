"""The page in three languages: nothing said without a translation, nothing left in English."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html import unescape
from string import Formatter
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from face_mesh import Photo, PlanError, read_face
from face_mesh.messages import AND, COMMAS, OR, Message, MessageList
from simulate import Conditions, Plan
from simulate.catalogue.sources import sources
from simulate.export import contact_sheet
from simulate.export.pdf.figures import PhotoResult, PlanResults
from simulate.export.pdf.pages import report_pdf
from simulate.plan.interactions import plan_warnings
from simulate.progress import complete
from simulate.provenance.png_metadata import png_bytes
from simulate.wording.times import moment, moment_title
from tests.helpers import ROOT
from tests.ui.arriving import arrive, upload
from tests.ui.photos import portrait
from tests.ui.viewing import look_at, notes, pick, shown, table, unpacked
from ui.state.widget_keys import dose_key
from ui.text import language
from ui.text.translations import collect

OTHERS = tuple(collect.LANGUAGES)
FILES = [(one, part) for one in OTHERS for part in collect.PARTS]
_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0]\d+)*")


# --- the files ---


@pytest.mark.parametrize(("one", "part"), FILES)
def test_all_that_is_said_has_a_translation_and_nothing_else_does(one: str, part: str) -> None:
    said, kept = collect.messages_of(part), collect.translations(one, part)
    assert [message for message in said if not kept.get(message)] == []
    assert [message for message in kept if message not in set(said)] == []


@pytest.mark.parametrize(("one", "part"), FILES)
def test_a_translation_fills_in_the_same_as_its_sentence(one: str, part: str) -> None:
    for message, translated in _translated(one, part):
        assert _fields(translated) == _fields(message), message


@pytest.mark.parametrize(("one", "part"), FILES)
def test_every_template_can_be_filled_in(one: str, part: str) -> None:
    for message in collect.translations(one, part):
        if values := {name: _example(name, spec) for name, spec in _fields(message) if name}:
            filled = language.said_in(one, Message(message, **values))
            assert "{" not in filled, message


@pytest.mark.parametrize(("one", "part"), FILES)
def test_a_translation_has_the_figures_of_its_sentence(one: str, part: str) -> None:
    for message, translated in _translated(one, part):
        assert _figures(translated) == _figures(message), message


@pytest.mark.parametrize(("one", "part"), FILES)
def test_a_sentence_stays_a_sentence(one: str, part: str) -> None:
    for message, translated in _translated(one, part):
        assert translated.endswith(".") == message.endswith("."), message
        assert translated == translated.strip()


@pytest.mark.parametrize(
    "path", [path for part in collect.SOURCES for path in collect.python_files(part)], ids=str
)
def test_nothing_said_is_put_together_where_it_is_said(path: Any) -> None:
    in_place = [line for line, text in collect.literals(path) if text is None]
    assert in_place == [], f"a template with values is needed in {path.name}, lines {in_place}"


def test_collecting_again_changes_nothing(tmp_path: Any, monkeypatch: Any) -> None:
    """Neither a translation nor, by a date or an order of chance, a byte."""
    kept = {part: collect.translations("de", part) for part in collect.PARTS}
    data = {part: (collect.FOLDER / "de" / f"{part}.po").read_bytes() for part in collect.PARTS}
    monkeypatch.setattr(collect, "FOLDER", tmp_path)
    (tmp_path / "de").mkdir()
    for part in collect.PARTS:
        path = tmp_path / "de" / f"{part}.po"
        path.write_bytes(data[part])
        collect.write("de", part, collect.messages_of(part))
        once = path.read_bytes()
        assert collect.translations("de", part) == kept[part]
        collect.write("de", part, collect.messages_of(part))
        assert path.read_bytes() == once
        assert b"20" not in once[: once.index(b"\n\n")]


def test_the_check_fails_where_a_translation_lacks(
    tmp_path: Any, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect.main(["--check"]) == 0
    monkeypatch.setattr(collect, "FOLDER", tmp_path)
    assert collect.main(["--check", "--part", "rules"]) == 1
    assert "to translate" in capsys.readouterr().out


def _translated(one: str, part: str) -> list[tuple[str, str]]:
    return [pair for pair in collect.translations(one, part).items() if pair[1]]


def _fields(text: str) -> list[tuple[str, str]]:
    """Names of what is filled in, with how numbers are written; conversions are the language's."""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:  # braces that are no placeholders, as in the example of a file
        return []
    return sorted({(name, spec or "") for _, name, spec, _ in parsed if name is not None})


def _figures(text: str) -> list[str]:
    found = _NUMBER.findall(_PLACEHOLDER.sub("", text))
    return sorted(re.sub(r"\D", "", one).lstrip("0") for one in found)


def _example(name: str, spec: str) -> object:
    if spec.endswith(("f", "g")):
        return 1.5
    return 2 if spec.endswith(("d", ",")) else Message("Redness")


# --- saying ---


def test_a_sentence_is_said_with_its_values_in_the_same_language() -> None:
    told = Message(
        "{name}: {sign}, which {percent:.0f} % have, is not drawn at this time.",
        name=Message("Lip filler"),
        sign=Message("bruising"),
        percent=29.0,
    )
    assert language.said_in("en", told) == str(told)
    german = language.said_in("de", told)
    assert "Lippenfiller" in german
    assert "Blutergüsse" in german
    assert "29 %" in german
    assert "Relleno de labios" in language.said_in("es", told)


def test_a_noun_stays_a_noun_in_german_and_begins_small_elsewhere() -> None:
    told = Message("({name!l})", name=Message("Lip filler"))
    assert told == "(lip filler)"
    assert language.said_in("de", told) == "(Lippenfiller)"
    assert language.said_in("es", told) == "(relleno de labios)"


def test_numbers_have_the_sign_of_the_language() -> None:
    told = Message("A brush is above 0 and up to {most:g} mm in radius.", most=2.5)
    assert "2.5 mm" in told
    assert "2,5 mm" in language.said_in("de", told)
    assert "2,5 mm" in language.said_in("es", told)
    large = Message(
        "The photo is over {most:,} pixels on one side; crop it to the face and use that.",
        most=32000,
    )
    assert "32,000" in large
    assert "32.000" in language.said_in("de", large)
    assert language.number(1.25, ".2f") == "1.25"  # nobody visits: English


@pytest.mark.parametrize(
    ("one", "parts", "style", "said"),
    [
        ("de", ["swelling", "bruising", "redness"], AND, "Schwellung, Blutergüsse und Rötung"),
        ("de", ["swelling", "bruising"], OR, "Schwellung oder Blutergüsse"),
        ("es", ["swelling", "bruising", "redness"], AND, "hinchazón, moretones y enrojecimiento"),
        ("es", ["redness", "Injections of a gel"], AND, "enrojecimiento e Inyecciones de un gel"),
        ("es", ["swelling", "bruising"], COMMAS, "hinchazón, moretones"),
        ("en", ["swelling", "bruising", "redness"], AND, "swelling, bruising and redness"),
    ],
)
def test_a_list_is_written_as_the_language_writes_one(
    one: str, parts: list[str], style: str, said: str
) -> None:
    assert language.said_in(one, MessageList(parts, style)) == said


def test_an_error_is_said() -> None:
    with pytest.raises(PlanError) as raised:
        Plan.parse("lip_filler=99")
    told = raised.value.args[0]
    assert language.translate_error(raised.value) == str(raised.value)
    assert "Lippenfiller" in language.said_in("de", told)
    assert "99 mL" in language.said_in("de", told)


def test_what_is_not_known_is_said_as_it_is() -> None:
    assert language.said_in("de", "No such sentence {here}.") == "No such sentence {here}."
    assert language.said_in("es", "") == ""


def test_braces_without_values_are_no_placeholders() -> None:
    assert language.said_in("de", Message("write {kind}")) == "write {kind}"


def test_warnings_of_a_plan_are_said() -> None:
    over = Plan.parse(["cheek_filler=4", "jawline_filler=4", "chin_filler=2"])
    for warning in plan_warnings(over):
        assert language.said_in("de", warning) != warning
        assert language.said_in("es", warning) != warning


@pytest.mark.parametrize("when", [None, "3d", "1w", "2w", "6mo", "1y"])
def test_times_are_said(when: str | None) -> None:
    for one in OTHERS:
        for words in (moment(when), moment_title(when)):
            assert language.said_in(one, words) != words


# --- the page ---

# What reads the same in every language: names, and where to look something up or call somebody.
SAME = {"Beforehand", "English", "Español", "Deutsch", "Grace Hopper", "Eileen Collins"}
SAME |= {"BEFOREHAND1:…", "Plan A", "Plan B", "Plan C"}
MOST_WORDS_ALIKE = 4  # that a translation may have in common with its English: "Plan", "Colombia"
# Components without words.
SILENT = (
    "beforehand_upload_retry",
    "beforehand_document_language",
    "beforehand_browser_history",
)
_TEXTS = {"label", "body", "help", "placeholder", "options", "caption", "captions", "text"}
_TEXTS |= {"title", "alt", "content"}
_SKIPPED = re.compile(
    r"<style.*?</style>|<[^>]+>|:material/\w*:?|:[a-z]+\[|https?://\S+|rgb\(.*?\)", re.S
)
_WORD = re.compile(r"[^\W\d_]{3,}")


def _say_in(page: AppTest, one: str) -> AppTest:
    page.session_state[language.KEY] = one
    page.run()
    assert not page.exception
    return page


def _lines(page: AppTest) -> set[str]:
    """All lines that a visitor can read or hear, without marks and numbers."""
    found: set[str] = set()
    for text in _strings(page):
        for line in unescape(_SKIPPED.sub("\n", text)).splitlines():
            plain = line.strip(" -*#\t")
            if _WORD.search(plain):
                found.add(plain)
    return found


def _strings(page: AppTest) -> Iterator[str]:
    for block in (page.main, page.sidebar):
        for node in block:
            if node.type == "bidi_component":
                if node.proto.component_name not in SILENT:
                    yield from _sent(node.proto)
            elif node.type in ("table", "dataframe", "arrow_table", "arrow_data_frame"):
                frame = node.value
                yield from map(str, [*frame.columns, *frame.index, *frame.to_numpy().ravel()])
            elif getattr(node, "proto", None) is not None:
                yield from _fields_of(node.proto)


def _sent(proto: Any) -> Iterator[str]:
    """What a component was given: JSON, or JSON before pictures."""
    if proto.bytes:
        yield from _leaves(unpacked(proto.bytes)[0])
    elif proto.json:
        yield from _leaves(json.loads(proto.json))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():  # the keys are names or English texts, of no visitor
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str) and " " in value and not value.startswith("."):
        yield value  # and no name, and no selector


def _fields_of(proto: Any) -> Iterator[str]:
    for field, value in proto.ListFields():
        several = value if field.is_repeated else [value]
        if (
            field.cpp_type == field.CPPTYPE_MESSAGE
            and not field.message_type.GetOptions().map_entry
        ):
            for one in several:
                yield from _fields_of(one)
        elif field.cpp_type == field.CPPTYPE_STRING and field.name in _TEXTS:
            yield from several


@cache
def _places() -> list[str]:
    """Citations and telephone numbers in the page's own data, which are in no language."""
    found: list[str] = []
    for path in (ROOT / "ui").glob("**/*.toml"):
        found += _under(tomllib.loads(path.read_text("utf-8")), "")
    return found


def _under(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _under(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _under(one, key)
    elif isinstance(value, str) and key in ("source", "sources", "contact"):
        yield value


def _alike(one: str) -> set[str]:
    """What has the same words in a language, by intent: see the test of it."""
    pairs = [pair for part in collect.PARTS for pair in _translated(one, part)]
    return {message for message, translated in pairs if message == translated}


@pytest.mark.parametrize("one", OTHERS)
def test_no_sentence_is_its_own_translation(one: str) -> None:
    words = {message: len(_WORD.findall(_PLACEHOLDER.sub("", message))) for message in _alike(one)}
    assert {message for message, count in words.items() if count > MOST_WORDS_ALIKE} == set()


def _compare(page: AppTest, where: str) -> None:
    """Assert that a screen says nothing in English when it speaks another language."""
    english = _lines(_say_in(page, "en"))
    assert len(english) > 3, where
    for one in OTHERS:
        same = {*SAME, *sources().values(), *_alike(one)}
        left = {line for line in english & _lines(_say_in(page, one)) if line not in same}
        left = {line for line in left if not any(place in line for place in _places())}
        assert sorted(left) == [], f"{where} in {one}"
    _say_in(page, "en")


def test_the_first_screens_are_said(welcome_page: AppTest) -> None:
    _compare(welcome_page, "welcome")
    for way in ("patient", "consultant"):
        welcome_page.session_state["beforehand"].way = way
        _compare(welcome_page, f"consent of a {way}")


@pytest.mark.parametrize("name", ["about", "care", "verify"])
def test_the_other_pages_are_said(page: AppTest, name: str) -> None:
    _compare(page.switch_page(f"../screens/{name}.py").run(), name)


def test_the_screen_of_the_photo_is_said(page: AppTest, photo_file: bytes) -> None:
    _compare(page, "photo")
    _compare(upload(page, "face.jpg", photo_file), "photo looked at")


def test_the_concerns_are_said(sample_page: AppTest) -> None:
    _compare(arrive(sample_page, "patient", "concerns"), "concerns")


def test_the_preview_is_said(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler", "forehead_toxin", "pigment_laser")
    _compare(page, "preview")
    look_at(page, "3d")
    _compare(page, "preview on day 3")


def test_the_cards_of_a_concern_are_said(sample_page: AppTest) -> None:
    page = arrive(sample_page, "patient", "concerns")
    page.button_group(key="concern_area").set_value("eyes").run()
    page.checkbox(key="concern_tired").check().run()
    _compare(page, "cards")
    page.button(key="try_tear_trough_filler").click().run()
    _compare(page, "preview of a patient")


def test_a_search_is_in_the_words_of_the_visitor(sample_page: AppTest) -> None:
    page = arrive(sample_page, "patient", "concerns")
    _say_in(page, "de")
    page.text_input(key="find_concern").set_value("müde").run()
    assert "Ich sehe müde aus." in [one.label for one in page.checkbox]
    page.text_input(key="find_concern").set_value("Zahnfleisch").run()
    assert [one.label for one in page.checkbox] == ["Wenn ich lächle, sieht man mein Zahnfleisch."]
    page.text_input(key="find_concern").set_value("tired").run()  # who came from an English page
    assert "Ich sehe müde aus." in [one.label for one in page.checkbox]
    page.text_input(key="find_concern").set_value("Kniekehle").run()
    assert not page.checkbox


def test_plans_beside_each_other_and_alone_are_said(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler", "jawline_filler")
    page.button_group(key="side_jawline_filler").set_value("each").run()
    page.button(key="copy_to_B").click().run()
    pick(page, "masseter_toxin")
    page.button(key="compare").click().run()
    _compare(page, "compared")
    page.button(key="compare_end").click().run()
    page.button(key="present").click().run()
    _compare(page, "presented")


def test_the_tour_is_said(sample_page: AppTest) -> None:
    _compare(sample_page.button(key="tour").click().run(), "tour")


def test_what_a_check_found_is_said_again_in_another_language(page: AppTest) -> None:
    page.switch_page("../screens/verify.py").run()
    plain = png_bytes(np.zeros((60, 40, 3), np.uint8), simulated=False)
    page.file_uploader[0].upload("picture.png", plain).run()
    _compare(page, "checked")


def test_the_report_says_nothing_without_a_translation() -> None:
    face = read_face(Photo.from_rgb(np.asarray(portrait())))
    plan = Plan.parse(["lip_filler=1", "masseter_toxin=25", "lip_lift=4", "jawline_filler=2:left"])
    outcomes = complete(contact_sheet.responders(face, plan, Conditions("1mo")))
    for one in OTHERS:
        known = {m for part in collect.PARTS for m in collect.translations(one, part)}
        unknown: set[str] = set()

        def translate(
            text: str, /, *, known: Any = known, unknown: Any = unknown, **values: Any
        ) -> str:
            unknown |= {m for m in _templates(text) if _has_words(m) and m not in known}
            return language.said_in(one, text, **values)  # noqa: B023

        seen = [PhotoResult("Smile", outcomes[1]), PhotoResult("Three-quarter", None)]
        plans = [
            PlanResults(outcomes, outcomes[:1], "A", "From the front", seen),
            PlanResults(outcomes),
        ]
        for questions in (False, True):
            pdf = report_pdf(
                plans, code=True, questions=questions, translate=translate, language=one
            )
            assert pdf.startswith(b"%PDF")
        places = {*sources().values(), "Beforehand"}
        assert sorted(text for text in unknown if text not in places) == []


def _has_words(template: str) -> bool:
    return bool(_WORD.search(_PLACEHOLDER.sub("", template)))


def _templates(text: str) -> Iterator[str]:
    """What is looked up when a text is said."""
    if isinstance(text, MessageList):
        for one in text.parts:
            yield from _templates(one)
        return
    yield text.template if isinstance(text, Message) else text
    for value in text.values.values() if isinstance(text, Message) else ():
        if isinstance(value, Message | MessageList):
            yield from _templates(value)


def test_another_language_keeps_photo_dose_and_result(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.slider(key=dose_key("lip_filler", "both")).set_value(1.5).run()
    look_at(page, "3d")
    _, english = shown(page)
    before = table(page)
    told = notes(page)
    _say_in(page, "de")
    assert page.slider(key=dose_key("lip_filler", "both")).value == 1.5
    assert page.select_slider(key="when").value == "3d"
    header, german = shown(page)
    assert german["after"] == english["after"]
    assert "Lippenfiller" in header["alt"]
    assert [severity for severity, _ in notes(page)] == [severity for severity, _ in told]
    assert all(new != old for (_, new), (_, old) in zip(notes(page), told, strict=True))
    after = table(page)
    assert [row[1].replace(",", ".") for row in after] == [row[1] for row in before]
    assert all("," in row[1] for row in after)
    assert all(new[0] != old[0] for new, old in zip(after, before, strict=True))


def test_no_literal_is_drawn_without_being_said() -> None:
    """A text written straight into a call that draws it would stay English for ever."""
    unsaid = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in collect.python_files("page")
        for line, text in _drawn(path.read_text("utf-8"))
    ]
    assert unsaid == []


DRAWING = {"title", "header", "subheader", "caption", "markdown", "button", "checkbox", "toggle"}
DRAWING |= {"radio", "selectbox", "multiselect", "slider", "select_slider", "number_input"}
DRAWING |= {"text_input", "text_area", "expander", "popover", "tabs", "error", "warning", "info"}
DRAWING |= {"success", "link_button", "download_button", "file_uploader", "camera_input", "toast"}
DRAWING |= {"segmented_control", "pills", "metric", "spinner", "progress", "dialog", "status"}
NAMED = {"help", "label", "placeholder", "caption"}
LITERAL = {"owner/name-inpainting", "BEFOREHAND1:…"}  # how a name and a code look


def _drawn(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        drawn = getattr(node.func, "attr", "") in DRAWING
        texts = [node.args[0]] if drawn and node.args else []
        if getattr(node.func, "attr", "") != "add_argument":
            texts += [one.value for one in node.keywords if one.arg in NAMED]
        for text in texts:
            yield from ((line, one) for line, one in _words_in(text) if one not in LITERAL)


def _words_in(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The literals with words in an expression, but for those within calls, which say them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _WORD.search(_SKIPPED.sub("", node.value)):
            yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr | ast.List | ast.Tuple):
        for one in node.values if isinstance(node, ast.JoinedStr) else node.elts:
            yield from _words_in(one)
    elif isinstance(node, ast.BinOp):
        yield from (*_words_in(node.left), *_words_in(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*_words_in(node.body), *_words_in(node.orelse))


# --- components ---

_COMMENT = re.compile(r"^\s*//[^\n]*$|/\*.*?\*/", re.M | re.S)
_LITERAL = re.compile(r"""\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`""")
_SENTENCE = re.compile(r"[A-Z][a-z]+(?:[ ,:.']|$)")  # and not a name as "WebGL2" or "ArrowUp"
KEYS = {"Escape", "Enter", "Home", "End", "Tab", "Backspace", "Delete", "Shift", "Control"}
KEYS |= {"ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown"}


@pytest.mark.parametrize("path", sorted((ROOT / "ui").glob("**/*.js")), ids=lambda path: path.name)
def test_a_component_says_only_what_it_is_sent(path: Any) -> None:
    """A text in it is a key into the words it gets, which has to be collected with the page's."""
    known = {message for part in collect.PARTS for message in collect.translations("de", part)}
    source = re.sub(r"""["']\s*\+\s*["']""", "", _COMMENT.sub("", path.read_text("utf-8")))
    texts = {"".join(found) for found in _LITERAL.findall(source)}
    texts = {text for text in texts if _SENTENCE.match(text)}
    assert texts - known - KEYS == set()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "ui").glob("**/*.html")), ids=lambda path: path.name
)
def test_the_frame_of_a_component_is_without_words(path: Any) -> None:
    source = path.read_text("utf-8")
    written = re.sub(r"<!--.*?-->|<[^>]+>", "", source, flags=re.S)
    named = re.findall(r"(?:aria-label|title|alt|placeholder)=\"([^\"]+)\"", source)
    assert not _WORD.search(written)
    assert named == []
