"""What is wrong with a simulated picture, as far as a machine can tell: measured, with a bar each.

Nothing here knows how a picture was made: each alarm is read off the photo, the picture, and where
the mesh was moved, so that a fault of the way it is made is seen. An alarm that rings asks for a
look, and one that does not promises nothing. The bars are our own estimates, set on pictures that
were looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt
import skimage.color

from face_mesh import Face
from face_mesh.arrays import Bool, Points, Rgb
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.skin.lesions import moles
from face_mesh.skin.skin_mask import skin_mask
from simulate import Outcome
from simulate.catalogue.procedure import Procedure

Values = npt.NDArray[np.float32]

SEEN_DE, SEEN_MM = 1.0, 0.6  # the least colour (CIEDE2000) and movement that an eye sees beside it
SEEN_OF = 99.0  # percentile of the changed pixels: what is seen of a change is its strongest part
EYE_SOFT_MM = 0.7  # finer than this a change is texture
SEAM_SOFT_PX = 1.2
SEAM_LEVELS = 0.8  # a step in what was added to the photo, levels of 255 a px
SEAM_GAP_PX = 3
SEAM_NEAR_PX = 5  # an edge of the photo's own makes one of what is added, this near and so strong
SEAM_OWN = 0.2
HELD_MM = 0.8  # the rim of eyeballs and mouths, in which landmarks are unsure
OPEN_MM = 3.0  # between the lips, from which on teeth show
LESION_MM = 1.5  # how far from where the mesh takes it a lesion is looked for
HAIR_MM = (0.15, 0.6)  # widths of the Gaussians between which stubble lies
HAIRY = 2.0  # times the grain of the cheeks
WALL_MM = 10.0  # beyond the oval of the face
EARS_MM = 45.0  # the same, beside the ears
EARED = ("otoplasty", "facelift")

# Where a procedure may be seen: within some mm of curves and points, by area or by name.
_BOTH = ("left", "right")
PLACES: dict[str, tuple[float, tuple[str, ...]]] = {
    "lips": (16.0, ("upper_vermilion_border", "lower_vermilion_border", "philtral_midline")),
    "chin": (30.0, ("mentum", "chin_border", "lower_vermilion_border")),
    "jaw": (34.0, ("jaw_contour",)),
    "neck": (60.0, ("jaw_contour",)),
    "cheeks": (34.0, ("malar_eminence*", "submalar_hollow*", "lid_cheek_junction*")),
    "temples": (34.0, ("temporal_hollow*",)),
    "nose": (22.0, ("nasal_dorsum", "nasal_base", "nasal_side*")),
    "ears": (70.0, ("tragion*",)),
    "brows": (40.0, ("brow_upper*", "brow_lower*", "forehead_top")),
    "eyes": (26.0, ("upper_lid*", "lower_lid*", "lid_cheek_junction*", "tear_trough*")),
    "nasolabial_filler": (18.0, ("nasolabial_fold*",)),
    "marionette_filler": (22.0, ("marionette_line*", "prejowl_border*")),
    "crows_feet_toxin": (32.0, ("exocanthion*",)),
    "glabellar_toxin": (30.0, ("glabella", "brow_upper*")),
    "forehead_toxin": (45.0, ("forehead_top", "brow_upper*", "metopion")),
    "perioral_filler": (22.0, ("upper_vermilion_border", "lower_vermilion_border")),
}


@dataclass(frozen=True)
class Alarm:
    """One thing measured in a picture.

    Attributes:
        name: what.
        value: how much, in `unit`.
        bar: from which value on it rings.
        unit: of both.
    """

    name: str
    value: float
    bar: float
    unit: str

    @property
    def share(self) -> float:
        """The value as a share of its bar; 1 or more rings."""
        return self.value / self.bar

    def __str__(self) -> str:
        """Say what and how much."""
        return f"{self.name} {self.value:.3g} {self.unit}".strip()


@dataclass(frozen=True, eq=False)
class Comparison:
    """A photo and what became of it, with what several alarms need of both."""

    entry: Procedure
    outcome: Outcome

    @property
    def face(self) -> Face:
        """The face before."""
        return self.outcome.face

    @cached_property
    def changed(self) -> Bool:
        """(H, W) bool, where the picture differs from the photo."""
        return np.asarray((self.outcome.image != self.face.photo.image).any(axis=-1))

    @cached_property
    def landmarks_px(self) -> Points:
        """(478, 2) where the landmarks are in the picture."""
        moved = self.face.mesh_mm + self.outcome.shift_mm_vertices[: len(self.face.mesh_mm)]
        return np.asarray(self.face.pose.to_photo(moved)[:, :2])

    @cached_property
    def oval_mm(self) -> Values:
        """(H, W) distance from the oval of the face, mm; 0 inside."""
        inside = _polygon(self.changed.shape, self.face.landmarks_px[list(curve("face_oval")), :2])
        outside = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
        return np.asarray(outside / self.face.px_per_mm, np.float32)

    def carried(self, values: Values) -> Values:
        """Return (H, W) values of the photo where its skin is in the picture."""
        height, width = values.shape
        down, across = np.mgrid[:height, :width].astype(np.float32)
        away = self.outcome.displacement_px
        there = cv2.remap(values, across + away[..., 0], down + away[..., 1], cv2.INTER_LINEAR)
        return np.asarray(there, np.float32)

    def place_after(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return where a place of the photo is in the picture: its field is of the picture."""
        away = self.outcome.displacement_px
        height, width = away.shape[:2]
        x, y = x_px, y_px
        for _ in range(8):
            column, row = (
                int(np.clip(np.rint(at), 0, most - 1)) for at, most in ((x, width), (y, height))
            )
            x, y = x_px - float(away[row, column, 0]), y_px - float(away[row, column, 1])
        return x, y


