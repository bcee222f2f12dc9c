"""The golden pictures: what they show, and how they are made anew.

    python -m tests.simulate.make_golden [names]

Crops of after-pictures of two portraits in the public domain: Grace Hopper (US Navy; Matplotlib
ships her) and, where a smile is needed or shading is seen better, Eileen Collins (NASA;
scikit-image does). At the largest dose, or a smaller one where that is limited so that nothing
folds; as somebody who wears no glasses. Skin is painted by the embedded engine with seed 0. Make
them anew only when a change of the pictures is meant, and look at them before they go in: `--sheet
FILE` puts before, after and their difference beside each other.

Landmarks, pose and scale of the two are kept too (`--faces` finds them anew): where a landmark is
found may differ in the last digits on another processor, and where a mask then begins a pixel
farther on, the same seed draws another grain. What is found has tests of its own.
"""

import argparse
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from face_mesh import Face
from face_mesh.arrays import Rgb
from face_mesh.landmarks.pose import Pose
from face_mesh.landmarks.scale import Scale
from simulate import Plan, Treatment, procedures, simulate
from tests.simulate.faces import bare, face_of

FOLDER = Path(__file__).with_name("golden")
FACES = Path(__file__).with_name("golden_faces.npz")
KEPT = ("landmarks_px", "rotation", "origin_px", "px_per_mm_and_sd", "smile")
SMILE = ("mouthSmileLeft", "mouthSmileRight")
SIZE = {"hopper": 72, "collins": 56}  # of a crop, px: 5 and 8 cm
MOLE = (201, 243)  # the column and row at which one is drawn for the one treatment that needs one
LARGER, STRONGER = 3, 4  # on a sheet: the pictures, and the difference


@dataclass(frozen=True)
class Golden:
    """One picture.

    Attributes:
        procedure: id in the catalogue.
        top, left: corner of the crop in the portrait, px.
        person: "hopper" or "collins", or "marked": Grace Hopper with a mole drawn on her cheek.
        side: that is treated.
        dose: of that side; 0 is the largest.
        when: time after, with all that the tissue does then; None is settled.
        size: of the crop, px; 0 is the usual one.
    """

    procedure: str
    top: int
    left: int
    person: str = "hopper"
    side: str = "both"
    dose: float = 0.0
    when: str | None = None
    size: int = 0

    @property
    def name(self) -> str:
        return f"{self.procedure}_{self.when}" if self.when else self.procedure

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.png"

    @property
    def at(self) -> tuple[slice, slice]:
        size = self.size or SIZE[self.person]
        return slice(self.top, self.top + size), slice(self.left, self.left + size)

    @property
    def face(self) -> Face:
        return marked() if self.person == "marked" else portrait(self.person)

    @property
    def before(self) -> Rgb:
        return np.ascontiguousarray(self.face.photo.image[self.at])

    @cached_property
    def kept(self) -> Rgb:
        return np.asarray(Image.open(self.path).convert("RGB"))

    def after(self, face: Face | None = None) -> Rgb:
        """The crop as it comes out now, of the portrait or of another face in its place."""
        on = face or self.face
        height, width = on.photo.image.shape[:2]
        spot = ((MOLE[0] + 0.5) / width, (MOLE[1] + 0.5) / height)
        spots = (spot,) if self.person == "marked" else ()
        dose = self.dose or procedures()[self.procedure].max_dose(self.side)
        plan = Plan((Treatment(self.procedure, dose, self.side, spots),))
        return np.ascontiguousarray(simulate(on, plan, self.when, reactions="all").image[self.at])


@cache
def portrait(person: str) -> Face:
    """A portrait with its kept landmarks; one face, so that skin is painted once for all."""
    with np.load(FACES) as kept:
        points, rotation, origin, scale, smile = (kept[f"{person}_{one}"] for one in KEPT)
    pose = Pose(rotation, origin, float(scale[0]))
    return Face(
        face_of(person).photo,
        points,
        pose.to_head(points),
        pose,
        Scale(float(scale[0]), float(scale[1]), "iris"),
        dict(zip(SMILE, smile.tolist(), strict=True)),
    )


