"""Text from outside is read as it was written by whatever shows it, and obeyed by nothing."""

import re
import string
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh.inert_text import (
    CUT,
    JOINER,
    MARKDOWN,
    MOST,
    PLAIN,
    XML,
    inert,
)
from face_mesh.messages import Message, MessageList
from tests.hostile import ALONE, LINES, NAME, TEXT, obeyed, shown, unseen

TARGETS = (PLAIN, MARKDOWN, XML)
MARKS = st.text(
    st.sampled_from("#*_[]()<>!`~$:|\\&-+=.1@w/ \nab\u202e\u200b\x1b\u2028") | st.characters(),
    max_size=60,
)


@pytest.mark.parametrize("text", ALONE)
def test_the_checks_see_what_is_not_inert(text: str) -> None:
    assert obeyed(text) or obeyed(f"words\n{text}") or shown(text) != text.strip()


@pytest.mark.parametrize("text", ALONE)
def test_nothing_of_it_is_markdown(text: str) -> None:
    for around in ("{}", "Words {}.", "**{}**", "a\n{}\nb", "- {}", "{}{}"):
        made, harmless = (around.replace("{}", one) for one in (inert(text, MARKDOWN), "q"))
        assert obeyed(made) == obeyed(harmless), around


@pytest.mark.parametrize("text", ALONE)
def test_it_is_seen_as_it_was_written(text: str) -> None:
    plain = inert(text)
    assert shown(f"a {inert(text, MARKDOWN)}") == f"a {plain}".strip()
    assert unescape(inert(text, XML)) == plain
    written = [one for one in text if one in string.printable and not one.isspace()]
    assert [one for one in plain if one in written] == [one for one in written if ord(one) >= 32]


@given(MARKS)
def test_so_is_any_text(text: str) -> None:
    made = inert(text, MARKDOWN)
    assert obeyed(made) == []
    assert obeyed(f"words\n{made}") == obeyed("words\nq" if made else "words\n")
    assert shown(f"a {made}") == f"a {inert(text)}".strip()
    for target in TARGETS:
        one = inert(text, target)
        assert not unseen(one)
        assert "\n" not in one
        one.encode()
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;|quot;|#x27;)", inert(text, XML))
    assert inert(inert(text)) == inert(text)


@pytest.mark.parametrize("text", ["Lip filler (1.5 mL)", "−2 °", "José Núñez", "12 × 3", "", "a-b"])
def test_an_ordinary_text_stays(text: str) -> None:
    assert [inert(text, target) for target in TARGETS] == 3 * [text]


@pytest.mark.parametrize(("most", "text"), [(MOST, 10_000 * "a"), (80, 10_000 * "a b "), (5, NAME)])
def test_a_long_one_is_cut(most: int, text: str) -> None:
    cut = inert(text, most=most)
    assert len(cut) <= most
    assert cut.endswith(CUT)
    assert inert(text, most=None) == inert(text, most=len(text))


def test_letters_keep_their_accents_up_to_a_few() -> None:
    assert inert("Việt e\u0302\u0323 नमस्ते") == "Việt e\u0302\u0323 नमस्ते"
    assert inert("e" + 40 * "\u0301" + "f") == "e\u0301\u0301\u0301f"


def test_a_sentence_holds_none_of_it() -> None:
    """As an error that is printed, and as what the page says again in another language."""
    told = Message(
        "There is no procedure {name!r}: {other}.", name=NAME, other=Message("{x}", x=TEXT)
    )
    assert not unseen(told)
    assert not unseen(str(told.values["name"]))
    assert "\n" not in Message("{x}", x=LINES)
    assert not unseen(MessageList([told, Message("{x}", x=LINES)]))
    assert JOINER not in Message("{x}", x=NAME)