def alarms(entry: Procedure, outcome: Outcome) -> tuple[Alarm, ...]:
    """Return all that was measured of a picture, worst first; those of share 1 or more ring."""
    seen = Comparison(entry, outcome)
    found = (
        outside_mask(seen),
        straight_seam(seen),
        lost_lesions(seen),
        lost_hair(seen),
        moved_teeth(seen),
        moved_irises(seen),
        bent_wall(seen),
        unseen_effect(seen),
        misplaced_effect(seen),
    )
    return tuple(sorted(found, key=lambda alarm: -alarm.share))


def outside_mask(seen: Comparison) -> Alarm:
    """Pixels that changed where none may."""
    count = np.count_nonzero(seen.changed & ~seen.outcome.change_mask)
    return Alarm("changed outside the mask", float(count), 1.0, "px")


def straight_seam(seen: Comparison) -> Alarm:
    """The longest straight edge of the picture that the photo does not have there or nearby."""
    before, after = (
        cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        for image in (seen.face.photo.image, seen.outcome.image)
    )
    carried = seen.carried(before)
    own = cv2.dilate(_step(carried), np.ones((SEAM_NEAR_PX,) * 2, np.uint8))
    fresh = _step(after - carried) - SEAM_OWN * own > SEAM_LEVELS
    fresh = (fresh & seen.changed).astype(np.uint8)
    scale = seen.face.px_per_mm
    lines = cv2.HoughLinesP(
        fresh, 1, np.pi / 360, round(2 * scale), minLineLength=2 * scale, maxLineGap=SEAM_GAP_PX
    )
    longest = 0.0
    if lines is not None:
        x0, y0, x1, y1 = lines.reshape(-1, 4).T
        longest = float(np.hypot(x1 - x0, y1 - y0).max() / scale)
    return Alarm("straight seam", longest, 5.0, "mm")


def _step(grey: Values) -> Values:
    soft = cv2.GaussianBlur(grey, (0, 0), SEAM_SOFT_PX)
    along, down = (cv2.Sobel(soft, cv2.CV_32F, *d, ksize=3, scale=1 / 8) for d in ((1, 0), (0, 1)))
    return np.asarray(np.hypot(along, down), np.float32)


def lost_lesions(seen: Comparison) -> Alarm:
    """Moles whose contrast was halved by a procedure that is not for them."""
    lost = 0
    meant = seen.entry.removes_lesions or any(
        term.sign in ("moles", "pigment_spots", "melasma") for term in seen.entry.skin
    )
    if not meant:
        scale = seen.face.px_per_mm
        for mole in moles(seen.face):
            radius_px = mole.diameter_mm * scale / 2
            x, y = seen.place_after(mole.x_px, mole.y_px)
            here = _darkness(seen.face.photo.image, mole.x_px, mole.y_px, radius_px, 0.0)
            there = _darkness(seen.outcome.image, x, y, radius_px, LESION_MM * scale)
            lost += there < 0.5 * here
    return Alarm("lost moles", float(lost), 1.0, "")


