"""What blood under the skin takes from light, by Beer and Lambert, CIELAB and haemoglobin.

The oracles are computed here or by scikit-image; nothing of them is the product's own output.
"""

from collections.abc import Callable

import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab, rgb2xyz

from face_mesh import Face
from face_mesh.arrays import Points, Rgb
from simulate import Outcome, Plan, simulate
from simulate.geometry.grid import Grid
from simulate.recovery.discolouration import SURFACE, density_of
from tests.face_mesh.skins import even_face
from tests.simulate.reactions import on_day, reaction

Give = Callable[..., Plan]
LIGHT_L = 65.0  # of light skin, with an a* and a b* that such skin has


@pytest.fixture(scope="module")
def even() -> Face:
    """A face of one colour, that of light skin: what is seen on it is drawn."""
    red, green, blue = np.round(255.0 * lab2rgb([LIGHT_L, 12.0, 17.0])).astype(int).tolist()
    return even_face((red, green, blue))


def light_of(rgb: Rgb) -> Points:
    """Linear light of sRGB bytes, by the formula of IEC 61966-2-1."""
    code = rgb / 255.0
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def at_node(outcome: Outcome, row: int, column: int) -> Points:
    """The mean (3,) of the bytes about a node of the grid, 2 mm wide."""
    grid, image = Grid.of(outcome.face), outcome.image
    x, y = (int(v) for v in grid.origin_px + (np.array([column, row]) + 0.5) * grid.node_px)
    half = round(outcome.face.px_per_mm)
    return image[y - half : y + half + 1, x - half : x + half + 1].reshape(-1, 3).mean(axis=0)


def deepest(outcome: Outcome) -> tuple[int, int]:
    """The node where most light is taken."""
    summed = outcome.density.sum(axis=2)
    row, column = np.unravel_index(summed.argmax(), summed.shape)
    return int(row), int(column)


def test_the_severest_bruise_leaves_a_third_of_the_light_as_a_black_eye_does(
    even: Face, with_reactions: Give
) -> None:
    """On its darkest day, of skin of an L* of 65, by CIE luminance (`discolouration`).

    Within a factor of 1.3, by which black eyes differ more than that; a density twice as deep
    leaves a fifth, one half as deep six tenths.
    """
    plan = with_reactions(reaction("bruising", 3.0, days=(0.0, 2.0, 14.0), level=(0.5, 1.0, 0.0)))
    outcome = simulate(even, plan, "2d", reactions="all", engine="fake")
    colours = (even.photo.image[0, 0], at_node(outcome, *deepest(outcome)))
    whole, left = (float(rgb2xyz(one[None, None] / 255.0)[0, 0, 1]) for one in colours)
    assert 1 / 1.3 < 3.0 * left / whole < 1.3


def test_a_grade_of_redness_is_two_units_of_a_star(even: Face, with_reactions: Give) -> None:
    """In the mean over what is red at all, on light skin (`discolouration`): 1.4 to 2.8."""
    outcome = simulate(
        even, with_reactions(reaction("erythema", 1.0)), "1d", reactions="all", engine="fake"
    )
    red = outcome.density[..., 1]
    nodes = np.argwhere(red > 0.1 * red.max())[::7]
    a_star = [rgb2lab(at_node(outcome, *node)[None, None] / 255.0)[0, 0, 1] for node in nodes]
    own = rgb2lab(even.photo.image[:1, :1] / 255.0)[0, 0, 1]
    assert np.mean(a_star) - own == pytest.approx(2.0, rel=0.4)


def test_a_grade_of_bruising_is_a_third_of_the_severest(even: Face, with_reactions: Give) -> None:
    """Optical density is additive: a third of the blood takes a third of the density."""
    found = [
        density_of(even, with_reactions(reaction("bruising", grade)), on_day(1.0))
        for grade in (1.0, 3.0)
    ]
    assert np.allclose(3.0 * found[0], found[1], atol=1e-5)
    assert found[1].max() > 0.5


def test_light_under_the_surface_goes_by_beer_and_lambert(even: Face, with_reactions: Give) -> None:
    """I = S + (I0 - S) exp(-D) in each channel, within a level of rounding.

    S is what a skin of index 1.4 mirrors at its surface (Fresnel, 0 degrees), whatever is below.
    """
    mirrored = ((1.4 - 1.0) / (1.4 + 1.0)) ** 2
    assert pytest.approx(mirrored, abs=3e-4) == SURFACE
    outcome = simulate(
        even, with_reactions(reaction("bruising", 3.0)), "1d", reactions="all", engine="fake"
    )
    node = deepest(outcome)
    before = light_of(even.photo.image[0, 0])
    wanted = mirrored + (before - mirrored) * np.exp(-outcome.density[node].astype(float))
    found = at_node(outcome, *node)
    for byte, light in zip(found, wanted, strict=True):
        low, high = light_of(np.array([byte - 1.5, byte + 1.5]))
        assert low <= light <= high


def test_the_rim_of_a_bruise_looks_older_than_its_core(even: Face, with_reactions: Give) -> None:
    """It is broken down from there: bilirubin, which takes blue, gains on blood, which takes green.

    So blue over green grows from the core outwards on every day on which the bruise turns yellow.
    """
    plan = with_reactions(reaction("bruising", 3.0, days=(0.0, 14.0, 20.0), level=(1.0, 1.0, 0.0)))
    for day in (3.0, 5.0, 7.0):
        density = density_of(even, plan, on_day(day))
        seen = density[density[..., 1] > 0.02]
        ratio, amount = seen[:, 2] / seen[:, 1], seen.sum(axis=1)
        rim, core = amount < 0.2 * amount.max(), amount > 0.9 * amount.max()
        assert ratio[rim].mean() > 1.15 * ratio[core].mean()


def test_redness_takes_light_as_oxygenated_blood_does(even: Face, with_reactions: Give) -> None:
    """Molar extinction of HbO2 per mM cm (Prahl's tables): 0.9 at 620 nm, 53 at 540, 45 at 460.

    Over the wide bands of a camera the ratios are weaker, but their order stays: red least by far.
    """
    red, green, blue = density_of(even, with_reactions(reaction("erythema", 4.0)), on_day(1.0)).max(
        axis=(0, 1)
    )
    assert green > blue > 3.0 * red > 0.0


def test_a_discoloured_side_is_the_one_that_was_treated(even: Face, with_reactions: Give) -> None:
    """Also after the other side was looked at on the same face, of which much is kept."""
    bruise = reaction("bruising", 3.0)
    middle = Grid.of(even).nodes_at(even.landmarks_px[[168], :2])[0, 0]  # the root of the nose
    for side, sign in (("left", 1.0), ("right", -1.0), ("left", 1.0)):
        density = density_of(even, with_reactions(bruise, side=side), on_day(1.0))[..., 1]
        columns = np.flatnonzero((density > 0.05).any(axis=0))
        assert (sign * (columns - middle) > 0.0).all()
