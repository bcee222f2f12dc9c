"""Shine: light that the surface of the skin throws back as a mirror does, before it takes a colour.

What is thrown back is the colour of the skin times how much light falls on it, plus the colour of
the light (the dichromatic model: Shafer 1985, doi 10.1002/col.5080100409). With the light taken as
white and the person's own skin as the colour, red and blue light of a pixel give both parts.

The surface throws back as much of the light on any skin (index of refraction 1.4, so 2.8 %
straight on), which is a larger share of what brown skin gives back. So shine is light, of what the
camera takes for white, and never a share of the skin's own: the same gloss reads alike on every
tone.
"""

from __future__ import annotations

import numpy as np

from face_mesh.cache import Key, Scope, cached_per, name_of
from face_mesh.face import Face
from face_mesh.skin.colour import USUAL, excess_mask, usual_shade
from face_mesh.skin.masked_blur import Values
from face_mesh.skin.scale_space import density_at, skin_box
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import View

SCALE = "0 matt to 4 shining all over (share of the area)"
MOST = 4.0
_SOFT_MM = 0.6
# Of what the camera takes for white: from here on gloss is seen as shine. Pale skin has little
# colour, so that less cannot be told from it. Author's estimate, on 89 portraits and 43 people of
# London.
_SHINES = 0.10


@cached_per(Scope.PIXELS)
def specular(view: View) -> Values:
    """Return (h, w) float32, light of the surface where it is seen as shine, 0 elsewhere.

    Of what the camera takes for white.
    """
    window = skin_box(view)
    density = density_at(view, _SOFT_MM, window)
    light = np.exp(-density)
    red, blue = own_colour(view)
    mirror = (light[..., 2] * red - light[..., 0] * blue) / max(red - blue, 0.05)
    # Gloss is added to all colours alike: skin that is paler and no lighter does not shine.
    added = light.mean(axis=2) - np.exp(-usual_shade(view))
    shine = np.minimum(mirror, added)
    out = np.zeros(view.bare.shape, np.float32)
    out[window] = np.where((shine > _SHINES) & view.bare[window], shine, 0.0)
    return out


def own_colour(view: View) -> tuple[float, float]:
    """Return red and blue of the person's own skin over their sum, of its matt half."""

    def build() -> tuple[float, float]:
        found = [np.zeros((0, 3), np.float32)]
        for area in map(view.area, USUAL):
            found.append(view.density[area.rows, area.columns][area.inside > 0.5])
        density = np.concatenate(found)
        if not len(density):
            return 0.6, 0.4
        more = density[:, 2] - density[:, 0]  # the more of both, the less of it is shine
        ratio = float(np.exp(-np.quantile(more, 0.6)))
        return 1.0 / (1.0 + ratio), ratio / (1.0 + ratio)

    return view.face.cached(Key(name_of(own_colour), (), Scope.HEAD), build)


def _detect(face: Face, region: str) -> SkinSign:
    view = View.of(face)
    area = view.area(region)
    shines = specular(view)[area.rows, area.columns]
    mask = excess_mask(shines, area, view.px_per_mm)
    return SkinSign(
        MOST * area.mean((shines > 0).astype(np.float32)),
        view.patch(mask, area.rows, area.columns, face),
        area_mm2=float(mask.sum()) / view.px_per_mm**2,
    )


SIGNS: tuple[Sign, ...] = (
    Sign(
        "shine",
        "Shine",
        ("forehead", "glabella", "nasal_dorsum", "nasal_tip", "malar_left", "malar_right", "chin"),
        SCALE,
        MOST,
        _detect,
    ),
)
