"""Anthropometry: standard distances, angles and ratios of a face, each with its uncertainty.

Every measure is one row of `_ROWS`. Rows name points of `anatomy`; "@" in a row stands for the side
and makes two measures, `..._left` and `..._right`.

How distances are taken. Between a point and its own mirror: in 3-D ("xyz"), where the two depths
are alike and an error of the pose has no effect. Everything else: in the picture plane of the head
frame ("xy", "x" or "y"), because depth from one photo is weak: on the development people 3-D makes
an upper vermilion of 6.5 mm 8.8 mm long and depends on head pitch just as much. What only depth can
tell has the plane "depth": a photo from the front hardly shows it, and its uncertainty is large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from face_mesh.arrays import Index, Points
from face_mesh.face import Face, Measure
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.model_file import canonical_mesh

Plane = Literal["front", "depth"]
_Taken = tuple[str, str, tuple[str, ...]]  # id, kind and full names of points, side filled in


@dataclass(frozen=True)
class MeasureSpec:
    """What a measure is, apart from any face.

    Attributes:
        name: for people.
        unit: "mm", "deg" or "ratio".
        plane: "front" if a photo from the front shows it, else "depth".
        landmark_sd: standard uncertainty that the landmarks alone bring, in `unit`.
    """

    name: str
    unit: str
    plane: Plane
    landmark_sd: float

    @property
    def seen_from_front(self) -> bool:
        """Whether a change of it can be seen in a photo from the front."""
        return self.plane == "front"


@dataclass(frozen=True)
class _Row:
    """One measure: `points` and what is taken of them, see `_Layout`."""

    id: str
    name: str
    kind: str
    points: tuple[str, ...] = ()
    plane: Plane = "front"


_WIDTHS = [  # between a right and a left point, 3-D
    _Row("interpupillary_distance", "Distance between the pupils", "xyz", ("pupil",)),
    _Row("intercanthal_width", "Distance between the inner eye corners", "xyz", ("endocanthion",)),
    _Row("outercanthal_width", "Distance between the outer eye corners", "xyz", ("exocanthion",)),
    _Row("nasal_width", "Width of the nose at the nostrils", "xyz", ("alare",)),
    _Row("alar_base_width", "Width of the base of the nose", "xyz", ("subalare",)),
    _Row("nasal_dorsum_width", "Width of the bridge of the nose", "xyz", ("dorsum_edge",)),
    _Row("nasal_sidewall_width", "Width of the nose at its side walls", "xyz", ("nasal_sidewall",)),
    _Row("mouth_width", "Width of the mouth", "xyz", ("cheilion",)),
    _Row("cupids_bow_width", "Width of the Cupid's bow", "xyz", ("crista_philtri",)),
    _Row("bitemporal_width", "Width of the face at the temples", "xyz", ("temple",)),
    _Row("bizygomatic_width", "Width of the face at the cheekbones", "xyz", ("zygion",)),
    _Row("midface_width", "Width of the face at the mouth", "xyz", ("midface",)),
    _Row("bigonial_width", "Width of the face at the jaw angles", "xyz", ("gonion",)),
]
_HEIGHTS = [  # between two points, along the axes that `kind` names
    _Row("facial_height", "Height of the face, nasion to chin", "y", ("nasion", "menton")),
    _Row("upper_face_height", "Top of the mesh to brow", "y", ("mesh_top", "glabella")),
    _Row("middle_face_height", "Brow to base of the nose", "y", ("glabella", "subnasale")),
    _Row("lower_face_height", "Base of the nose to chin", "y", ("subnasale", "menton")),
    _Row("nasal_height", "Height of the nose", "y", ("nasion", "subnasale")),
    _Row("nasal_length", "Length of the bridge of the nose", "xy", ("nasion", "pronasale")),
    _Row("nasal_tip_height", "Nasal tip above its base", "y", ("pronasale", "subnasale")),
    _Row("philtrum_length", "Length of the philtrum", "y", ("subnasale", "labrale_superius")),
    _Row("upper_lip_height", "Height of the upper lip", "y", ("subnasale", "stomion_superius")),
    _Row(
        "upper_vermilion_height",
        "Height of the red of the upper lip",
        "y",
        ("labrale_superius", "stomion_superius"),
    ),
    _Row(
        "lower_vermilion_height",
        "Height of the red of the lower lip",
        "y",
        ("stomion_inferius", "labrale_inferius"),
    ),
    _Row("lower_lip_height", "Height of the lower lip", "y", ("stomion_inferius", "sublabiale")),
    _Row("chin_height", "Mouth to chin", "y", ("stomion_inferius", "menton")),
    _Row("cheek_drop_@", "Pupil to the peak of the cheek", "y", ("pupil_@", "malar_apex_@")),
    _Row(
        "palpebral_fissure_width_@",
        "Width of the eye opening",
        "xy",
        ("exocanthion_@", "endocanthion_@"),
    ),
    _Row("jowl_height_@", "Corner of the mouth to the jowl", "y", ("cheilion_@", "jowl_@")),
    _Row(
        "facial_fifth_@", "Outer eye corner to side of the face", "x", ("zygion_@", "exocanthion_@")
    ),
]
_CURVES = [  # height of a curve over another curve, or over the pupil, at the x of a point
    _Row("palpebral_fissure_height_@", "Height of the eye opening", "opening", ("pupil_@",)),
    _Row("mrd1_@", "Pupil to upper lid margin (MRD1)", "lid", ("pupil_@",)),
    _Row("upper_lid_show_@", "Upper lid from its margin to its fold", "fold", ("pupil_@",)),
    _Row("brow_height_@", "Brow above the pupil", "brow", ("pupil_@",)),
    _Row("brow_height_medial_@", "Brow above the inner eye corner", "brow", ("endocanthion_@",)),
    _Row("brow_height_lateral_@", "Brow above the outer eye corner", "brow", ("exocanthion_@",)),
]
_ANGLES = [  # at the middle point; "angle_xy" in the picture plane
    _Row(
        "nasolabial_angle",
        "Angle between nose and upper lip",
        "angle",
        ("columella", "subnasale", "labrale_superius"),
        "depth",
    ),
    _Row(
        "nasofrontal_angle",
        "Angle between forehead and nose",
        "angle",
        ("glabella", "nasion", "rhinion"),
        "depth",
    ),
    _Row("jaw_angle_@", "Angle of the jaw", "angle_xy", ("zygion_@", "gonion_@", "menton")),
]
_AHEAD = [  # how far (z) the first point lies ahead of the mean of the others
    _Row(
        "chin_projection", "Chin ahead of the base of the nose", "ahead", ("pogonion", "subnasale")
    ),
    _Row(
        "nasal_tip_projection",
        "Nasal tip ahead of the alar creases",
        "ahead",
        ("pronasale", "alar_crease_right", "alar_crease_left"),
    ),
    _Row(
        "nasal_root_projection",
        "Root of the nose ahead of the inner eye corners",
        "ahead",
        ("nasion", "endocanthion_right", "endocanthion_left"),
    ),
    _Row(
        "cheek_projection_@",
        "Cheek ahead of the outer eye corner",
        "ahead",
        ("malar_apex_@", "exocanthion_@"),
    ),
]
_OTHERS = [
    _Row("dorsal_hump_height", "Hump of the nose ahead of its straight line", "hump"),
    _Row("upper_lip_projection", "Upper lip ahead of the nose-chin line", "lip"),
    _Row("lower_lip_projection", "Lower lip ahead of the nose-chin line", "lip"),
    _Row("cupids_bow_depth", "Depth of the Cupid's bow", "bow"),
    _Row("canthal_tilt_@", "Tilt of the eye, outer corner up", "tilt"),
    _Row("facial_symmetry", "Mean distance between the halves of the face", "symmetry"),
]
_RATIOS = [  # of two measures
    _Row(
        "alar_intercanthal_ratio",
        "Nose to eye distance",
        "ratio",
        ("nasal_width", "intercanthal_width"),
    ),
    _Row(
        "bigonial_bizygomatic_ratio",
        "Jaw to cheekbones",
        "ratio",
        ("bigonial_width", "bizygomatic_width"),
    ),
    _Row(
        "middle_lower_third_ratio",
        "Middle to lower third of the face",
        "ratio",
        ("middle_face_height", "lower_face_height"),
    ),
    _Row(
        "facial_index",
        "Height to width of the face",
        "ratio",
        ("facial_height", "bizygomatic_width"),
    ),
    _Row("nasal_index", "Width to height of the nose", "ratio", ("nasal_width", "nasal_height")),
    _Row(
        "vermilion_ratio",
        "Lower to upper red lip",
        "ratio",
        ("lower_vermilion_height", "upper_vermilion_height"),
    ),
    _Row(
        "intercanthal_fifth_ratio",
        "Eye distance to a fifth of the face",
        "ratio",
        ("intercanthal_width", "bizygomatic_width"),
    ),
]
_DEPTH_KINDS = {"ahead", "hump", "lip"}
_DEG_KINDS = {"angle", "angle_xy", "tilt"}
_FIFTHS = 5.0  # the face is five eye distances wide by the classical canon

# Standard uncertainty of the landmarks in the unit of the measure, by id without the side. Made by
# `python -m benchmarks.measure_repeatability` on the development half of the London set.
LANDMARK_SD: dict[str, float] = {
    "interpupillary_distance": 0.6,
    "intercanthal_width": 1.8,
    "outercanthal_width": 1.9,
    "nasal_width": 1.6,
    "alar_base_width": 3.4,
    "nasal_dorsum_width": 2,
    "nasal_sidewall_width": 0.64,
    "mouth_width": 2.1,
    "cupids_bow_width": 1.4,
    "bitemporal_width": 2.3,
    "bizygomatic_width": 1.8,
    "midface_width": 2.6,
    "bigonial_width": 4.7,
    "facial_height": 3.2,
    "upper_face_height": 2.8,
    "middle_face_height": 1.6,
    "lower_face_height": 3.4,
    "nasal_height": 2.8,
    "nasal_length": 2.2,
    "nasal_tip_height": 0.8,
    "philtrum_length": 2,
    "upper_lip_height": 1.6,
    "upper_vermilion_height": 0.94,
    "lower_vermilion_height": 1.2,
    "lower_lip_height": 1.9,
    "chin_height": 2.4,
    "jowl_height": 2,
    "cheek_drop": 1.1,
    "palpebral_fissure_width": 1.3,
    "facial_fifth": 1.5,
    "palpebral_fissure_height": 0.88,
    "mrd1": 0.87,
    "upper_lid_show": 0.73,
    "brow_height": 0.96,
    "brow_height_medial": 2.8,
    "brow_height_lateral": 1.3,
    "nasolabial_angle": 9.3,
    "nasofrontal_angle": 8.7,
    "jaw_angle": 3,
    "chin_projection": 4.4,
    "nasal_tip_projection": 3.1,
    "nasal_root_projection": 2.4,
    "cheek_projection": 1.5,
    "dorsal_hump_height": 0.56,
    "upper_lip_projection": 1.9,
    "lower_lip_projection": 2.2,
    "cupids_bow_depth": 0.49,
    "canthal_tilt": 1.7,
    "facial_symmetry": 0.5,
    "alar_intercanthal_ratio": 0.069,
    "bigonial_bizygomatic_ratio": 0.03,
    "middle_lower_third_ratio": 0.052,
    "facial_index": 0.025,
    "nasal_index": 0.071,
    "vermilion_ratio": 0.39,
    "intercanthal_fifth_ratio": 0.06,
}


def _sides(row: _Row) -> tuple[tuple[str, str], ...]:
    """Side and its words for the name; a single empty pair on the midline."""
    return (("left", ", left"), ("right", ", right")) if "@" in row.id else (("", ""),)


def _unit(kind: str) -> str:
    return "deg" if kind in _DEG_KINDS else "ratio" if kind == "ratio" else "mm"


def _spec(row: _Row, words: str) -> MeasureSpec:
    unit = _unit(row.kind)
    plane: Plane = "depth" if row.kind in _DEPTH_KINDS else row.plane
    return MeasureSpec(row.name + words, unit, plane, LANDMARK_SD[row.id.removesuffix("_@")])


_ROWS = (*_WIDTHS, *_HEIGHTS, *_CURVES, *_ANGLES, *_AHEAD, *_OTHERS, *_RATIOS)

MEASURES: Mapping[str, MeasureSpec] = {
    row.id.replace("@", side): _spec(row, words) for row in _ROWS for side, words in _sides(row)
}


@dataclass(frozen=True, eq=False)
class _Layout:
    """The rows turned into index arrays, so that a mesh is measured in a few array operations.

    `distance` holds (from, to) landmarks and `weights` the axes that count; `angle` holds (end,
    vertex, end).
    """

    distance_ids: list[str]
    distance: Index
    distance_weights: Points
    angle_ids: list[str]
    angle: Index
    angle_weights: Points


@cache
def _layout() -> _Layout:
    straight = [_across(row) for row in _WIDTHS] + [s for row in _HEIGHTS for s in _sided(row)]
    angles = [s for row in _ANGLES for s in _sided(row)]
    return _Layout(
        [id_ for id_, _, _ in straight],
        _landmarks(straight),
        np.array([[axis in kind for axis in "xyz"] for _, kind, _ in straight], np.float64),
        [id_ for id_, _, _ in angles],
        _landmarks(angles),
        np.array([[1.0, 1.0, kind == "angle"] for _, kind, _ in angles]),
    )


def _across(row: _Row) -> _Taken:
    (name,) = row.points
    return row.id, row.kind, (f"{name}_right", f"{name}_left")


def _sided(row: _Row) -> list[_Taken]:
    """(id, kind, points) of a row, once a side."""
    return [
        (row.id.replace("@", side), row.kind, tuple(p.replace("@", side) for p in row.points))
        for side, _ in _sides(row)
    ]


def _landmarks(rows: list[_Taken]) -> Index:
    return np.array([[point(name) for name in names] for _, _, names in rows]).T


def measure_points(mesh_mm: Points) -> dict[str, float]:
    """Return every measure of a mesh, by id, in the units of `MEASURES`.

    Pure and fast (a fraction of a millisecond): it is run again on every changed mesh.

    Args:
        mesh_mm: (478, 3) head-frame mm.

    Raises:
        ValueError: another shape.
    """
    if mesh_mm.shape != (478, 3):
        raise ValueError(f"mesh_mm must be (478, 3), got {mesh_mm.shape}")
    out = _distances(mesh_mm) | _angles(mesh_mm) | _projections(mesh_mm) | _lips(mesh_mm)
    for side in ("left", "right"):
        out |= _eye(mesh_mm, side)
    out["dorsal_hump_height"] = _hump_mm(mesh_mm)
    out["facial_symmetry"] = _asymmetry_mm(mesh_mm)
    return out | _ratios(out)


def _distances(mesh: Points) -> dict[str, float]:
    layout = _layout()
    start, end = mesh[layout.distance]
    lengths = np.sqrt(((end - start) ** 2 * layout.distance_weights).sum(axis=1))
    return dict(zip(layout.distance_ids, lengths.tolist(), strict=True))


def _angles(mesh: Points) -> dict[str, float]:
    layout = _layout()
    start, vertex, end = mesh[layout.angle] * layout.angle_weights
    a, b = start - vertex, end - vertex
    across = np.linalg.norm(np.cross(a, b), axis=1)
    degrees = np.degrees(np.arctan2(across, (a * b).sum(axis=1)))
    return dict(zip(layout.angle_ids, degrees.tolist(), strict=True))


def _projections(mesh: Points) -> dict[str, float]:
    z = mesh[:, 2].tolist()
    out = {}
    for row in _AHEAD:
        for id_, _, (front, *back) in _sided(row):
            out[id_] = z[point(front)] - sum(z[point(p)] for p in back) / len(back)
    return out


def _lips(mesh: Points) -> dict[str, float]:
    sn, pg = mesh[point("subnasale"), 1:], mesh[point("pogonion"), 1:]
    down, ahead = (pg - sn) / np.linalg.norm(pg - sn)
    out = {}
    for lip, name in (("upper", "labrale_superius"), ("lower", "labrale_inferius")):
        dy, dz = mesh[point(name), 1:] - sn
        out[f"{lip}_lip_projection"] = float(ahead * dy - down * dz)
    peaks = mesh[[point("crista_philtri_right"), point("crista_philtri_left")], 1].mean()
    out["cupids_bow_depth"] = float(peaks - mesh[point("labrale_superius"), 1])
    return out


def _eye(mesh: Points, side: str) -> dict[str, float]:
    """Heights of brow and lids of one eye."""
    inward = 1.0 if side == "right" else -1.0

    def height(name: str, x: float) -> float:
        line = mesh[list(curve(f"{name}_{side}"))]
        return float(np.interp(x * inward, line[:, 0] * inward, line[:, 1]))

    pupil, inner, outer = (
        mesh[point(f"{p}_{side}")].tolist() for p in ("pupil", "endocanthion", "exocanthion")
    )
    lid = height("upper_lid", pupil[0])
    rise, run = outer[1] - inner[1], inward * (inner[0] - outer[0])
    return {
        f"palpebral_fissure_height_{side}": lid - height("lower_lid", pupil[0]),
        f"mrd1_{side}": lid - pupil[1],
        f"upper_lid_show_{side}": height("lid_crease", pupil[0]) - lid,
        f"brow_height_{side}": height("brow_upper", pupil[0]) - pupil[1],
        f"brow_height_medial_{side}": height("brow_upper", inner[0]) - inner[1],
        f"brow_height_lateral_{side}": height("brow_upper", outer[0]) - outer[1],
        f"canthal_tilt_{side}": float(np.degrees(np.arctan2(rise, run))),
    }


def _hump_mm(mesh: Points) -> float:
    """How far the rhinion stands ahead of the line from nasion to tip, in the sagittal plane."""
    root, hump, tip = (mesh[point(p), 1:] for p in ("nasion", "rhinion", "pronasale"))
    (dy, dz), (up, ahead) = tip - root, hump - root
    return float((dz * up - dy * ahead) / np.hypot(dy, dz))


def _asymmetry_mm(mesh: Points) -> float:
    """Mean distance of the face from its own mirror image, laid on it as well as can be."""
    other = mesh[canonical_mesh().mirror] * (-1.0, 1.0, 1.0)
    here, there = mesh[:468], other[:468]  # without the irises, which follow the gaze
    here, there = here - here.mean(axis=0), there - there.mean(axis=0)
    u, _, vt = np.linalg.svd(there.T @ here)
    turn = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    return float(np.linalg.norm(there @ turn - here, axis=1).mean())


def _ratios(values: dict[str, float]) -> dict[str, float]:
    out = {r.id: values[r.points[0]] / values[r.points[1]] for r in _RATIOS}
    out["intercanthal_fifth_ratio"] *= _FIFTHS
    return out


def measure_all(face: Face) -> tuple[Measure, ...]:
    """Return every measure of a face in the order of `MEASURES`, with its standard uncertainty.

    A length in mm carries the uncertainty of the scale and of the landmarks; an angle or a ratio
    only that of the landmarks.
    """
    values = measure_points(face.mesh_mm)
    scale_sd = face.scale.relative_sd
    return tuple(
        Measure(id_, spec.name, values[id_], spec.unit, _sd(spec, values[id_], scale_sd))
        for id_, spec in MEASURES.items()
    )


def _sd(spec: MeasureSpec, value: float, scale_sd: float) -> float:
    share = scale_sd if spec.unit == "mm" else 0.0
    return float(np.hypot(value * share, spec.landmark_sd))
