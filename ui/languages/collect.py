"""Brings the message catalogues up to date with what the program says.

`python -m ui.languages.collect` keeps every translation there is, adds what is new with an empty
one, and drops what is no longer said.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
LANGUAGES = ("es", "de")
KEYWORDS = {"say": None, "Said": None, "N_": None}
# Of the entries, plans and rules: what is written for people.
FOR_PATIENTS = {"name", "summary", "cautions", "what", "frequency", "who", "reason", "undrawn"}
FOR_PATIENTS |= {"dark_skin", "title"}
FOR_CONSULTANTS = {"derivation", "note", "claim"}
PARTS = {
    "catalogue": ("simulate/procedures/*.toml", FOR_PATIENTS),
    "rules": ("simulate/interactions.toml simulate/plans/*.toml", FOR_PATIENTS),
    "sources": (
        "simulate/procedures/*.toml simulate/interactions.toml simulate/plans/*.toml",
        FOR_CONSULTANTS,
    ),
    "page": ("ui/*.toml", FOR_PATIENTS | {"can", "cannot", "words", "asks", "advice"}),
}
SOURCES = {"engine": ("face_mesh", "simulate"), "page": ("ui",)}


def collected(part: str) -> list[str]:
    """Return all that a part says in English, in order, each once."""
    patterns, keys = PARTS.get(part, ("", set()))
    found: dict[str, None] = {}
    for pattern in patterns.split():
        for path in sorted(ROOT.glob(pattern)):
            with path.open("rb") as file:
                found |= dict.fromkeys(_texts(tomllib.load(file), keys))
    for folder in SOURCES.get(part, ()):
        for _, _, message, _, _ in extract_from_dir(
            ROOT / folder, [("**.py", "python")], keywords=KEYWORDS, comment_tags=()
        ):
            if isinstance(message, str) and message.strip():
                found[message] = None
    return list(found)


def _texts(value: Any, keys: set[str], key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, keys, name)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, keys, key)
    elif isinstance(value, str) and key in keys and value.strip():
        yield value


def parts() -> list[str]:
    """Return the names of the catalogues, one file a language each."""
    return list(dict.fromkeys([*PARTS, *SOURCES]))


def translations(language: str, part: str) -> dict[str, str]:
    """Return what is translated so far."""
    path = FOLDER / language / f"{part}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


def write(language: str, part: str) -> int:
    """Bring one file up to date and return how many of its messages are not translated."""
    known = translations(language, part)
    catalogue = Catalog(language, project="Beforehand", charset="utf-8")
    for message in collected(part):
        catalogue.add(message, known.get(message, ""))
    path = FOLDER / language / f"{part}.po"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file, catalogue, width=0, omit_header=False, include_lineno=False, no_location=True
        )
    return sum(not known.get(message) for message in collected(part))


if __name__ == "__main__":
    for language in LANGUAGES:
        for part in parts():
            print(language, part, write(language, part), "to translate")