def _darkness(image: Rgb, x_px: float, y_px: float, radius_px: float, search_px: float) -> float:
    """Return how much darker a disc is than the ring around it, ln; the most of all places near."""
    room = int(np.ceil(2.2 * radius_px + search_px)) + 2
    x, y = round(x_px), round(y_px)
    top, left = max(0, y - room), max(0, x - room)
    part = image[top : y + room + 1, left : x + room + 1, 1].astype(np.float32)
    if not part.size:
        return 0.0
    light = np.log(part + 8.0)
    disc = cv2.getStructuringElement(
        cv2.MORPH_ELLIPSE, (2 * max(1, round(0.7 * radius_px)) + 1,) * 2
    )
    whole = cv2.getStructuringElement(
        cv2.MORPH_ELLIPSE, (2 * max(3, round(2.0 * radius_px)) + 1,) * 2
    )
    middle, around = (
        cv2.filter2D(light, -1, k / k.sum())
        for k in (disc.astype(np.float32), whole.astype(np.float32))
    )
    down, across = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
    near = np.hypot(across - x_px, down - y_px) <= max(1.0, search_px)
    return float((around - middle)[near].max()) if near.any() else 0.0


def lost_hair(seen: Comparison) -> Alarm:
    """The share of the fine grain of hairy skin that is gone where the picture differs."""
    scale = seen.face.px_per_mm
    before, after = (_grain(image, scale) for image in (seen.face.photo.image, seen.outcome.image))
    carried = seen.carried(before)
    bare = skin_mask(seen.face) > 0.5
    face = (seen.oval_mm == 0) & ~_eyes_and_mouth(seen)
    smooth = float(np.median(before[bare & face])) if (bare & face).any() else np.inf
    hairy = face & seen.changed & (carried > HAIRY * smooth)
    gone = 0.0
    if np.count_nonzero(hairy) > (3.0 * scale) ** 2:
        lower = np.percentile(after[hairy] / carried[hairy], 10.0)
        gone = float(np.clip(1.0 - lower, 0.0, 1.0))
    return Alarm("lost hair", gone, 0.5, "of its grain")


def _grain(image: Rgb, scale: float) -> Values:
    light = np.log(image[..., 1].astype(np.float32) + 8.0)
    fine, broad = (cv2.GaussianBlur(light, (0, 0), max(0.6, mm * scale)) for mm in HAIR_MM)
    energy = cv2.GaussianBlur(np.square(fine - broad), (0, 0), 2.0 * scale)
    return np.asarray(np.sqrt(energy), np.float32)


def _eyes_and_mouth(seen: Comparison) -> Bool:
    out = np.zeros(seen.changed.shape, np.bool_)
    for points in (seen.face.landmarks_px[:, :2], seen.landmarks_px):
        for name in ("upper_lid", "lower_lid"):
            for side in _BOTH:
                out |= _polygon(out.shape, points[list(curve(f"{name}_{side}"))])
        for upper, lower in (
            *((f"upper_lid_{side}", f"lower_lid_{side}") for side in _BOTH),
            ("upper_vermilion_border", "lower_vermilion_border"),
        ):
            out |= _between(out.shape, points, upper, lower)
    room = round(2.0 * seen.face.px_per_mm) * 2 + 1
    return cv2.dilate(out.astype(np.uint8), np.ones((room, room), np.uint8)) > 0


def moved_teeth(seen: Comparison) -> Alarm:
    """Pixels between parted lips that differ although no lip covers or leaves them."""
    upper, lower = (
        seen.face.mesh_mm[point(f"stomion_{lip}"), 1] for lip in ("superius", "inferius")
    )
    count = 0
    if upper - lower >= OPEN_MM:
        count = _changed_between(seen, "upper_inner_lip", "lower_inner_lip")
    return Alarm("changed teeth", float(count), _few(seen), "px")


