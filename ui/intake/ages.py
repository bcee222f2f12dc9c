"""From what age cosmetic procedures may be done, by country, as far as a source was found."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FLOOR_YEARS = 18  # of this program, wherever it runs
FILE = Path(__file__).with_name("ages.toml")


@dataclass(frozen=True)
class Rule:
    """What a country asks for.

    Attributes:
        code: ISO 3166, with the part of the country where the law is that of a part.
        name: of the country, in English.
        summary: what the law says of people under age; empty if no source was found.
        advice: what it asks of adults before a procedure, if anything was found.
        sources: where that is written.
    """

    code: str
    name: str
    summary: str
    advice: str
    sources: tuple[str, ...]


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by code, in the order of the file.

    Raises:
        ValueError: a rule without a source, or a source without a rule.
    """
    with FILE.open("rb") as file:
        entries = tomllib.load(file)["country"]
    found = {}
    for one in entries:
        rule = Rule(
            one["code"],
            one["name"],
            one.get("summary", ""),
            one.get("advice", ""),
            tuple(one.get("sources", ())),
        )
        if bool(rule.summary) != bool(rule.sources):
            raise ValueError(f"{rule.code}: a rule and its source go together")
        found[rule.code] = rule
    return found
