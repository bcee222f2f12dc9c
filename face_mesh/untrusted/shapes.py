"""Tables into values: pydantic checks their shape, and one sentence says what is wrong, and where.

A shape is a dataclass. What may stand in a field is said by its annotation, what holds between
fields by pydantic's `model_validator`, which raises `FieldError`; both are looked at when a table
is read, and not when code makes a value. Numbers and switches are strict: "2" and true are no
`Number`. How much a text may hold is looked at before it is a table, in `tables`.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, ConfigDict, Strict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from face_mesh.inert_text import inert

T = TypeVar("T")
Number = Annotated[float, Strict()]
Whole = Annotated[int, Strict()]
Switch = Annotated[bool, Strict()]

_WORDS = {
    "missing": "missing",
    "unexpected_keyword_argument": "unknown key",
    "dataclass_type": "must be a table",
    "dict_type": "must be a table",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "too_short": "must not be empty",
    "value_error": "{error}",
}


class FieldError(ValueError):
    """What a field holds does not go with the other fields of its table."""

    def __init__(self, key: str, what: str) -> None:
        """Name the field, and say what is wrong with it."""
        super().__init__(what)
        self.key = key


class ShapeError(ValueError):
    """A table has another shape; the message names the key: "dose.max: must be a number"."""


def read_shape(shape: type[T], table: object) -> T:
    """Return a dataclass made of a table: every key known, every field given, every value right.

    Raises:
        ShapeError: with the first mistake; an unknown key, which may be the name of one that is
            missing, comes before others.
    """
    try:
        values: list[T] = _reader(shape).validate_python([table])  # type: ignore[arg-type]
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False)
        unknown = [
            mistake for mistake in mistakes if mistake["type"] == "unexpected_keyword_argument"
        ]
        raise ShapeError(_sentence((unknown or mistakes)[0])) from None
    return values[0]


@cache
def _reader(shape: Hashable) -> TypeAdapter[Any]:
    # In a list, which hands this on to all dataclasses within; one by itself takes no settings.
    return TypeAdapter(list[shape], config=ConfigDict(extra="forbid", allow_inf_nan=False))  # type: ignore[valid-type]


def _sentence(mistake: ErrorDetails) -> str:
    values = mistake.get("ctx", {})
    error = values.get("error")
    keys = (*mistake["loc"][1:], *([error.key] if isinstance(error, FieldError) else []))
    where = "".join(
        f"[{key}]" if isinstance(key, int) else f".{inert(key, most=60)}" for key in keys
    )
    what = _WORDS.get(mistake["type"], "has another form").format(**values)
    return f"{where}: {what}".removeprefix(".").removeprefix(": ")


def one_of(allowed: Collection[str]) -> AfterValidator:
    """Return the check that a text is one of some."""

    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"{value[:60]!r} is not one of {', '.join(allowed)}")
        return value

    return AfterValidator(check)
