"""Tables of TOML and JSON, looked through for what would blow a parser up before it sees them.

`tomllib` keeps every beginning of a name with dots: 32,000 parts, which pack into 136 characters of
a report's code, took 3.9 GB. Brackets inside each other end in a RecursionError, and a number of
thousands of digits in errors of other kinds. One pass over the words of the text, in time that
grows with its length alone, finds all of that.

Text in quotes and comments are stepped over as the parsers do it. Where the two could differ, the
text is no TOML or JSON, and the parser stops there itself.
"""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from face_mesh.messages import N_, Message

MOST_LETTERS = 24_000  # of one text: 2000 characters of notes, each as an escape of ten letters
MOST_WORD = 80  # characters of a number or a name; a number has 24, our longest name 20

_TOML = re.compile(
    r'(?P<text>"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}+|' + r"'''(?:[^']++|'(?!''))*+'{3,5}+|"
    r'"(?:[^"\\\n]++|\\[^\n])*+"|' + r"'[^'\n]*+')|(?P<note>\#[^\n]*+)|(?P<open>[\[{])|"
    r"(?P<close>[\]}])|(?P<is>=)|(?P<comma>,)|(?P<line>\n\s*+)|(?P<dot>\.)|(?P<blank>[ \t\r]++)|"
    r"""(?P<word>[^\s"'\#\[\]{},=.]++)""",
    re.DOTALL,
)
_JSON = re.compile(
    r'(?P<text>"(?:[^"\\]++|\\.)*+")|(?P<open>[\[{])|(?P<close>[\]}])|(?P<is>:)|(?P<comma>,)|'
    r'(?P<blank>[ \t\r\n]++)|(?P<word>[^\s"\[\]{},:]++)',
    re.DOTALL,
)

TOO_LONG = N_("{file}: longer than {most} bytes, which none needs; choose another.")
TOO_DEEP = N_("{file}, line {line}: more than {most} brackets inside each other.")
TOO_DOTTED = N_("{file}, line {line}: a name of more than {most} parts with dots between.")
TOO_MANY = N_("{file}: more than {most} entries, which none needs; choose another.")
TOO_WORDY = N_("{file}, line {line}: a number or name of more than {most} characters.")
TOO_WIDE = N_("{file}, line {line}: a text of more than {most} characters.")
NOT_UTF8 = N_(
    "{file}: its text is stored as UTF-16 and not as UTF-8; save it again with the encoding UTF-8."
)
TWICE = N_("{file}: {key!r} stands there twice; leave one out.")


class TooMuch(ValueError):
    """The text goes beyond a limit, or is stored in a way that no table of ours is.

    Attributes:
        said: which, as one sentence that names the file by its kind.
    """

    def __init__(self, template: str, **values: object) -> None:
        """Fill the sentence in."""
        self.said = Message(template, **values)
        super().__init__(self.said)


@dataclass(frozen=True)
class Limits:
    """What a table from outside may have.

    Attributes:
        file: what sentences call it, as `Message("Plan file")`.
        bytes: of the whole text.
        items: commas, brackets and names in all.
        names: names that are given something, each part of one with dots counted.
        depth: brackets inside each other.
        parts: of a name with dots.
    """

    file: Message
    bytes: int
    items: int
    names: int
    depth: int = 12
    parts: int = 4


def toml_table(data: bytes, limits: Limits) -> dict[str, Any]:
    """Return the table of a TOML text, before which a byte-order mark may stand.

    Raises:
        TooMuch: it goes beyond the limits, or is stored as UTF-16.
        ValueError: it is no TOML.
    """
    text = _text(data, limits).replace("\r\n", "\n")
    _look_through(text, _TOML, limits)
    return _parsed(tomllib.loads, text)


def json_table(data: bytes, limits: Limits) -> dict[str, Any]:
    """Return the table of a JSON text, which says nothing twice and has numbers of digits alone.

    A byte-order mark may stand before it.

    Raises:
        TooMuch: it goes beyond the limits, or is stored as UTF-16.
        ValueError: it is no JSON, or no table.
    """
    text = _text(data, limits)
    _look_through(text, _JSON, limits)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise TooMuch(TWICE, file=limits.file, key=key[:20])
            found[key] = value
        return found

    def loads(text: str) -> Any:
        return json.loads(text, object_pairs_hook=once, parse_constant=_no_number)

    return _parsed(loads, text)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _text(data: bytes, limits: Limits) -> str:
    if len(data) > limits.bytes:
        raise TooMuch(TOO_LONG, file=limits.file, most=limits.bytes)
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or 0 in data[:2]:
        raise TooMuch(NOT_UTF8, file=limits.file)
    return data.decode("utf-8-sig")


def _parsed(loads: Callable[[str], Any], text: str) -> dict[str, Any]:
    try:
        table = loads(text)
    except (RecursionError, OverflowError) as error:  # beyond what was looked for
        raise ValueError("the parser gave up") from error
    if not isinstance(table, dict):
        raise ValueError("no table")
    return table


def _look_through(text: str, words: re.Pattern[str], limits: Limits) -> None:
    """Refuse what goes beyond the limits.

    Raises:
        TooMuch: the first that does.
        ValueError: a word that the format does not have, as a quotation mark without its other.
    """
    at = depth = dots = items = names = 0
    begins = True  # whether a statement of TOML begins here
    for found in words.finditer(text):
        kind, start = found.lastgroup, found.start()
        if start != at:
            break
        at = found.end()
        if kind in _STILL:
            continue
        if kind in _MOST:
            template, most = _MOST[kind]
            if at - start > most:
                raise _beyond(template, most, limits, text, start)
        elif kind == "dot":
            dots += 1
            names += dots > 1  # the first may be of a number
            if dots >= limits.parts:
                raise _beyond(TOO_DOTTED, limits.parts, limits, text, start)
        else:
            dots = 0
            items += kind != "line"
            depth += (kind == "open") - (kind == "close")
            names += kind == "is" or (kind == "open" and begins)  # or the head of a table
            if depth > limits.depth:
                raise _beyond(TOO_DEEP, limits.depth, limits, text, start)
            if items > limits.items or names > limits.names or depth < 0:
                break
        begins = kind == "line" and depth == 0
    if items > limits.items or names > limits.names:
        most = limits.items if items > limits.items else limits.names
        raise TooMuch(TOO_MANY, file=limits.file, most=most)
    if at != len(text) or depth < 0:
        raise ValueError("a word that this format does not have, or a bracket that nothing opened")


def _beyond(template: str, most: int, limits: Limits, text: str, start: int) -> TooMuch:
    line = text.count("\n", 0, start) + 1
    return TooMuch(template, file=limits.file, most=most, line=line)


_STILL = {"blank", "note"}
_MOST = {"text": (TOO_WIDE, MOST_LETTERS), "word": (TOO_WORDY, MOST_WORD)}
