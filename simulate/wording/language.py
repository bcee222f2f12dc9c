"""How texts in pictures and reports are said: in English, unless the caller brings a language."""

from __future__ import annotations

from collections.abc import Callable

from face_mesh.messages import Message

Translate = Callable[..., str]  # of an English text or template, and its values by name


def english(text: str, /, **values: object) -> str:
    """Return an English text, its values filled in; numbers are given as numbers."""
    return Message(text, **values) if values else text
