"""The two public-domain portraits that our libraries ship, found without importing them."""

from __future__ import annotations

import base64
import importlib.util
import io
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from PIL import Image

from ui.text.language import N_, translate

THUMBNAIL_PX = 320


@dataclass(frozen=True)
class Sample:
    """A portrait anybody may use.

    Attributes:
        id: snake_case name.
        name: whose face it is.
        about: what makes it a useful example.
        credit: whose picture it is.
        package: the library that ships it.
        inside: its path inside that library.
        square: (left, top, side) of the thumbnail, as shares of the width.
    """

    id: str
    name: str
    about: str
    credit: str
    package: str
    inside: str
    square: tuple[float, float, float]

    @property
    def path(self) -> Path | None:
        """The file, or None where the library is not installed."""
        spec = importlib.util.find_spec(self.package)
        for folder in (spec and spec.submodule_search_locations) or ():
            path = Path(folder) / self.inside
            if path.is_file():
                return path
        return None


SAMPLES = (
    Sample(
        "grace_hopper",
        "Grace Hopper",
        N_("Calm expression, facing the camera"),
        N_(
            "Rear Admiral Grace Hopper, U.S. Navy portrait, public domain (shipped with Matplotlib)"
        ),
        "matplotlib",
        "mpl-data/sample_data/grace_hopper.jpg",
        (0.2, 0.02, 0.68),
    ),
    Sample(
        "eileen_collins",
        "Eileen Collins",
        N_("Smiling, small face, head tilted"),
        N_("Astronaut Eileen Collins, NASA portrait, public domain (shipped with scikit-image)"),
        "skimage",
        "data/astronaut.png",
        (0.22, 0.0, 0.44),
    ),
)


def thumbnail_html(sample: Sample) -> str:
    """An <img> of the face, or nothing where the file is missing."""
    if sample.path is None:
        return ""
    source = thumbnail_url(sample.path, sample.square)
    alt = escape(translate("Portrait of {name}", name=sample.name))
    return f'<img class="portrait" src="{source}" alt="{alt}">'


def available() -> tuple[Sample, ...]:
    """The samples whose file is on this computer."""
    return tuple(sample for sample in SAMPLES if sample.path)


@cache
def thumbnail_url(path: Path, square: tuple[float, float, float]) -> str:
    """A small square cut-out as a data URL; these two pictures are public, a visitor's is not."""
    with Image.open(path) as picture:
        left, top, side = (round(share * picture.width) for share in square)
        cut = picture.convert("RGB").crop((left, top, left + side, top + side))
    small = cut.resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
