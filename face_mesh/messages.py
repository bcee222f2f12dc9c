"""A sentence that remembers what it was made of, so that it can be said in another language.

Below the page everything speaks English: command line, JSON, exceptions. A `Message` is that
English sentence, and a page that speaks another language looks its template up in a catalogue and
fills it in again. A `MessageList` does the same for words beside each other.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any, Self

from face_mesh.inert_text import inert

SENTENCES, COMMAS, SEMICOLONS, AND, OR = " ", ", ", "; ", "and", "or"  # how words are listed


def N_(text: str) -> str:
    """Return the text as it is: marks what is said later, so that it is collected."""
    return text


class MessageFormatter(string.Formatter):
    """`str.format` with three conversions more, for what is filled into a sentence.

    `{name!l}` begins with a small letter, `{name!u}` with a capital one, and `{name!p}` leaves a
    full stop away.
    """

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Return the value as its conversion wants it; "CO2" and the like never begin small."""
        if conversion == "u":
            return f"{value[:1].upper()}{value[1:]}"
        if conversion == "p":
            return value.removesuffix(".")
        if conversion != "l":
            return super().convert_field(value, conversion)
        return value if value[1:2].isupper() or value[1:2].isdigit() else self.lower(value)

    def lower(self, text: str) -> str:
        """Return a noun as it is written within a sentence."""
        return text[:1].lower() + text[1:]


class Message(str):
    """An English sentence with its template and what was filled in.

    Attributes:
        template: as for `str.format`, and the key under which its translation is kept. Without
            values it is the sentence itself, braces and all.
        values: by name; numbers as numbers, so that each language writes its own decimal sign;
            words that have a translation as `Message` or `MessageList`; all others may be from
            outside and are made inert.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Return the filled template.

        Raises:
            KeyError: the template names something that is not given.
        """
        safe = {name: _kept(one) for name, one in values.items()}
        filled = MessageFormatter().vformat(template, (), safe) if safe else template
        self = super().__new__(cls, filled)
        self.template, self.values = template, safe
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """What a copy, or another process, makes it of again."""
        return (self.template,), dict(self.values)


def _kept(value: object) -> object:
    """Return a value that is no sentence of ours and no number as what anybody may read."""
    return value if isinstance(value, Message | MessageList | Real) else inert(value)


class MessageList(str):
    """Words or sentences beside each other, each of which can be said in another language.

    Attributes:
        parts: in order; `Message` where they have a translation with values of their own.
        style: what is put between them: "and" or "or" before the last, or a plain separator.
    """

    parts: tuple[str, ...]
    style: str

    def __new__(cls, parts: Iterable[str], style: str = SENTENCES) -> Self:
        """Return the parts in English."""
        made = tuple(parts)
        *first, last = made or ("",)
        if style not in (AND, OR):
            text = style.join(made)
        else:
            text = f"{', '.join(first)} {style} {last}" if first else last
        self = super().__new__(cls, text)
        self.parts, self.style = made, style
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[tuple[str, ...], str], dict[str, object]]:
        """What a copy, or another process, makes it of again."""
        return (self.parts, self.style), {}
