"""Brings the message catalogues up to date with what the program says.

`python -m ui.text.translations.collect` keeps every translation there is, adds what is new with an
empty one, and drops what is no longer said. With `--check` it writes nothing, lists what is
missing, and fails if anything is.

Three things are said: literals in the calls below, the fields for people in the TOML files, and
the names in the tables of measures and signs, which are read off the tables themselves.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[3]
FOLDER = Path(__file__).parent
NOT_OF_THE_PAGE = (
    "__main__.py",
    "command.py",
    "output_folder.py",
    "program.py",
    "parent_watch.py",
)
LANGUAGES = {"es": "Spanish", "de": "German"}

# Calls whose first argument is said, as it is or as a template. An error's is, for the page shows
# it; that of `CatalogueError` is for those who write entries and never for a visitor.
CALLS = {"translate", "plain", "Message", "N_", "PlanError", "PhotoError", "EngineError"}

# Of the entries, plans and rules: what is written for people, by the fields of their loaders in
# `simulate.catalogue.procedure`, `simulate.plan.interactions` and `simulate.plan.presets`.
FOR_PATIENTS = {"name", "summary", "cautions", "what", "frequency", "who", "reason", "undrawn"}
FOR_PATIENTS |= {"dark_skin"}
FOR_CONSULTANTS = {"derivation", "note", "claim"}
ON_THE_PAGE = FOR_PATIENTS | {"can", "cannot", "words", "questions", "answers", "advice"}

# The files of a language in the order of their making: what one has, no later one repeats.
TABLES = {
    "catalogue": ("simulate/catalogue/procedures/*.toml", FOR_PATIENTS),
    "rules": ("simulate/plan/interactions.toml simulate/plan/plans/*.toml", FOR_PATIENTS),
    "sources": (
        "simulate/catalogue/procedures/*.toml simulate/plan/interactions.toml "
        "simulate/plan/plans/*.toml",
        FOR_CONSULTANTS,
    ),
    "page": ("ui/**/*.toml", ON_THE_PAGE),
}
SOURCES = {"engine": ("face_mesh", "simulate"), "page": ("ui",)}
PARTS = ("catalogue", "rules", "sources", "engine", "page")


def messages_of(part: str) -> list[str]:
    """Return all that a part says in English and no earlier part does, in order, each once."""
    found = dict.fromkeys(_all_of(part))
    if part in SOURCES:
        for earlier in PARTS[: PARTS.index(part)]:
            for message in _all_of(earlier):
                found.pop(message, None)
    return list(found)


def _all_of(part: str) -> Iterator[str]:
    patterns, keys = TABLES.get(part, ("", set()))
    for pattern in patterns.split():
        for path in sorted(ROOT.glob(pattern)):
            with path.open("rb") as file:
                yield from _texts(tomllib.load(file), keys)
    for path in python_files(part):
        yield from (text for _, text in literals(path) if text is not None)
    if part == "engine":
        yield from _named()


def python_files(part: str) -> list[Path]:
    """Return the sources that a part's literals stand in; the command line speaks English."""
    found = (path for folder in SOURCES.get(part, ()) for path in (ROOT / folder).glob("**/*.py"))
    return sorted(path for path in found if path.name not in NOT_OF_THE_PAGE)


def literals(path: Path) -> Iterator[tuple[int, str | None]]:
    """Yield line and text of all that a source says; None for one that is put together in place.

    Such a text cannot be looked up: it has to become a template with values. Babel's extractor
    passes it over in silence, joins the two texts of a condition, and looks into no f-string.
    """
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and node.args
    ]
    for node in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in CALLS:
            yield from _said_by(node.args[0])


def _said_by(node: ast.expr) -> Iterator[tuple[int, str | None]]:
    if isinstance(node, ast.IfExp):
        yield from _said_by(node.body)
        yield from _said_by(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _has_words(node.value):
            yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "0" for one in node.values)
        if _has_words("".join(map(str, parts))):
            yield node.lineno, None
    elif isinstance(node, ast.BinOp):
        yield node.lineno, None


def _has_words(template: str) -> bool:
    """Whether there is more in a template than what is filled in."""
    try:
        return any(any(map(str.isalpha, part)) for part, *_ in Formatter().parse(template))
    except ValueError:  # braces that are no placeholders
        return True


def _named() -> Iterator[str]:
    from face_mesh.measures import MEASURES
    from face_mesh.skin.signs import SIGNS
    from simulate.catalogue.loader import procedures
    from simulate.geometry.neck_and_ears import PRIOR_MEASURES

    for spec in (*MEASURES.values(), *PRIOR_MEASURES.values()):
        yield spec.name
    for sign in SIGNS.values():
        yield from (sign.name, sign.scale.partition(" (")[0])
    for entry in procedures().values():
        patches = [term.patch for term in entry.terms] + [
            reaction.patch for reaction in entry.reactions
        ]
        yield from (patch.centre.replace("_", " ") for patch in patches)


def _texts(value: Any, keys: set[str], key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, keys, name)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, keys, key)
    elif isinstance(value, str) and key in keys and value.strip():
        yield value


def translations(language: str, part: str) -> dict[str, str]:
    """Return what a file holds: each message and its translation, empty where there is none."""
    path = FOLDER / language / f"{part}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}


def write(language: str, part: str, messages: Iterable[str]) -> None:
    """Bring one file up to date; the same messages give the same bytes on any day."""
    known = translations(language, part)
    catalogue = Catalog(language, charset="utf-8")
    for message in messages:
        catalogue.add(message, known.get(message, ""))
    body = io.BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, no_location=True)
    head = (
        f"# What Beforehand says in {LANGUAGES[language]}: {part}.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    path = FOLDER / language / f"{part}.po"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(head.encode("utf-8") + body.getvalue())


def gaps(language: str, part: str, messages: Iterable[str]) -> list[str]:
    """Return what a part says that its file has no translation of."""
    known = translations(language, part)
    return [message for message in messages if not known.get(message)]


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return 1 if a check finds something missing."""
    parser = argparse.ArgumentParser(
        prog="python -m ui.text.translations.collect", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one lacks")
    parser.add_argument("--part", choices=PARTS, action="append", help="of the files; else all")
    asked = parser.parse_args(arguments)
    lacking = 0
    for part in asked.part or PARTS:
        messages = messages_of(part)
        for language in LANGUAGES:
            if not asked.check:
                write(language, part, messages)
            found = gaps(language, part, messages)
            lacking += len(found)
            print(f"{language} {part}: {len(messages)} said, {len(found)} to translate")
            for message in found if asked.check else ():
                print(f"    {message!r}")
    return int(asked.check and lacking > 0)


if __name__ == "__main__":
    sys.exit(main())
