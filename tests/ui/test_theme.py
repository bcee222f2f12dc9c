"""Colours that can be read: WCAG AA, in light and in dark."""

import tomllib
from itertools import product

import pytest

from tests.helpers import ROOT

THEME = tomllib.loads((ROOT / "ui/app/theme.toml").read_text())["theme"]
READ = ("textColor", "primaryColor", "linkColor")  # primary: chosen options, doses
BEHIND = ("backgroundColor", "secondaryBackgroundColor")


def luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * s for w, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_what_lies_over_the_page_has_its_colour() -> None:
    papers = ", ".join(THEME[mode]["backgroundColor"] for mode in ("light", "dark"))
    assert f"--paper: light-dark({papers});" in (ROOT / "ui/app/frame.css").read_text()


@pytest.mark.parametrize(("mode", "ink", "paper"), list(product(("light", "dark"), READ, BEHIND)))
def test_what_is_read_stands_out(mode: str, ink: str, paper: str) -> None:
    assert contrast(THEME[mode][ink], THEME[mode][paper]) >= 4.5
