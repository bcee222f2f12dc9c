"""Text from outside that belongs into one line."""

from __future__ import annotations

import unicodedata

_BREAKS = {"Cc", "Zl", "Zp", "Cs"}  # controls, breaks of lines and paragraphs, halves of characters


def is_line(value: object, most: int) -> bool:
    """Return whether a value is a text of one line, of up to `most` characters.

    Breaks of every kind, control characters and what no file can hold make it none.
    """
    return (
        isinstance(value, str)
        and len(value) <= most
        and not any(unicodedata.category(one) in _BREAKS for one in value)
    )
