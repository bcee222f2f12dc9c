"""The language of the page: English sentences in, the visitor's language out.

`translate` is all that the rest of the page needs. What was written in English is the key of its
own translation, in `translations/<language>/*.po`; a sentence without one is said in English, and a
test sees to it that there is none.

Streamlit reads most of what it is given as Markdown. So `translate` returns `Words`: the Markdown
of our own sentence, with all that was filled in made inert, unless it is `Words` itself. A text
that is no sentence of ours is made inert as a whole. Whatever shows text as it is gets it from
`plain`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, partial
from numbers import Real
from pathlib import Path
from typing import Any

import streamlit as st
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol
from streamlit.runtime.scriptrunner import get_script_run_ctx

from face_mesh.inert_text import MARKDOWN, PLAIN, inert
from face_mesh.messages import AND, OR, Message, MessageFormatter, MessageList
from face_mesh.messages import N_ as N_  # so that the page has all of it from here
from simulate.wording.language import Translate as Translate

FOLDER = Path(__file__).with_name("translations")
LANGUAGES = {"en": "English", "es": "Español", "de": "Deutsch"}
KEY = "language"  # of the widget, and of the session's state


class Words(str):
    """Markdown of ours: in it, nothing from outside is a mark any more."""


def current() -> str:
    """Return the visitor's language: as chosen, else as the browser asks, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"  # nobody is visiting
    chosen = st.session_state.get(KEY)
    if chosen in LANGUAGES:
        return str(chosen)
    asked = (st.context.locale or "en").split("-")[0]
    return asked if asked in LANGUAGES else "en"


def translate(text: str, /, **values: object) -> Words:
    """Return a sentence in the visitor's language, as Markdown.

    Args:
        text: in English: a template as for `str.format`, or a `Message`, which brings its own
            values.
        values: what is filled in, themselves said if they are `Message`; numbers as numbers. Any
            other text may be from outside, and is shown as it is, mark by mark.
    """
    return Words(_said(current(), text, values, MARKDOWN))


def plain(text: str, /, **values: object) -> str:
    """Return a sentence in the visitor's language for what takes no Markdown."""
    return said_in(current(), text, **values)


def translator(language: str) -> Translate:
    """Return `translate` for one language, for work outside the visitor's run."""
    return partial(said_in, language)


def words(texts: Iterable[str]) -> dict[str, str]:
    """Return what each text is in the visitor's language, to be sent to a component."""
    return {text: plain(text) for text in texts}


def translate_error(error: BaseException) -> Words:
    """Return what an error of ours says, in the visitor's language."""
    return translate(message_of(error))


def message_of(error: BaseException) -> str:
    """Return what an error of ours says, to be kept and said in whatever language is on then."""
    told = error.args[0] if error.args else ""
    return told if isinstance(told, str) else str(error)


def number(value: float, spec: str = "g") -> str:
    """Return a number in the visitor's language; `spec` is as for `format`."""
    return _filler(current()).format_field(value, spec)


def said_in(language: str, text: str, /, **values: object) -> str:
    """Return a sentence in a language, for what takes no Markdown; see `translate`."""
    return _said(language, text, values, PLAIN)


def _said(language: str, text: str, values: Mapping[str, object], target: str) -> str:
    if isinstance(text, Words):
        return text
    if isinstance(text, MessageList):
        return _listed(language, text, target)
    template = text.template if isinstance(text, Message) else str(text)
    values = {**(text.values if isinstance(text, Message) else {}), **values}
    found = _messages(language).get(template, template) if template else template
    if not values:
        return found if target == PLAIN or _is_ours(template) else inert(template, target, None)
    filled = {
        name: Words(_said(language, one, {}, target))
        if isinstance(one, Message | MessageList)
        else one
        for name, one in values.items()
    }
    return _filler(language, target).vformat(found, (), filled)


def _is_ours(template: str) -> bool:
    """Return whether a text is a sentence of ours: each has a translation."""
    return template in _messages("de")


def _listed(language: str, text: MessageList, target: str) -> str:
    parts = [_said(language, part, {}, target) for part in text.parts]
    if language == "en" or text.style not in (AND, OR):
        return str(MessageList(parts, text.style))
    said = format_list(parts, "standard" if text.style == AND else "or", language)
    if language == "es":  # before the same sound "y" is "e", and "o" is "u"
        said = re.sub(r" y (?=h?i(?!e))", " e ", said, flags=re.IGNORECASE)
        said = re.sub(r" o (?=h?o)", " u ", said, flags=re.IGNORECASE)
    return said


class _Local(MessageFormatter):
    """Writes numbers with the language's signs, and nouns as it does within a sentence.

    What is filled in and is neither a number nor said already is made inert, last of all: no
    conversion may touch the marks that make it so.
    """

    def __init__(self, language: str, target: str) -> None:
        self.language, self.target = language, target
        self.signs = str.maketrans(
            {".": get_decimal_symbol(language), ",": get_group_symbol(language)}
        )

    def convert_field(self, value: Any, conversion: Any) -> Any:
        converted = super().convert_field(value, conversion)
        return Words(converted) if isinstance(value, Words) else converted

    def format_field(self, value: Any, format_spec: str) -> str:
        shown = str(super().format_field(value, format_spec))
        if isinstance(value, Real):
            return shown.translate(self.signs)
        return shown if isinstance(value, Words) else inert(shown, self.target)

    def lower(self, text: str) -> str:
        return text if self.language == "de" else super().lower(text)


@cache
def _filler(language: str, target: str = PLAIN) -> _Local:
    return _Local(language, target)


@cache
def _messages(language: str) -> dict[str, str]:
    """Return all translations into a language, by the English text; English has none."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        found |= {str(one.id): str(one.string) for one in catalogue if one.id and one.string}
    return found
