"""The language of the page: English sentences in, the visitor's language out.

`say` is all that the rest of the page needs. What was written in English is the key of its own
translation, in `languages/<language>/*.po`; a sentence without one is said in English, and a test
sees to it that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from numbers import Real
from pathlib import Path
from typing import Any

import streamlit as st
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol
from streamlit.runtime.scriptrunner import get_script_run_ctx

from face_mesh.said import AND, OR, Filler, Listed, Said
from face_mesh.said import N_ as N_  # so that the page has all of it from here

FOLDER = Path(__file__).with_name("languages")
LANGUAGES = {"en": "English", "es": "Español", "de": "Deutsch"}
KEY = "language"  # of the widget, and of the session's state
Say = Callable[..., str]


def current() -> str:
    """Return the visitor's language: as chosen, else as the browser asks, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"  # nobody is visiting
    chosen = st.session_state.get(KEY)
    if chosen in LANGUAGES:
        return str(chosen)
    asked = (st.context.locale or "en").split("-")[0]
    return asked if asked in LANGUAGES else "en"


def say(text: str, /, **values: object) -> str:
    """Return a sentence in the visitor's language.

    Args:
        text: in English: a template as for `str.format`, or a `Said`, which brings its own values.
        values: what is filled in, themselves said if they are `Said`; numbers as numbers.
    """
    return said_in(current(), text, **values)


def sayer(language: str) -> Say:
    """Return `say` for a language that does not change, for work outside the visitor's run."""
    return partial(said_in, language)


def words(texts: Iterable[str]) -> dict[str, str]:
    """Return what each text is in the visitor's language, to be sent to a component."""
    return {text: say(text) for text in texts}


def said_error(error: BaseException) -> str:
    """Return what an error of ours says, in the visitor's language."""
    return say(unsaid(error))


def unsaid(error: BaseException) -> str:
    """Return what an error of ours says, to be kept and said in whatever language is on then."""
    told = error.args[0] if error.args else ""
    return told if isinstance(told, str) else str(error)


def number(value: float, spec: str = "g") -> str:
    """Return a number in the visitor's language; `spec` is as for `format`."""
    return _filler(current()).format_field(value, spec)


def said_in(language: str, text: str, /, **values: object) -> str:
    """Return a sentence in a language; see `say`."""
    if isinstance(text, Listed):
        return _listed(language, text)
    template = text.template if isinstance(text, Said) else str(text)
    values = {**(text.values if isinstance(text, Said) else {}), **values}
    template = _messages(language).get(template, template) if template else template
    if not values:
        return template
    filled = {
        name: said_in(language, one) if isinstance(one, Said | Listed) else one
        for name, one in values.items()
    }
    return _filler(language).vformat(template, (), filled)


def _listed(language: str, text: Listed) -> str:
    parts = [said_in(language, one) for one in text.parts]
    if language == "en" or text.style not in (AND, OR):
        return str(Listed(parts, text.style))
    said = format_list(parts, "standard" if text.style == AND else "or", language)
    if language == "es":  # before the same sound "y" is "e", and "o" is "u"
        said = re.sub(r" y (?=h?i(?!e))", " e ", said, flags=re.IGNORECASE)
        said = re.sub(r" o (?=h?o)", " u ", said, flags=re.IGNORECASE)
    return said


class _Local(Filler):
    """Writes numbers with the language's signs, and nouns as it does within a sentence."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.signs = str.maketrans(
            {".": get_decimal_symbol(language), ",": get_group_symbol(language)}
        )

    def format_field(self, value: Any, format_spec: str) -> str:
        shown = str(super().format_field(value, format_spec))
        return shown.translate(self.signs) if isinstance(value, Real) else shown

    def lower(self, text: str) -> str:
        return text if self.language == "de" else super().lower(text)


@cache
def _filler(language: str) -> _Local:
    return _Local(language)


@cache
def _messages(language: str) -> dict[str, str]:
    """Return all translations into a language, by the English text; English has none."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        found |= {str(one.id): str(one.string) for one in catalogue if one.id and one.string}
    return found