def keep_faces() -> None:
    """Find the landmarks of the portraits anew and keep them."""
    found: dict[str, np.ndarray] = {}
    for person in SIZE:
        face = face_of(person)
        smile = [face.expression[one] for one in SMILE]
        scale = (face.scale.px_per_mm, face.scale.px_per_mm_sd)
        values = (face.landmarks_px, face.pose.rotation, face.pose.origin_px, scale, smile)
        found |= {f"{person}_{k}": np.asarray(v) for k, v in zip(KEPT, values, strict=True)}
    np.savez_compressed(FACES, **found)


@cache
def marked() -> Face:
    """Grace Hopper with a brown mole of 3 mm on her right cheek."""
    face = portrait("hopper")
    image = face.photo.image.copy()
    cv2.circle(image, MOLE, 2, (70, 40, 30), -1, cv2.LINE_AA)
    return bare(face.repainted(image))


MOVED = (
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
    Golden("alar_base_reduction", 199, 230),
    Golden("hump_reduction", 173, 214),
    Golden("nasal_narrowing", 166, 219),
    Golden("nasal_tip_rotation", 190, 221),
    Golden("nonsurgical_rhinoplasty", 188, 217),
    Golden("tip_projection", 182, 220),
    Golden("chemical_brow_lift", 123, 275, side="left"),
    Golden("surgical_brow_lift", 126, 274),
    Golden("upper_blepharoplasty", 128, 182),
    Golden("hifu_tightening", 76, 201, "collins"),
    Golden("rf_tightening", 161, 179),
)
FADED = (Golden("ipl_redness", 191, 182),)
PAINTED = (
    Golden("crows_feet_toxin", 169, 297, size=48),
    Golden("forehead_toxin", 104, 190),
    Golden("glabellar_toxin", 128, 234, size=56),
    Golden("perioral_filler", 245, 223, size=32),
    Golden("marionette_filler", 267, 183),
    Golden("nasolabial_filler", 226, 264),
    Golden("lower_blepharoplasty", 153, 184),
    Golden("tear_trough_filler", 168, 200, size=56),
    Golden("co2_resurfacing", 205, 182),
    Golden("mole_removal", 227, 185, "marked", size=32),
    Golden("scar_microneedling", 212, 155),
    Golden("skin_boosters", 209, 178, size=64),
    Golden("facelift", 243, 168),
)
HEALING = (
    Golden("lip_filler", 241, 230, when="3d"),
    Golden("cheek_filler", 202, 175, when="3d"),
    Golden("nasal_narrowing", 169, 192, when="3d"),
    Golden("upper_blepharoplasty", 128, 182, when="1w"),
    Golden("ipl_redness", 191, 267, when="1d"),
)
GOLDEN = (*MOVED, *FADED, *PAINTED, *HEALING)
# Procedures that change nothing in either portrait, and why.
WITHOUT: dict[str, str] = {
    "gummy_smile_toxin": "neither shows gum; tests.simulate.smiles draws it",
    "otoplasty": "the ears of neither stand out; tests.simulate.test_ears draws some that do",
    "temple_filler": "hair lies over the temples of both",
    "pigment_laser": "neither shows spots that a laser is for",
    "chemical_peel": "neither shows patches like melasma",
}


def sheet(found: tuple[Golden, ...]) -> Image.Image:
    """Before, after and what differs of each, enlarged, in rows."""
    rows = []
    for one in found:
        off = np.abs(one.kept.astype(int) - one.before)
        shown = (one.before, one.kept, np.minimum(255, STRONGER * off).astype(np.uint8))
        row = np.hstack([np.kron(part, np.ones((LARGER, LARGER, 1), np.uint8)) for part in shown])
        high, wide = (LARGER * max(SIZE.values()) * n for n in (1, 3))
        rows.append(np.pad(row, ((0, high - len(row)), (0, wide - row.shape[1]), (0, 0))))
    return Image.fromarray(np.vstack(rows))


def main() -> None:
    """Write the pictures that are named, or all."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulate.make_golden")
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--sheet", type=Path, metavar="FILE")
    asked.add_argument("--faces", action="store_true", help="find the landmarks anew")
    told = asked.parse_args()
    if told.faces:
        keep_faces()
    FOLDER.mkdir(exist_ok=True)
    chosen = tuple(one for one in GOLDEN if not told.names or one.name in told.names)
    for golden in chosen:
        Image.fromarray(golden.after()).save(golden.path, optimize=True)
        print(f"{golden.path.name}: {golden.path.stat().st_size} bytes")
    if told.sheet:
        sheet(chosen).save(told.sheet)


if __name__ == "__main__":
    main()
