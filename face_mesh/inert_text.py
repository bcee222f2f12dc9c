"""Text from outside, made inert: wherever it is shown it is read as it was written, never obeyed.

A certificate, a plan, a search, an address or a file name is somebody else's text. It may hold
Markdown, HTML, the mini-XML of reports, commands to a terminal or letters that turn the order of
others around. `inert` is the one way from such a text into anything that is shown.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from itertools import groupby

PLAIN, MARKDOWN, XML = "plain", "markdown", "xml"  # what reads it: nobody, Streamlit, HTML or PDF
MOST = 400  # letters of a text within a sentence: as long as the longest sentence of ours
MARKS = 3  # accents on one letter; more of them would cover the lines above and below
CUT = "…"
REPLACED = "\ufffd"
JOINER = "\u2060"  # of no width and no effect: it keeps apart what would be read as one mark

# Everything that Markdown, its tables, formulas, directives and references begin or end with.
_MARK = re.compile(r"[\\`*_{}\[\]<>#$~|&!^]")
# At the beginning of a line also what begins a list, or makes a heading of the line above.
_FIRST = re.compile(r"^([-+=](?=[\s=-]|$)|\d+(?=[.)](\s|$)))")
# Streamlit looks for these after Markdown is read, so that a backslash would not stop them: icons,
# emoji, addresses, and signs that it draws as others.
_COLON = re.compile(r":(?! )")
_AT = re.compile(r"@")
_WWW = re.compile(r"(?i)(?<![a-z0-9])www(?=\.)")
_ARROW = re.compile(r"(?<!\S)([<>~-])(?=[->=])")


def inert(text: object, target: str = PLAIN, most: int | None = MOST) -> str:
    """Return a text from outside as one line that whatever reads it takes for text alone.

    Line breaks become spaces. Characters that are not seen or that move others go: controls,
    escapes, marks of direction, those of no width.

    Args:
        text: anything; it is taken as `str`.
        target: `PLAIN` for pictures, terminals and what takes no markup; `MARKDOWN` for the page;
            `XML` for HTML and the paragraphs of a report.
        most: letters, beyond which it is cut with an ellipsis; None cuts nothing.
    """
    shown = _line(str(text), most)
    if target == MARKDOWN:
        return _unmarked(shown)
    return escape(shown) if target == XML else shown


def _line(text: str, most: int | None) -> str:
    text = text[: 4 * most] if most else text  # nobody waits for what is cut anyway
    if not (text.isascii() and text.isprintable()):
        text = _few_marks("".join(map(_visible, text)))
    text = re.sub(" {2,}", " ", text).strip()
    return text if most is None or len(text) <= most else text[: most - 1].rstrip() + CUT


def _visible(one: str) -> str:
    """Return a character, what stands for it, or nothing."""
    kind = unicodedata.category(one)
    if kind in ("Zl", "Zp") or one in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85":
        return " "
    if kind in ("Cs", "Co", "Cn"):  # half a character, or one that no font has
        return REPLACED
    return "" if kind in ("Cc", "Cf") else one


def _few_marks(text: str) -> str:
    return "".join(
        "".join(list(run)[:MARKS] if is_mark else run)
        for is_mark, run in groupby(text, lambda one: unicodedata.category(one) in ("Mn", "Me"))
    )


def _unmarked(text: str) -> str:
    """Return a line with a backslash before each mark, and marks that need none broken up."""
    text = _ARROW.sub(rf"\1{JOINER}", text)
    text = _MARK.sub(r"\\\g<0>", text)
    text = _FIRST.sub(_first, text)
    text = _COLON.sub(f":{JOINER}", text)
    text = _AT.sub(f"{JOINER}@{JOINER}", text)
    return _WWW.sub(rf"\g<0>{JOINER}", text)


def _first(found: re.Match[str]) -> str:
    mark = found[0]
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"
