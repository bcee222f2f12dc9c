"""Numbers from outside: of plain digits in a text, or as a parser read them from a file."""

from __future__ import annotations

import math
import re

_MOST = 64  # characters; the longest that Python writes of a float has 24
_NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?|nan|inf|infinity)",
    re.ASCII | re.IGNORECASE,
)
_WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)


def number_of(text: str) -> float:
    """Return the number that a text of ASCII digits says, as "1.5", "-2" or "1e-05".

    Blanks around it are left away; a line break, digits of other scripts and the underscores of
    programs are not taken. "nan" and "inf" are: which numbers are allowed is for the caller to say,
    who can name them.

    Raises:
        ValueError: the text says no number.
    """
    bare = text.strip(" \t")
    if len(bare) > _MOST or not _NUMBER.fullmatch(bare):
        raise ValueError("not a number of plain digits")
    return float(bare)


def whole_of(text: str, low: int, high: int) -> int:
    """Return the whole number from `low` to `high` that a text of ASCII digits says.

    Raises:
        ValueError: it says none, or one outside.
    """
    bare = text.strip(" \t")
    if len(bare) > _MOST or not _WHOLE.fullmatch(bare) or not low <= int(bare) <= high:
        raise ValueError(f"not a whole number from {low} to {high}")
    return int(bare)


def real(value: object) -> float:
    """Return the number that a parser read; infinity for one that no float can hold.

    Raises:
        ValueError: it is no number; true and false are none either.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value > 0 or -1)
