"""Bruises and redness: light that blood under the skin takes away, by place and age.

Both are absorbers in the dermis, so they act as optical density in linear light. What never reached
the dermis is left as it is: shine, and the 2.8 % that a skin of refractive index 1.4 returns at its
surface (Fresnel). That surface is a small part of what light skin returns and a large part of what
dark skin does, which is why the same blood is fainter on dark skin. But grades are given by eye: a
moderate bruise is one that looks so, dark purple-brown on dark skin. So on every tone a grade takes
the same share of the light that the skin returns, and on dark skin there is more blood under it.

A bruise ages: oxygenated blood is red, deoxygenated blood below the surface looks purple, and as it
is broken down to bilirubin the bruise turns yellow, never before 18 hours (Langlois, Gresham 1991,
Forensic Sci Int 50:227-238). The densities of the colours and their days are the author's estimate:
no publication was found that gives them as light.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.cache import Scope, cached_per
from face_mesh.skin.skin_tone import usual_density
from simulate.catalogue.procedure import Reaction
from simulate.catalogue.time_course import days_since
from simulate.geometry.grid import Grid
from simulate.plan.conditions import Conditions
from simulate.plan.plan import Plan
from simulate.recovery.extent import depth_of
from simulate.recovery.reactions import reactions_at

SURFACE = 0.028  # of light, ((1.4 - 1) / (1.4 + 1))²
SEVEREST = {"bruising": 3.0, "erythema": 4.0}  # ends of their grades
# Density of the severest where it is deepest. A black eye takes light skin from an L* of about 65
# to 44, which leaves two fifths of its light (author's estimate, no colorimetry of one was found);
# a grade of redness is two to four units of a* on light skin, 2.6 in the mean.
DEEPEST = {"bruising": 1.2, "erythema": 0.7}
# Density in R, G, B of a bruise on a day, relative to its deepest.
BRUISE_DAYS = (0.0, 0.75, 2.5, 5.5, 8.0, 12.0)
BRUISE_COLOURS = np.array(
    [
        [0.30, 1.00, 0.80],  # red
        [0.58, 1.00, 0.72],  # purple
        [0.66, 1.00, 0.68],  # purple to blue
        [0.40, 0.48, 0.85],  # green
        [0.10, 0.36, 1.25],  # yellow
        [0.06, 0.24, 1.00],  # pale yellow
    ]
)
# A bruise is broken down from its rim: the middle looks younger and the rim older than it is, days.
CORE_DAYS, RIM_DAYS = -0.25, 1.25
LIGHT_SKIN = 0.30  # of green light that skin of an L* of 65 returns, on which a grade is defined
MOST_BLOOD = 2.5  # times as much on dark skin: a darker photo does not make it more
Floats = npt.NDArray[np.float32]
# Oxygenated blood absorbs in the red band of a camera about a fifth of what it does in the green
# (Prahl's tables of haemoglobin, over wide bands: the author's estimate).
_REDNESS = np.array([0.2, 1.0, 0.85], np.float32)


def density_of(face: Face, plan: Plan, conditions: Conditions) -> Floats:
    """Return (rows, columns, 3) float32, the optical density of a day's colours on the grid.

    Args:
        face: measured face.
        plan: the treatments; a larger dose bruises more.
        conditions: when, and which reactions are drawn; the settled result has none.
    """
    days = conditions.days
    total = np.zeros((*Grid.of(face).shape, 3), np.float32)
    for treatment in plan.treatments:
        for reaction, level in reactions_at(treatment, days, conditions.reactions):
            age = days_since(treatment.week, days)
            if reaction.sign == "swelling" or age is None:
                continue
            depth = depth_of(face, treatment, reaction)[..., None]
            deepest, rim, core = colour_of(face, reaction, level, age)
            colour = rim if core is rim else rim + depth * (core - rim)
            total += deepest * depth * colour
    return total


def colour_of(
    face: Face, reaction: Reaction, level: float, age: float
) -> tuple[np.float32, Floats, Floats]:
    """Return the density of a discolouration where it is deepest, and its colours there and not.

    Args:
        face: whose skin it is under.
        reaction: bruising or erythema.
        level: share of its peak.
        age: days since the treatment.

    Returns:
        The density, and (3,) its colour in R, G, B at the rim and in the core, between which it
        goes over with its depth.
    """
    deepest = np.float32(
        min(1.0, level * reaction.peak / SEVEREST[reaction.sign]) * DEEPEST[reaction.sign]
    )
    if reaction.sign != "bruising":
        return deepest, _REDNESS, _REDNESS
    deepest *= np.float32(_blood(face))
    return deepest, _bruise(age + RIM_DAYS), _bruise(age + CORE_DAYS)


def density_gain(density: Floats) -> Floats:
    """Return (rows, columns, 3) share of light that a density adds: less than nothing."""
    return np.asarray(np.expm1(-density), np.float32)


@cached_per(Scope.HEAD)
def _blood(face: Face) -> float:
    """How much more density a grade of bruise has on this skin than on light skin.

    As much as makes up for the surface: a share 1 - S/G of green light G, which blood takes most,
    comes from below it.
    """
    density = usual_density(face)
    if density is None:
        return 1.0
    light = max(float(np.exp(-density[1])), 1e-3)
    below = max(1.0 - SURFACE / light, 1e-3)
    return float(np.clip((1.0 - SURFACE / LIGHT_SKIN) / below, 1.0, MOST_BLOOD))


def _bruise(days: float) -> Floats:
    """(3,) density in R, G, B of a bruise of that age, relative to its deepest."""
    channels = [np.interp(days, BRUISE_DAYS, BRUISE_COLOURS[:, k]) for k in range(3)]
    return np.asarray(channels, np.float32)
