"""The golden pictures: what they show, and how they are made anew.

    python -m tests.simulate.make_golden

Crops of the after-picture of Grace Hopper's portrait (US Navy, public domain), at the largest dose.
Make them anew only when a change of the pictures is meant, and look at them before they go in.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from face_mesh.arrays import Rgb
from simulate import Plan, procedures, simulate
from tests.face_mesh.faces import hopper

FOLDER = Path(__file__).with_name("golden")


@dataclass(frozen=True)
class Golden:
    """One picture: a procedure, its side, and the rows and columns shown."""

    procedure: str
    side: str
    rows: slice
    columns: slice

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.procedure}.png"

    @property
    def before(self) -> Rgb:
        return hopper().photo.image[self.rows, self.columns]

    def after(self) -> Rgb:
        dose = procedures()[self.procedure].dose.max
        plan = Plan.parse([f"{self.procedure}={dose}:{self.side}"])
        return simulate(hopper(), plan).image[self.rows, self.columns]


GOLDEN = (
    Golden("lip_filler", "both", slice(248, 312), slice(226, 308)),
    Golden("nasal_tip_rotation", "both", slice(204, 262), slice(230, 300)),
    Golden("masseter_toxin", "left", slice(198, 338), slice(288, 380)),
)


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for golden in GOLDEN:
        Image.fromarray(np.ascontiguousarray(golden.after())).save(golden.path, optimize=True)
        print(f"{golden.path.name}: {golden.path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
