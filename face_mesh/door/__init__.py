"""The one door for what comes from outside as text: files, tables and numbers, within limits.

Whatever a stranger can write (a plan, a report's code, a clinic's file, an option of the command
line) is read here and nowhere else, and is refused before a parser, or a conversion to a number,
can take memory or time that its length does not suggest.
"""

from face_mesh.door.files import Unreadable, contents
from face_mesh.door.numbers import number_of, real, whole_of
from face_mesh.door.tables import Limits, TooMuch, json_table, toml_table
from face_mesh.door.texts import is_line

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
