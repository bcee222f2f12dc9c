"""Shade that terms change by themselves: the shadow a border throws, and bands that soften.

What a neck shows from the front is shade: the plane under the chin is seen edge on, so that how
light falls on it cannot be told from its normals. These terms are added to what movement does to
the light (`simulate.shading.shading`), in ln of luminance for one unit of a part.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.cache import Scope, cached_per
from face_mesh.skin.lower_face import band_relief, border_shade, ring_relief
from simulate.catalogue.procedure import TONES, Procedure, Term
from simulate.geometry.displacement import Part, parts_of, to_treat
from simulate.geometry.grid import Grid
from simulate.geometry.neck_and_ears import grid_of, neck_values, surface_of
from simulate.geometry.operators import patch_weights

SMOOTH_NODES = 0.8
_RELIEFS = {
    "shadow": border_shade,
    "soften_bands": band_relief,
    "soften_rings": ring_relief,
}
Floats = npt.NDArray[np.float32]


def tone_unit(face: Face, part: Part) -> Floats:
    """Return (rows, columns) float32 on the face's grid, ln of luminance for one unit of a part."""
    total = np.zeros(Grid.of(face).shape, np.float32)
    for term, side, weight in part.terms:
        if term.operator in TONES:
            much = weight * to_treat(face, term, side)
            total += np.float32(much) * _tone(face, term, side)
    return total


@cached_per(Scope.SIZE)
def deepest_tone(face: Face, procedure: Procedure, side: str) -> float:
    """Return the largest change of ln of luminance by the tones of one unit of a procedure."""
    parts = parts_of(procedure, side)
    total = sum((tone_unit(face, part) for part in parts), np.zeros(Grid.of(face).shape))
    return float(np.abs(total).max())


def _tone(face: Face, term: Term, side: str) -> Floats:
    """Return a term at a coefficient of 1: ln darker where shade begins, or all relief gone."""
    surface = term.patch.surface
    weights = patch_weights(surface_of(face, surface), term, side)
    tone = -grid_of(face, surface).place_values(weights, SMOOTH_NODES)
    return tone * neck_values(face, _RELIEFS[term.operator](face))
