"""The one door for what comes from outside as text: files, tables and numbers, within limits.

Whatever a stranger can write (a plan, a report's code, a clinic's file, an option of the command
line) is read here and nowhere else, and is refused before a parser, or a conversion to a number,
can take memory or time that its length does not suggest.
"""

from face_mesh.untrusted.files import Unreadable, contents
from face_mesh.untrusted.lines import is_line
from face_mesh.untrusted.numbers import number_of, real, whole_of
from face_mesh.untrusted.tables import (
    Limits,
    TooMuch,
    json_table,
    toml_table,
)

__all__ = [
    "Limits",
    "TooMuch",
    "Unreadable",
    "contents",
    "is_line",
    "json_table",
    "number_of",
    "real",
    "toml_table",
    "whole_of",
]
