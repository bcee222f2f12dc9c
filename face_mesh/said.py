"""A sentence that remembers what it was made of, so that it can be said in another language.

Below the page everything speaks English: command line, JSON, exceptions. A `Said` is that English
sentence, and a page that speaks another language looks its template up in a catalogue and fills it
in again.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any, Self


class Filler(string.Formatter):
    """`str.format` with one conversion more: `{name!l}` begins with a small letter."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Return the value, its first letter small for "l"; "CO2" and the like stay as they are."""
        if conversion != "l":
            return super().convert_field(value, conversion)
        return value if value[1:2].isupper() or value[1:2].isdigit() else self.lower(value)

    def lower(self, text: str) -> str:
        """Return a noun as it is written within a sentence."""
        return text[:1].lower() + text[1:]


class Said(str):
    """An English sentence with its template and what was filled in.

    Attributes:
        template: as for `str.format`, and the key under which its translation is kept.
        values: by name; numbers as numbers, so that each language writes its own decimal sign.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Return the filled template.

        Raises:
            KeyError: the template names something that is not given.
        """
        self = super().__new__(cls, Filler().vformat(template, (), values))
        self.template, self.values = template, values
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """What a copy, or another process, makes it of again."""
        return (self.template,), dict(self.values)
