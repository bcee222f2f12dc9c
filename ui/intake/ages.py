"""From what age cosmetic procedures may be done, by country, as far as a source was found."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import model_validator

from face_mesh.untrusted.shapes import FieldError, read_shape

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
    summary: str = ""
    advice: str = ""
    sources: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Rule:
        if bool(self.summary) != bool(self.sources):
            raise FieldError("sources", f"of {self.code} go with a rule, and only with one")
        return self


@dataclass(frozen=True)
class _File:
    country: tuple[Rule, ...]


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by code, in the order of the file.

    Raises:
        ValueError: a rule without a source, a source without a rule, or another shape.
    """
    read = read_shape(_File, tomllib.loads(FILE.read_text("utf-8")))
    return {rule.code: rule for rule in read.country}
