"""Reactions of known size, to give a procedure instead of its own."""

from dataclasses import replace

from simulate import Conditions
from simulate.catalogue.procedure import Patch, Reaction

DAYS, LEVEL = (0.0, 1.0, 7.0, 14.0), (0.5, 1.0, 0.4, 0.0)
CHEEK = Patch("malar_eminence", 6.0, 14.0)


def reaction(sign: str, peak: float, frequency: float = 1.0, **more: object) -> Reaction:
    """A reaction on both cheeks that is worst after a day."""
    made = Reaction(sign, CHEEK, peak, DAYS, LEVEL, "x", "because", frequency, "x")
    return replace(made, **more)  # type: ignore[arg-type]


def on_day(days: float) -> Conditions:
    """A day after the treatment, with all reactions that there are."""
    return Conditions(f"{days:g}d", reactions="all")
