"""One hostile text sent through every field that a stranger fills in: the page obeys none of it.

Each field is filled in twice, with the hostile text and with a harmless one. What a browser would
make of all that reaches it (headings, links, formulas, icons, colours) must be the same.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from simulate.provenance import signing
from tests.hostile import ALONE, LINES, LINK, NAME, TEXT, obeyed, unseen
from tests.simulate.manifests import actions, manifest, named, signed_as
from tests.simulate.test_hostile_manifest import NO_PLACE, NOT_OURS, THE_SAME, more
from tests.ui.arriving import upload
from tests.ui.test_plan_files import open_file
from tests.ui.viewing import pick, unpacked

HARMLESS = "Doe"
OUT = f"a\n\n# h\n\n{LINK}"  # out of whatever paragraph or quotes it is put into
HOSTILE = (NAME, TEXT, LINES)
FILE_NAMES = (NAME, TEXT.replace("\x00", ""))  # the one letter that no file may have
# Of the strings of an element: what Streamlit reads as Markdown, wherever it stands.
MARKDOWN = {"label", "body", "help", "caption", "captions", "content", "text", "title"}
# What it takes as it is, though the field has one of those names.
AS_IT_IS = {"file_uploader", "bidi_component", "selectbox", "html"}
BOXES = dict.fromkeys(("info", "warning", "error", "success"), "box")
OPTIONS = {"button_group", "radio", "tab"}  # whose options are Markdown too


def texts(page: AppTest) -> Iterator[tuple[str, str, str]]:
    """Kind of element, name of its field, and each string in it, of all that is on the page."""
    for block in (page.main, page.sidebar):
        for node in block:
            proto = getattr(node, "proto", None)
            if node.type == "table":
                frame = node.value
                cells = [*frame.columns, *frame.index, *frame.to_numpy().ravel()]
                yield from ((node.type, "body", str(one)) for one in cells)
            elif proto is not None:
                yield from ((node.type, *one) for one in fields(proto))


def fields(proto: Any, parent: str = "") -> Iterator[tuple[str, str]]:
    for field, value in proto.ListFields():
        several = value if field.is_repeated else [value]
        if field.cpp_type == field.CPPTYPE_MESSAGE:
            if not field.message_type.GetOptions().map_entry:
                for one in several:
                    yield from fields(one, field.name)
        elif field.cpp_type == field.CPPTYPE_STRING:
            yield from ((f"{parent}.{field.name}".strip("."), one) for one in several)


def is_markdown(kind: str, name: str) -> bool:
    last = name.rpartition(".")[2]
    return kind not in AS_IT_IS and (last in MARKDOWN or (last == "options" and kind in OPTIONS))


def marks(page: AppTest) -> Counter[str]:
    """All that a browser would obey on the page."""
    assert not page.exception
    return Counter(
        f"{BOXES.get(kind, kind)}: {one}"
        for kind, name, text in texts(page)
        if is_markdown(kind, name)
        for one in obeyed(text)
        if not one.startswith(":material") and one != "'\\n'"
    )


def same(hostile: AppTest, harmless: Counter[str], *, count: int = 0) -> None:
    """Assert that nothing more is obeyed, and that nothing unseen is on the page."""
    assert marks(hostile) - harmless == Counter()
    drawn = [text for kind, name, text in texts(hostile) if is_markdown(kind, name)]
    assert not any(unseen(text, lines=True) for text in drawn)
    assert sum("red" in text and "z" in text for text in drawn) >= count


# --- the check itself ---


@pytest.mark.parametrize("draw", ["markdown", "warning", "caption", "title", "button", "expander"])
def test_the_check_sees_a_field_that_forgets(draw: str) -> None:
    def script(draw: str, text: str) -> None:
        import streamlit as st

        getattr(st, draw)(text)

    run = lambda text: AppTest.from_function(script, args=(draw, text)).run()  # noqa: E731
    harmless = marks(run(HARMLESS))
    for text in HOSTILE[:2]:
        assert marks(run(text)) - harmless
        with pytest.raises(AssertionError):
            same(run(text), harmless)


def test_the_check_sees_a_cell_that_forgets() -> None:
    def script(text: str) -> None:
        import streamlit as st

        st.table({"a": [text]})

    assert marks(AppTest.from_function(script, args=(NAME,)).run())


# --- a picture that is checked ---


@pytest.fixture
def checking(welcome_page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    signing._made_for_this_run.cache_clear()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in (signing.CERTIFICATE, signing.KEY):
        monkeypatch.delenv(name, raising=False)
    return welcome_page.switch_page("../screens/verify.py").run()


def put_in(page: AppTest, data: bytes, name: str = "picture.png") -> AppTest:
    return page.file_uploader[0].upload(name, data).run()


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_a_name_in_a_certificate(
    checking: AppTest, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking.session_state["language"] = language
    harmless = marks(put_in(checking, signed_as(manifest(), named(HARMLESS, monkeypatch))))
    assert checking.warning
    for text in (NAME, OUT, "".join(ALONE[:12])[:64], *ALONE[6:24:3], "`", "\x1b[31ma", "\u202ea"):
        page = put_in(checking, signed_as(manifest(), named(text, monkeypatch)))
        same(page, harmless, count=text == NAME)
        assert len(page.subheader) == 2
    for text in (NAME, "`", "\\"):  # and of another program
        of = manifest()
        of["claim_generator_info"][0]["name"] = text
        page = put_in(checking, signed_as(of, named(text, monkeypatch)))
        same(page, harmless)
        assert page.info


@pytest.mark.parametrize(
    "change",
    [*NOT_OURS.values(), *NO_PLACE.values(), *THE_SAME.values(), more],
    ids=[*NOT_OURS, *NO_PLACE, *THE_SAME, "many"],
)
def test_a_manifest(
    checking: AppTest, change: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless = marks(put_in(checking, signed_as(manifest(), named(HARMLESS, monkeypatch))))
    of = manifest()
    change(of)
    page = put_in(checking, signed_as(of, named(NAME, monkeypatch)))
    same(page, harmless + Counter({"markdown: list_item_open": 3, "markdown: list_item_close": 3}))
    assert page.warning or page.info


def test_no_place_is_told_of_a_circle(checking: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    of = manifest()
    actions(of)[1]["changes"][0]["region"][0]["shape"]["type"] = "circle"
    page = put_in(checking, signed_as(of, named(HARMLESS, monkeypatch)))
    told = " ".join(one.value for one in page.markdown)
    assert "moving skin" in told
    assert "% of the width" not in told


def test_the_name_of_a_file(checking: AppTest) -> None:
    harmless = marks(put_in(checking, b"x", f"{HARMLESS}.png"))
    for text in FILE_NAMES:
        same(put_in(checking, b"x", f"{text}.png"), harmless)


def test_the_name_of_a_photo(page: AppTest) -> None:
    harmless = marks(upload(page, f"{HARMLESS}.jpg", b"x"))
    for text in FILE_NAMES:
        same(upload(page, f"{text}.jpg", b"x"), harmless)


# --- a plan that is opened ---

FILE: dict[str, Any] = {
    "when": "3mo",
    "responder": "high",
    "currency": "EUR",
    "notes": "Softly.",
    "body_kg": 70,
    "treatments": [
        {"procedure": "ipl_redness", "dose": 1, "side": "left", "week": 1, "cost": 3}
        | {"strokes": [{"kind": "add", "points": [[0.5, 0.5]], "radius_mm": 3}]}
    ],
}


def refusals(text: str) -> Iterator[bytes]:
    """Yield plan files with a text in the place of each value and of each key."""
    for key in FILE:
        yield json.dumps({**FILE, key: text}).encode()
    first = FILE["treatments"][0]
    for key in first:
        yield json.dumps({**FILE, "treatments": [{**first, key: text}]}).encode()
    stroke = first["strokes"][0]
    for key in stroke:
        changed = {**first, "strokes": [{**stroke, key: text}]}
        yield json.dumps({**FILE, "treatments": [changed]}).encode()
    for table in (
        {**FILE, text: 1},
        {**FILE, "treatments": [{**first, text: 1}]},
        {**FILE, "treatments": [{**first, "strokes": [{**stroke, text: 1}]}]},
        {text: text},
    ):
        yield json.dumps(table).encode()
    yield text.encode()


def test_a_plan_file(sample_page: AppTest) -> None:
    """Refused in one sentence that may hold what the file says, or opened and shown."""
    page = sample_page
    before = marks(page)
    said = set()
    for text in HOSTILE:
        for data in refusals(text):
            open_file(page, data, "plan.txt")
            same(page, before)
            for one in page.warning:
                said.add(one.value)
                assert len(one.value) < 500
            assert all(one.value.endswith(".") for one in page.warning)
    assert len(said) > 6
    assert any("red" in one for one in said)  # some repeat what the file says


def test_the_notes_of_a_plan(sample_page: AppTest) -> None:
    page = sample_page
    plan = {"treatments": [{"procedure": "lip_filler", "dose": 1}]}
    harmless = marks(open_file(page, json.dumps({**plan, "notes": HARMLESS}).encode(), "p.json"))
    for text in (TEXT.replace("\x00", ""), LINES):
        open_file(page, json.dumps({**plan, "notes": text}).encode(), "p.json")
        assert not page.exception
        assert marks(page) - harmless == Counter()


@pytest.mark.parametrize("planned", [False, True])
def test_the_text_of_a_code(sample_page: AppTest, planned: bool) -> None:
    page = pick(sample_page, "lip_filler") if planned else sample_page
    before = marks(page)
    for text in (*HOSTILE, f"BEFOREHAND1:{TEXT}", f"BEFOREHAND1:{NAME}"):
        field = next(one for one in page.text_input if one.key.endswith("plan_code"))
        field.set_value(text)
        next(one for one in page.button if one.label == "Open the plan").click().run()
        same(page, before)
        assert page.warning


# --- what a visitor types ---


def test_the_name_and_the_currency_of_a_plan(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.button(key="copy_to_B").click().run()
    page.number_input(key="cost_lip_filler").set_value(350.0).run()

    def everywhere(name: str, currency: str) -> list[Counter[str]]:
        page.text_input(key="plan_name").set_value(name).run()
        page.text_input(key="currency").set_value(currency).run()
        seen = [marks(page)]
        for key in ("present", "present_end", "compare", "compare_end"):
            page.button(key=key).click().run()
            seen.append(marks(page))
            drawn = [text for kind, part, text in texts(page) if is_markdown(kind, part)]
            assert not any(unseen(text, lines=True) for text in drawn)
        return seen

    harmless = everywhere(HARMLESS, "EUR")
    for text in (NAME[:40], TEXT[40:80], "$a$ www.a.bc", "1. m@a.bc :red[z]"):
        for now, before in zip(everywhere(text, "$"), harmless, strict=True):
            assert now - before == Counter()


def test_the_names_that_a_strip_of_pictures_shows(sample_page: AppTest) -> None:
    """It takes text as it is: no mark is obeyed there, and no backslash shown."""
    page = pick(sample_page, "lip_filler")
    page.button(key="copy_to_B").click().run()
    page.text_input(key="plan_name").set_value("*soft* :smile:").run()
    page.button(key="compare").click().run()
    (one,) = (
        one for one in page.get("bidi_component") if one.proto.component_name == "beforehand_strip"
    )
    assert "B: *soft* :smile:" in unpacked(one.proto.bytes)[0]["captions"]


def test_a_search(sample_page: AppTest) -> None:
    page = sample_page
    page.session_state["beforehand"].way = "patient"
    harmless = marks(page.run())
    for text in HOSTILE:
        page.text_input(key="find_concern").set_value(text).run()
        same(page, harmless)


def test_a_model_of_the_hub(sample_page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEFOREHAND_HUB_ENGINES", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    page = pick(sample_page, "ipl_redness")
    page.radio(key="engine").set_value("A model of others").run()

    def named(text: str) -> AppTest:
        next(one for one in page.text_input if "hub" in one.label.lower()).set_value(text).run()
        return page

    # No name has a line break, which the page says in a box of its own.
    harmless = {broken: marks(named("/no\nwhere" if broken else "/nowhere")) for broken in (0, 1)}
    for text in (*HOSTILE, "/etc", "../x"):
        same(named(text), harmless["\n" in text])


# --- who runs the page, and where ---


@pytest.mark.parametrize("host", ["# h", "*b*", ":red[z]", "$a$", "www.a.bc", "a.bc", NAME])
def test_the_name_of_the_host(
    welcome_page: AppTest, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    def at(name: str) -> Counter[str]:
        monkeypatch.setattr(ContextProxy, "url", property(lambda _: f"http://{name}:8501/a?b=c"))
        welcome_page.session_state["beforehand"].way = "patient"
        return marks(welcome_page.run())

    assert at(host) - at(HARMLESS) == Counter()


@pytest.mark.parametrize("text", [NAME, TEXT.replace("\n", " "), "a\rb", "\u202ea\u2066b"])
@pytest.mark.parametrize("key", ["name", "contact", "country", "currency", "hidden", "prices", ""])
def test_the_file_of_a_clinic(
    welcome_page: AppTest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    text: str,
) -> None:
    from ui.state.clinic_policy import SETTING, _kept, _read_once

    def of(value: str) -> Counter[str]:
        table: dict[str, Any] = {
            "hidden": [value],
            "prices": {value: 3},
        }
        said = json.dumps(table.get(key, value)).replace(": 3", " = 3").replace("\\u007f", "")
        path = tmp_path / "clinic.toml"
        path.write_text(f"{key or json.dumps(value)} = {said}\n", "utf-8")
        for cached in (_kept, _read_once):
            cached.cache_clear()
        monkeypatch.setenv(SETTING, str(path))
        monkeypatch.setattr(ContextProxy, "url", property(lambda _: "http://a.bc:8501/"))
        state = welcome_page.session_state["beforehand"]
        state.way = "patient"
        return marks(welcome_page.run())

    harmless = of(HARMLESS)
    assert of(text) - harmless == Counter()


def test_what_stands_behind_the_address(welcome_page: AppTest) -> None:
    harmless = marks(welcome_page.run())
    for text in HOSTILE:
        welcome_page.query_params[text] = text
        same(welcome_page.run(), harmless)
