"""The procedure catalogue: TOML in, checked frozen values out.

One file a procedure in `procedures/`, every citation in `sources.toml`. An unknown key, a missing
source or an operator nobody wrote is an error that names the file and the key, so that a clinician
who edits an entry is told what is wrong with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from face_mesh.errors import BeforehandError
from face_mesh.untrusted.shapes import ShapeError, read_shape
from simulate.catalogue.procedure import AREAS, Procedure

FOLDER = Path(__file__).with_name("procedures")


class CatalogueError(BeforehandError):
    """An entry of the catalogue is wrong: a mistake of its author, never of a patient."""


@cache
def procedures() -> Mapping[str, Procedure]:
    """Return the catalogue by id, in order of area and file name.

    Raises:
        CatalogueError: an entry is wrong; the message names the file and the key.
    """
    found = [load_procedure(path) for path in sorted(FOLDER.glob("*.toml"))]
    found.sort(key=lambda p: AREAS.index(p.area))
    return MappingProxyType({p.id: p for p in found})


def load_procedure(path: Path) -> Procedure:
    """Return the checked entry of one file.

    Raises:
        CatalogueError: naming the file and the key.
    """
    try:
        entry = read_shape(Procedure, tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ShapeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from None
    if entry.id != path.stem:
        raise CatalogueError(f"{path.name}: id: {entry.id!r} is not the name of the file")
    return entry
