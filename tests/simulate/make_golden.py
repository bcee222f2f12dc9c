"""The golden pictures: what they show, and how they are made anew.

    python -m tests.simulate.make_golden [names]

Crops of after-pictures of two portraits in the public domain: Grace Hopper (US Navy; Matplotlib
ships her) and, where a smile is needed or shading is seen better, Eileen Collins (NASA;
scikit-image does). At the largest dose, as somebody who wears no glasses. Skin is painted by the
embedded engine with seed 0. Make them anew only when a change of the pictures is meant, and look at
them before they go in: `--sheet FILE` puts before, after and their difference beside each other.
"""

import argparse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from face_mesh import Face
from face_mesh.arrays import Rgb
from simulate import Plan, Treatment, procedures, simulate
from tests.simulate.faces import bare, face_of

FOLDER = Path(__file__).with_name("golden")
SIDE = {"hopper": 72, "collins": 56}  # of a crop, px: 5 and 8 cm
LARGER, STRONGER = 3, 4  # on a sheet: the pictures, and the difference


@dataclass(frozen=True)
class Golden:
    """One picture.

    Attributes:
        procedure: id in the catalogue.
        top, left: corner of the crop in the portrait, px.
        person: "hopper" or "collins".
        side: that is treated.
        dose: of that side; 0 is the largest.
        when: time after, with all that the tissue does then; None is settled.
        spots: lesions that are picked.
    """

    procedure: str
    top: int
    left: int
    person: str = "hopper"
    side: str = "both"
    dose: float = 0.0
    when: str | None = None
    spots: tuple[tuple[float, float], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.procedure}_{self.when}" if self.when else self.procedure

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.png"

    @property
    def at(self) -> tuple[slice, slice]:
        side = SIDE[self.person]
        return slice(self.top, self.top + side), slice(self.left, self.left + side)

    @property
    def before(self) -> Rgb:
        return np.ascontiguousarray(face_of(self.person).photo.image[self.at])

    @cached_property
    def kept(self) -> Rgb:
        return np.asarray(Image.open(self.path).convert("RGB"))

    def after(self, face: Face | None = None) -> Rgb:
        """The crop as it comes out now, of the portrait or of another face in its place."""
        dose = self.dose or procedures()[self.procedure].max_dose(self.side)
        plan = Plan((Treatment(self.procedure, dose, self.side, self.spots),))
        on = face or bare(face_of(self.person))
        return np.ascontiguousarray(simulate(on, plan, self.when, reactions="all").image[self.at])


MOVED = (
    Golden("gummy_smile_toxin", 95, 194, "collins", dose=2.5),
    Golden("lip_filler", 241, 230),
    Golden("lip_flip", 210, 224),
    Golden("lip_lift", 95, 195, "collins"),
    Golden("chin_filler", 273, 235),
    Golden("genioplasty", 273, 241),
    Golden("jawline_filler", 267, 177, side="right"),
    Golden("masseter_toxin", 239, 162, side="right"),
    Golden("deoxycholic_acid", 303, 230),
    Golden("neck_lift", 314, 248),
    Golden("platysmal_toxin", 136, 181, "collins"),
    Golden("submental_liposuction", 304, 231),
    Golden("buccal_fat_removal", 231, 163),
    Golden("cheek_filler", 202, 175),
    Golden("temple_filler", 145, 128, side="right"),
    Golden("alar_base_reduction", 199, 230),
    Golden("hump_reduction", 173, 214),
    Golden("nasal_narrowing", 166, 219),
    Golden("nasal_tip_rotation", 190, 221),
    Golden("nonsurgical_rhinoplasty", 188, 217),
    Golden("tip_projection", 182, 220),
    Golden("otoplasty", 179, 109),
    Golden("chemical_brow_lift", 123, 275, side="left"),
    Golden("surgical_brow_lift", 126, 274),
    Golden("upper_blepharoplasty", 128, 182),
    Golden("hifu_tightening", 76, 201, "collins"),
    Golden("rf_tightening", 161, 179),
)
FADED = (
    Golden("ipl_redness", 191, 182),
    Golden("pigment_laser", 208, 169),
    Golden("chemical_peel", 208, 171),
)
HEALING = (
    Golden("lip_filler", 241, 230, when="3d"),
    Golden("cheek_filler", 202, 175, when="3d"),
    Golden("nasal_narrowing", 169, 192, when="3d"),
    Golden("upper_blepharoplasty", 128, 182, when="1w"),
    Golden("ipl_redness", 191, 267, when="1d"),
)
GOLDEN = (*MOVED, *FADED, *HEALING)
WITHOUT: dict[str, str] = {}  # procedures that change nothing in either portrait, and why


def sheet(found: tuple[Golden, ...]) -> Image.Image:
    """Before, after and what differs of each, enlarged, in rows."""
    rows = []
    for one in found:
        off = np.abs(one.kept.astype(int) - one.before)
        shown = (one.before, one.kept, np.minimum(255, STRONGER * off).astype(np.uint8))
        row = np.hstack([np.kron(part, np.ones((LARGER, LARGER, 1), np.uint8)) for part in shown])
        high, wide = (LARGER * max(SIDE.values()) * n for n in (1, 3))
        rows.append(np.pad(row, ((0, high - len(row)), (0, wide - row.shape[1]), (0, 0))))
    return Image.fromarray(np.vstack(rows))


def main() -> None:
    """Write the pictures that are named, or all."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulate.make_golden")
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--sheet", type=Path, metavar="FILE")
    told = asked.parse_args()
    FOLDER.mkdir(exist_ok=True)
    chosen = tuple(one for one in GOLDEN if not told.names or one.name in told.names)
    for golden in chosen:
        Image.fromarray(golden.after()).save(golden.path, optimize=True)
        print(f"{golden.path.name}: {golden.path.stat().st_size} bytes")
    if told.sheet:
        sheet(chosen).save(told.sheet)


if __name__ == "__main__":
    main()
