"""Shading that people see: the right weights, the right sign, the right colour, on face and neck.

On heads painted in a light that is known. What luminance is, is said by scikit-image's XYZ.
"""

from dataclasses import replace

import numpy as np
import pytest
from skimage.color import rgb2xyz

from face_mesh import Face, Photo
from face_mesh.arrays import Points
from simulate import procedures
from simulate.geometry.displacement import parts_of
from simulate.geometry.grid import SMOOTH_NODES, Grid
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.neck_and_ears import PriorSurface, grid_of
from simulate.shading.light import (
    FACING,
    NORMAL_ROUNDS,
    Light,
    harmonics,
)
from simulate.shading.relight import shading_gain, to_srgb
from simulate.shading.shading import shade_unit
from tests.simulate.faces import bare, face_of

LEFT_LIGHT = np.array([0.0, 0.4, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0])
TOP_LIGHT = np.array([0.0, 0.0, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0])
SKIN = np.array([0.45, 0.28, 0.19])  # linear light of its three channels


def lit(coefficients: Points, follows: Points) -> Face:
    """A head of one colour in a known light, which each channel follows in its own way."""
    face = face_of("collins")
    grid, mesh = Grid.of(face), FaceSurface.of(face)
    shade = harmonics(mesh.smooth_normals(NORMAL_ROUNDS)) @ coefficients
    nodes = (grid.interpolate @ shade)[grid.nearest].reshape(grid.shape)
    y, x = np.indices(face.photo.image.shape[:2])
    row, column = (
        np.clip((v - v0) // grid.node_px, 0, n - 1)
        for v, v0, n in zip((y, x), grid.origin_px[::-1], grid.shape, strict=True)
    )
    light = SKIN * np.exp(nodes[row, column][..., None] * follows)
    photo = Photo.from_rgb(to_srgb(np.asarray(light, np.float32)))
    return replace(bare(face), photo=photo, workspace={})


def luminance(linear: Points) -> Points:
    """CIE Y of (..., 3) linear light: XYZ of the same light in sRGB codes."""
    code = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(rgb2xyz(code)[..., 1])


@pytest.mark.parametrize("channel", range(3), ids=("red", "green", "blue"))
def test_a_shade_of_one_channel_counts_as_much_as_that_channel_does_for_the_eye(
    channel: int,
) -> None:
    """Light in which only one channel changes: luminance follows it by that channel's share alone.

    To a fifth, as any light of a head is found. Weights in the order BGR are off by three times.
    """
    follows = np.eye(3)[channel]
    face = lit(LEFT_LIGHT, follows)
    normals = FaceSurface.of(face).smooth_normals(NORMAL_ROUNDS)
    ahead = (normals @ face.pose.rotation.T)[:, 2] > FACING
    truth = harmonics(normals[ahead]) @ LEFT_LIGHT
    seen = np.log(luminance(SKIN * np.exp(truth[:, None] * follows)))
    slope, _ = np.polyfit(seen, Light.of(face).shade(normals[ahead]), 1)
    assert slope == pytest.approx(1.0, abs=0.2)


def test_more_light_makes_skin_lighter_by_that_much_and_along_its_own_colour() -> None:
    """ln of luminance +0.1 is 0.1 of luminance; shadow on this skin takes most of its blue."""
    face = lit(LEFT_LIGHT, np.array([0.85, 1.05, 1.2]))
    shade = np.zeros(Grid.of(face).shape, np.float32)
    shade[:2] = np.array([0.1, -0.1])[:, None]
    more, less = 1.0 + shading_gain(face, shade)[:2, 0].astype(float)
    for gain, ln in ((more, 0.1), (less, -0.1)):
        assert np.log(luminance(SKIN * gain) / luminance(SKIN)) == pytest.approx(ln, rel=0.1)
        red, green, blue = np.log(gain) / ln
        assert red < green < blue


def test_skin_of_the_neck_that_is_turned_to_the_light_gets_lighter() -> None:
    """Lifted, the neck turns: in light from above what then looks up more gains, the rest loses."""
    face = lit(TOP_LIGHT, np.ones(3))
    parts = parts_of(procedures()["neck_lift"], "both")
    (part,) = [one for one in parts if one.name.endswith("neck moved")]
    neck = PriorSurface.of(face, "neck")
    shift_mm = part.surface_mm(face)
    turned = neck.with_shift(shift_mm / np.abs(shift_mm).max()).normals[:, 1] - neck.normals[:, 1]
    shade, up = shade_unit(face, part), grid_of(face, "neck").place_values(turned, SMOOTH_NODES)
    nodes = np.abs(shade) > 0.1 * np.abs(shade).max()
    assert nodes.any()
    assert np.corrcoef(up[nodes], shade[nodes])[0, 1] > 0.5
