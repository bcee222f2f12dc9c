"""The publications that the catalogue, the rules and the plans rest on, by the keys they cite."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator

from face_mesh.messages import N_

FILE = Path(__file__).with_name("sources.toml")
ESTIMATE = N_("author's estimate")  # the one source that is not a citation, and says so


@cache
def sources() -> Mapping[str, str]:
    """Return citation key to full citation."""
    return MappingProxyType(tomllib.loads(FILE.read_text("utf-8"))["sources"])


def citation(key: str) -> str:
    """Return the full citations behind a source key or "key + key"; an estimate says it is one."""
    if key == ESTIMATE:
        return ESTIMATE
    return "; ".join(sources()[one] for one in keys_of(key))


def keys_of(source: str) -> list[str]:
    """Return the citation keys of a source; none for an estimate."""
    return [] if source == ESTIMATE else [key.strip() for key in source.split("+")]


def _known(source: str) -> str:
    for key in keys_of(source):
        if key not in sources():
            raise ValueError(f"{key[:60]!r} is not in sources.toml")
    return source


def _given(text: str) -> str:
    if not text.strip():
        raise ValueError("say how it follows from the source")
    return text


def _sentence(text: str) -> str:
    if not (text[:1].isupper() and text.endswith(".")):
        raise ValueError(f"{text[:40]!r} must be a sentence")
    return text


Source = Annotated[str, AfterValidator(_known)]  # citation keys with "+", or the estimate
Derivation = Annotated[str, AfterValidator(_given)]
Sentence = Annotated[str, AfterValidator(_sentence)]