def moved_irises(seen: Comparison) -> Alarm:
    """Pixels of the eyeballs that differ although no lid covers or leaves them."""
    count = sum(_changed_between(seen, f"upper_lid_{s}", f"lower_lid_{s}") for s in _BOTH)
    return Alarm("changed eyeballs", float(count), _few(seen), "px")


def _few(seen: Comparison) -> float:
    """Pixels of one square millimetre: what landmarks are unsure of."""
    return max(4.0, seen.face.px_per_mm**2)


def _changed_between(seen: Comparison, upper: str, lower: str) -> int:
    shape = seen.changed.shape
    both = [
        _between(shape, p, upper, lower) for p in (seen.face.landmarks_px[:, :2], seen.landmarks_px)
    ]
    rim = max(1, round(HELD_MM * seen.face.px_per_mm))
    kept = (
        cv2.erode((both[0] & both[1]).astype(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8)) > 0
    )
    return int(np.count_nonzero(kept & seen.changed))


def _between(shape: tuple[int, ...], points: Points, upper: str, lower: str) -> Bool:
    return _polygon(shape, points[[*curve(upper), *reversed(curve(lower))]])


def _polygon(shape: tuple[int, ...], corners: Points) -> Bool:
    out = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(out, [np.round(corners).astype(np.int32)], 1)
    return out > 0


def bent_wall(seen: Comparison) -> Alarm:
    """The farthest that something well beyond the face was moved, beside it and above its jaw."""
    limit = EARS_MM if seen.entry.id in EARED else WALL_MM
    beyond = (seen.oval_mm > limit) & seen.changed
    beyond[round(float(seen.face.landmarks_px[point("stomion_inferius"), 1])) :] = False
    away = np.hypot(*np.moveaxis(seen.outcome.displacement_px, -1, 0))
    return Alarm("bent wall", float(away[beyond].max()) if beyond.any() else 0.0, 1.0, "px")


def unseen_effect(seen: Comparison) -> Alarm:
    """How far the change stays below what an eye sees, where nothing is said of that."""
    if seen.outcome.warnings:
        return Alarm("unseen", 0.0, 1.0, "")
    colour, shift = seen_change(seen)
    least = 1.0 / max(colour / SEEN_DE, shift / SEEN_MM, 1e-3)
    return Alarm("unseen", least, 1.0, "times too little")


def seen_change(seen: Comparison) -> tuple[float, float]:
    """Return the strongest change of colour (CIEDE2000, without texture) and of place (mm)."""
    if not seen.changed.any():
        return 0.0, 0.0
    colour = _difference(seen)[seen.changed]
    shift = seen.outcome.shift_mm[seen.changed]
    return float(np.percentile(colour, SEEN_OF)), float(np.percentile(shift, SEEN_OF))


def _difference(seen: Comparison) -> Values:
    soft = EYE_SOFT_MM * seen.face.px_per_mm
    before, after = (
        skimage.color.rgb2lab(cv2.GaussianBlur(image, (0, 0), soft))
        for image in (seen.face.photo.image, seen.outcome.image)
    )
    return np.asarray(skimage.color.deltaE_ciede2000(before, after), np.float32)


def misplaced_effect(seen: Comparison) -> Alarm:
    """The share of the change that lies away from where the procedure is done."""
    place = PLACES.get(seen.entry.id, PLACES.get(seen.entry.area))
    share = 0.0
    if place is not None and seen.changed.any():
        reach_mm, names = place
        points = seen.face.landmarks_px[list(_landmarks(names)), :2]
        there = np.ones(seen.changed.shape, np.uint8)
        for x, y in np.round(points).astype(int):
            cv2.circle(there, (int(x), int(y)), 1, 0, -1)
        near = cv2.distanceTransform(there, cv2.DIST_L2, 5) <= reach_mm * seen.face.px_per_mm
        colour = np.where(seen.changed, _difference(seen), 0.0)
        share = float(colour[~near].sum() / max(float(colour.sum()), 1e-6))
    return Alarm("away from its place", share, 0.15, "of the change")


def _landmarks(names: Iterable[str]) -> set[int]:
    """Return the landmarks of curves and points; a star stands for both sides."""
    out: set[int] = set()
    for name in names:
        both = [f"{name[:-1]}_{side}" for side in _BOTH] if name.endswith("*") else [name]
        for one in both:
            try:
                out.update(curve(one))
            except KeyError:
                out.add(point(one))
    return out
