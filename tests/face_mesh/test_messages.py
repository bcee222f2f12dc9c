"""Sentences that remember what they were made of."""

import copy
import json
import pickle

import pytest

from face_mesh.messages import (
    AND,
    COMMAS,
    N_,
    OR,
    SENTENCES,
    Message,
    MessageList,
)

TOLD = Message(
    "The shift of {name!l} is {shift_mm:.1f} mm.", name=Message("Lip filler"), shift_mm=1.25
)


def test_it_is_the_english_sentence_and_nothing_else() -> None:
    assert TOLD == "The shift of lip filler is 1.2 mm."
    assert isinstance(TOLD, str)
    assert json.dumps([TOLD]) == '["The shift of lip filler is 1.2 mm."]'
    assert {TOLD: 1}["The shift of lip filler is 1.2 mm."] == 1


def test_it_keeps_template_and_values() -> None:
    assert TOLD.template == "The shift of {name!l} is {shift_mm:.1f} mm."
    assert TOLD.values["shift_mm"] == 1.25
    assert TOLD.values["name"] == "Lip filler"


def test_without_values_braces_are_braces() -> None:
    assert Message("write {kind, points}") == "write {kind, points}"
    assert N_("{kind}") == "{kind}"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Message("{one} of {two}", one=1)


@pytest.mark.parametrize(
    ("template", "value", "said"),
    [
        ("after {name!l}", "Lip filler", "after lip filler"),
        ("after {name!l}", "CO2 laser", "after CO2 laser"),
        ("after {name!l}", "", "after "),
        ("{name!u} may come", "swelling", "Swelling may come"),
        ("{name!u}", "botulinum toxin of type A", "Botulinum toxin of type A"),
        ("{name!p}: and", "The mouth is open.", "The mouth is open: and"),
        ("{name!p}: and", "The mouth is open", "The mouth is open: and"),
        ("{name!r}", "10 days", "'10 days'"),
    ],
)
def test_what_is_filled_in_begins_and_ends_as_its_sentence_wants_it(
    template: str, value: str, said: str
) -> None:
    assert Message(template, name=Message(value)) == said


@pytest.mark.parametrize(
    ("parts", "style", "said"),
    [
        ([], AND, ""),
        (["a"], AND, "a"),
        (["a", "b"], AND, "a and b"),
        (["a", "b", "c"], OR, "a, b or c"),
        (["a", "b", "c"], COMMAS, "a, b, c"),
        (["One.", "Two."], SENTENCES, "One. Two."),
    ],
)
def test_a_list_reads_as_one_writes_it(parts: list[str], style: str, said: str) -> None:
    assert MessageList(parts, style) == said


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_and_other_processes_keep_it_whole(again: object) -> None:
    assert callable(again)
    listed = MessageList([TOLD, Message("Settled")], COMMAS)
    for one in (TOLD, listed):
        made = again(one)
        assert made == one
        assert type(made) is type(one)
        assert vars(made) == vars(one)
    assert again(listed).parts[0].template == TOLD.template
