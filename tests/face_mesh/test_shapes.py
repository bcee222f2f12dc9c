"""Tables into values: strict about kinds, and one sentence about what is wrong."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import Field, Strict, model_validator

from face_mesh.untrusted.shapes import (
    FieldError,
    Number,
    ShapeError,
    Switch,
    Whole,
    one_of,
    read_shape,
)
from simulate.catalogue.procedure import Procedure
from simulate.plan.interactions import Limit, Rule
from simulate.plan.presets import Preset
from tests.hostile import NAME, unseen
from ui.concerns.concerns import Concern
from ui.intake import ages
from ui.intake.bdd_screening import Check

SHAPES = (Procedure, Rule, Limit, Preset, Concern, ages.Rule, Check)


@dataclass(frozen=True)
class Part:
    size: Number = 1.0
    count: Whole = 1
    on: Switch = False
    kind: Annotated[str, one_of(("a", "b"))] = "a"
    share: Annotated[Number, Field(gt=0.0, le=1.0)] = 1.0
    most: Number | None = None

    @model_validator(mode="after")
    def _check(self) -> "Part":
        if self.size == 7.0:
            raise FieldError("size", "is not 7")
        return self


@dataclass(frozen=True)
class Table:
    name: str
    parts: tuple[Part, ...] = ()


def told(table: object) -> str:
    with pytest.raises(ShapeError) as error:
        read_shape(Table, table)
    return str(error.value)


def test_a_table_becomes_a_value_with_numbers_as_floats() -> None:
    found = read_shape(Table, {"name": "x", "parts": [{"size": 2, "on": True}]})
    assert found == Table("x", (Part(2.0, on=True),))
    assert type(found.parts[0].size) is float


NO_NUMBERS: list[Any] = [True, "2", None, [], float("nan"), float("-inf"), b"2"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, value) for key in ("size", "count", "share") for value in NO_NUMBERS),
        ("size", 10**400),
        ("count", 1.0),
    ],
    ids=lambda value: repr(value)[:9],
)
def test_what_is_no_number_is_refused(key: str, value: object) -> None:
    number = "a whole number" if key == "count" else "a number"
    assert told({"name": "x", "parts": [{key: value}]}) == f"parts[0].{key}: must be {number}"


@pytest.mark.parametrize("value", [1, 0, "true", "yes", None, 1.0])
def test_a_switch_is_true_or_false(value: object) -> None:
    assert told({"name": "x", "parts": [{"on": value}]}) == "parts[0].on: must be true or false"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (3, "must be a table"),
        ({}, "name: missing"),
        ({"nmae": "x"}, "nmae: unknown key"),
        ({"name": datetime.date(2026, 1, 1)}, "name: must be text"),
        ({"name": "x", "parts": {"size": 1}}, "parts: must be a list"),
        ({"name": "x", "parts": ["a"]}, "parts[0]: must be a table"),
        ({"name": "x", "parts": [{}, {"kind": "c"}]}, "parts[1].kind: 'c' is not one of a, b"),
        ({"name": "x", "parts": [{"share": 0}]}, "parts[0].share: must be above 0"),
        ({"name": "x", "parts": [{"share": 1.5}]}, "parts[0].share: must be 1 or less"),
        ({"name": "x", "parts": [{"size": 7}]}, "parts[0].size: is not 7"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(table: object, says: str) -> None:
    assert told(table) == says


def test_a_key_from_outside_is_letters_alone() -> None:
    said = told({"name": "x", NAME + "x" * 1000: 1})
    assert len(said) < 90
    assert not unseen(said)


def loose(shape: object, strict: bool = False) -> Iterator[object]:
    """Yield the numbers and switches of a shape that would take a text."""
    if get_origin(shape) is Annotated:
        kind, *marks = get_args(shape)
        yield from loose(kind, strict or any(isinstance(one, Strict) for one in marks))
    elif get_origin(shape) in (UnionType, Union, tuple):
        for part in get_args(shape):
            yield from loose(part, strict)
    elif isinstance(shape, type) and is_dataclass(shape):
        hints = get_type_hints(shape, include_extras=True)
        for field in fields(shape):
            yield from loose(hints[field.name])
    elif shape in (float, int, bool) and not strict:
        yield shape


@dataclass(frozen=True)
class Loose:
    sizes: tuple[float, ...]


# Looked at here, because tests of the page drop its modules, by which names are resolved.
LOOSE_OF = {shape: list(loose(shape)) for shape in (*SHAPES, Loose)}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_number_of_a_file_is_strict(shape: type) -> None:
    assert LOOSE_OF[shape] == []
    assert LOOSE_OF[Loose] == [float]
