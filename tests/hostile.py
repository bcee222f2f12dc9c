"""A stranger's text that tries everything, and how to tell whether any of it was obeyed.

What a browser makes of Markdown is asked of markdown-it, with what Streamlit adds to it: tables,
strikethrough, addresses without brackets, formulas, directives, icons and emoji.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

from markdown_it import MarkdownIt

LINK, HEADING, TAG = "[x](http://a.bc)", "# h", "<b>y</b>"
# All at once, and no longer than a name in a certificate may be.
NAME = f"{HEADING} {LINK} {TAG} :red[z] $a$ **b** `c` \u202ed\x1b[1m"
assert len(NAME) <= 64
# The same with all the rest, for fields that take more.
TEXT = (
    f"{HEADING} {LINK} ![i](http://a.bc/i.png) {TAG} <img src=x onerror=alert(1)> :red[z] "
    ":red-background[z] :small[z] :badge[z] :help[z] :material/warning: :smile: :streamlit: $a$ "
    "**b** _b_ ~~b~~ `c` | t | u | http://evil.bc www.evil.bc m@evil.bc &copy; &#42; \\* [r][1] "
    "[^1] ::d[x]{.y} -> <!-- c --> \u202ed\u2066e\u2028# f\u2029\u200bg\x1b]8;;http://a.bc\x07h\r\x00"
)
LINES = "a\n\n# h\n\n- [x](http://a.bc)\n\n| t |\n|---|\n| u |\n\n```\nc\n```\n"
# Each of these alone may pass where all together would not.
ALONE = (
    "# h",
    "- l",
    "+ l",
    "* l",
    "1. l",
    "1) l",
    "> q",
    "===",
    "---",
    "***",
    "~~~",
    "```",
    "| a | b |",
    "    code",
    LINK,
    "[x][y]",
    "![i](http://a.bc/i.png)",
    "<http://a.bc>",
    "http://a.bc",
    "HTTPS://a.bc/d?e",
    "www.a.bc",
    "WWW.a.bc",
    "m@a.bc",
    "mailto:m@a.bc",
    TAG,
    "<script>alert(1)</script>",
    "&copy;",
    "&#x2a;b&#x2a;",
    "$a$",
    "$$a$$",
    ":red[z]",
    ":material/warning:",
    ":smile:",
    ":streamlit:",
    ":+1:",
    "::d[z]",
    ":::d",
    "**b**",
    "__b__",
    "_b_",
    "~~b~~",
    "`c`",
    "\\*b\\*",
    "\\",
    "\\\\*b*",
    "[^1]",
    "- [ ] t",
    "a\n# h",
    "a\r\n===",
    "a\u2028# h",
    "a  ",
    "\u202ea",
    "\u2066a",
    "\u200ba",
    "\x1b[31ma",
    "\x1b]8;;http://a.bc\x07a",
    "\x9b31ma",
    "a\rb",
    "a\bb",
    "\ufeffa",
    "\U000e0041a",
    "\ud800",
    "e" + 40 * "\u0301",
    *(NAME, TEXT, LINES),
)
_INERT = {"inline", "paragraph_open", "paragraph_close", "text"}
# Streamlit looks for these in what is text once Markdown is read: see its StreamlitMarkdown.
_LATER = re.compile(
    r":material[/_]\w+:|:streamlit:|:[\w+-]+:|:[a-z-]+\[|https?://[-.\w]+|www\.[-.\w]+"
    r"|[-.\w+]+@[-\w]+\.[-\w]+|(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?:\s|$)",
    re.ASCII | re.IGNORECASE,
)


def obeyed(markdown: str) -> list[str]:
    """Return all that a browser would not show as letters: none of a text that is inert."""
    reader = MarkdownIt("gfm-like", {"linkify": False})
    found = []
    for token in reader.parse(markdown):
        for one in (token, *(token.children or ())):
            if one.type not in _INERT and one.type != "text_special":
                found.append(one.type)
            elif one.type == "text":
                found += _LATER.findall(one.content)
    # A formula ends where a dollar is that no backslash stands before; so does a directive.
    bare = re.sub(r"\\.", "", markdown)
    found += re.findall(r"\$|::?:?\w+[\[{]", bare)
    return [*found, *unseen(markdown, lines=True)]


def shown(markdown: str) -> str:
    """Return the letters that are left to see of Markdown without marks."""
    drawn = re.sub(r"<[^>]*>", "", MarkdownIt("gfm-like", {"linkify": False}).render(markdown))
    return html.unescape(drawn).replace("\u2060", "").strip()


def unseen(text: str, *, lines: bool = False) -> list[str]:
    """Return the characters that steer a terminal or the order of letters; a joiner does neither.

    Args:
        text: one line.
        lines: whether it may be several.
    """
    allowed = {"\u2060", *("\n" if lines else "")}
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return [repr(c) for c in text if unicodedata.category(c) in kinds and c not in allowed]


def strings(value: object) -> Iterator[str]:
    """Yield all texts in what JSON may hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (*strings(key), *strings(one))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)
