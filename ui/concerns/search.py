"""Finding a concern by a visitor's own words, and hearing what they do not want.

Data, in `search.toml`, checked when it is read: how people say what they see, in each language.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from snowballstemmer import stemmer

from simulate import procedures
from simulate.plan.interactions import book
from ui.concerns.concerns import Concern, areas, concerns
from ui.text.language import translate

FILE = Path(__file__).with_name("search.toml")
LONGEST = 40  # letters of a word that are looked at
BEGINNING = 4  # letters from which on a word is also found by its beginning
LANGUAGES = ("english", "german", "spanish")  # a word is looked for in each of them
AHEAD = 3  # words within which "without" is followed by what it is about
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class SearchResult:
    """What a search finds.

    Attributes:
        concerns: the best first.
        left_out: ids of procedures that the visitor does not want to be offered.
        whole: whether all of the words are found; if not, those with the most of them are.
        refused: whether what the words are about is there, but with nothing left for it.
    """

    concerns: tuple[Concern, ...] = ()
    left_out: frozenset[str] = frozenset()
    whole: bool = True
    refused: bool = False


@dataclass(frozen=True)
class _Kind:
    words: frozenset[str]
    procedures: frozenset[str]


@dataclass(frozen=True)
class _File:
    ignored: frozenset[str]
    alone: frozenset[str]
    without: frozenset[str]
    kinds: tuple[_Kind, ...]
    concerns: dict[str, frozenset[str]]


def search(text: str) -> SearchResult:
    """Return the concerns that the words of `text` are about, whatever their accents and case.

    A word that says nothing is passed over. What people call a concern counts for more than the
    names of the procedures that act on it. Without a word but those on what is not wanted, all
    concerns are found for which anything is left.
    """
    wanted, left_out = _heard(_words(text))
    able = [
        concern
        for concern in concerns()
        if any(p.id not in left_out for p in concern.available_procedures)
    ]
    if not set(wanted) - _read().alone:
        return SearchResult(tuple(able) if left_out else (), left_out)
    # How many of the words are in it, and how many of them in what people call it.
    counts = {
        concern: (_count(wanted, _all_said(concern)), _count(wanted, _said(concern)))
        for concern in concerns()
    }
    most = max((count for count, _ in counts.values()), default=0)
    best = [one for one, (count, _) in counts.items() if count == most and most]
    best.sort(key=lambda one: -counts[one][1])
    left = tuple(one for one in best if one in able)
    return SearchResult(left, left_out, most == len(wanted), bool(best) and not left)


def _heard(words: list[str]) -> tuple[list[str], frozenset[str]]:
    """Return the words that are looked for, and the procedures that are not wanted."""
    wanted: list[str] = []
    left_out: frozenset[str] = frozenset()
    until = 0  # the word up to which "without" holds
    for at, word in enumerate(words, 1):
        if word in _read().without:
            until = at + AHEAD
        elif at <= until and (
            kinds := [kind for kind in _read().kinds if _is_in(word, kind.words)]
        ):
            left_out = left_out.union(*(kind.procedures for kind in kinds))
            until = at + AHEAD  # "without needles and surgery"
        elif word not in _read().ignored:
            wanted.append(word)
    return list(dict.fromkeys(wanted)), left_out


def _said(concern: Concern) -> frozenset[str]:
    """What people call a concern: in English, in the page's language, and as they write it."""
    area = next(area.name for area in areas() if area.id == concern.area)
    told = (concern.words, area)
    words = _words(" ".join([*told, *map(translate, told)]))
    return _read().concerns[concern.id].union(words) - _read().ignored


def _all_said(concern: Concern) -> frozenset[str]:
    """The same with the procedures that act on it, and their kinds."""
    ids = {one.id for one in concern.available_procedures}
    names = [procedures()[id_].name for id_ in ids]
    kinds = (kind.words for kind in _read().kinds if kind.procedures & ids)
    return _said(concern).union(_words(" ".join([*names, *map(translate, names)])), *kinds)


def _count(wanted: list[str], words: frozenset[str]) -> int:
    return sum(_is_in(one, words) for one in wanted)


def _is_in(wanted: str, words: frozenset[str]) -> bool:
    """Whether a word is among others, up to its ending, or begins one of them."""
    if _stems(wanted[:LONGEST]) & _stems_of(words):
        return True
    return len(wanted) >= BEGINNING and any(word.startswith(wanted) for word in words)


@lru_cache(maxsize=4096)
def _stems(word: str) -> frozenset[tuple[str, str]]:
    # A stemmer of its own for each word: one keeps what it is at, and visitors search at once.
    return frozenset((language, stemmer(language).stemWord(word)) for language in LANGUAGES)


@lru_cache(maxsize=512)
def _stems_of(words: frozenset[str]) -> frozenset[tuple[str, str]]:
    return frozenset[tuple[str, str]]().union(*map(_stems, words))


def _words(text: str) -> list[str]:
    """The words of a text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("’", "").replace("'", ""))
    return _WORD.findall("".join(one for one in apart if not unicodedata.combining(one)))


@cache
def _read() -> _File:
    """Return what the file says.

    Raises:
        ValueError: a concern or a procedure is not known, or a concern has no words.
    """
    table = tomllib.loads(FILE.read_text("utf-8"))
    known = {concern.id for concern in concerns(all_of_them=True)}
    for id_ in known ^ set(table["concerns"]):
        raise ValueError(f"search.toml: {id_} is no concern, or has no words")
    return _File(
        _of_all(table["ignored"]),
        _of_all(table["alone"]),
        _of_all(table["without"]),
        tuple(_kind(one) for one in table["kinds"]),
        {id_: _of_all(one) for id_, one in table["concerns"].items()},
    )


def _kind(table: dict[str, Any]) -> _Kind:
    found = frozenset(book().members(tuple(table.pop("leaves_out"))))
    for id_ in found - set(procedures()):
        raise ValueError(f"search.toml: {id_} is not in the catalogue")
    return _Kind(_of_all(table), found)


def _of_all(by_language: dict[str, str]) -> frozenset[str]:
    return frozenset(word for text in by_language.values() for word in _words(text))
