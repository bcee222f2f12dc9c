"""Anatomical names for the landmarks of the mesh: points and curves, as data.

Only the midline and the patient's right side are written down; the left side is the mirror of the
right, by the symmetry of the canonical mesh. Where a standard point has no landmark exactly on it
the nearest one was taken, judged against the hand-placed points of the development half of the
London set (`python -m benchmarks.measure_repeatability --points` prints offset and spread).
"""

from __future__ import annotations

from functools import cache

from face_mesh.landmarks.model_file import canonical_mesh

MIDLINE_POINTS: dict[str, int] = {
    "mesh_top": 10,  # below the hairline (trichion) of most people: the mesh ends there
    "metopion": 151,
    "glabella": 9,
    "nasion": 168,  # sellion: the deepest point of the root in the mean face
    "rhinion": 195,
    "pronasale": 4,
    "infratip": 1,
    "columella": 19,
    "subnasale": 2,
    "philtrum": 164,
    "labrale_superius": 0,
    "stomion_superius": 13,
    "stomion_inferius": 14,
    "labrale_inferius": 17,
    "sublabiale": 18,
    "pogonion": 199,  # foremost point of the chin in the canonical and in the mean face
    "gnathion": 175,
    "menton": 152,
}

RIGHT_POINTS: dict[str, int] = {
    "pupil": 468,
    "exocanthion": 33,
    "endocanthion": 133,
    "palpebrale_superius": 159,
    "palpebrale_inferius": 145,
    "brow_medial": 107,
    "brow_central": 66,
    "brow_peak": 105,
    "brow_lateral": 63,
    "brow_tail": 46,
    "brow_head_lower": 55,
    "dorsum_edge": 3,
    "nasal_sidewall": 236,
    "alare": 64,
    "alar_crease": 129,
    "subalare": 240,
    "crista_philtri": 37,
    "cheilion": 61,
    "malar_apex": 50,
    "zygion": 234,
    "tragion": 93,
    "midface": 58,  # the contour at the level of the mouth
    "gonion": 172,
    "prejowl": 149,
    "jowl": 136,
    "temple": 139,  # between the end of the brow and the hairline
}

MIDLINE_CURVES: dict[str, tuple[int, ...]] = {
    # Closed, clockwise in the picture from the top.
    "face_oval": (
        *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
        *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
    ),
    # From the patient's right temple to the left, where the mesh ends below the hairline.
    "forehead_top": (54, 103, 67, 109, 10, 338, 297, 332, 284),
    # From the patient's right corner of the mouth to the left.
    "upper_vermilion_border": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    "lower_vermilion_border": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    "upper_vermilion_arch": (39, 37, 0, 267, 269),  # the border without the corners
    "upper_lip_edge": (81, 82, 13, 312, 311),  # where the lips meet, without the corners
    "lower_lip_edge": (178, 87, 14, 317, 402),
    "upper_inner_lip": (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    "lower_inner_lip": (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    # Downwards.
    "nasal_dorsum": (168, 6, 197, 195, 5, 4),
    "nasal_root": (168, 6, 197),
    "bony_dorsum": (168, 6, 197, 195),
    "dorsal_hump": (197, 195),  # where bone meets cartilage
    "supratip": (5,),
    "columella": (1, 19, 94, 2),
    "facial_midline": (
        *(10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 164, 0, 11, 12),
        *(15, 16, 17, 18, 200, 199, 175, 152),
    ),
    "philtral_midline": (2, 164, 0),
    # From the patient's right to the left.
    "nasal_tip_lobule": (45, 4, 275),
    "tip_and_columella": (45, 4, 275, 4, 1, 19, 94),
    "mentum": (208, 199, 428),
    "menton_border": (148, 152, 377),
    "chin_border": (140, 171, 175, 396, 369),
    # From the patient's right ala to the left, under the nose.
    "nasal_base": (64, 98, 97, 2, 326, 327, 294),
    # From the patient's right ear to the left.
    "jaw_contour": (
        *(93, 132, 58, 172, 136, 150, 149, 176, 148),
        *(152, 377, 400, 378, 379, 365, 397, 288, 361, 323),
    ),
}

RIGHT_CURVES: dict[str, tuple[int, ...]] = {
    # From lateral to medial.
    "brow_upper": (70, 63, 105, 66, 107),
    "brow_lower": (46, 53, 52, 65, 55),
    "upper_lid": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "lower_lid": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "lower_lid_bag": (110, 24, 23, 22, 26),  # midway between margin and cheek
    "lid_crease": (130, 247, 30, 29, 27, 28, 56, 190, 243),
    "lid_crease_arch": (247, 30, 29, 27, 28, 56),
    "medial_lid_cheek_junction": (231, 232, 233, 244),  # where vessels are
    "lid_cheek_junction": (226, 31, 228, 229, 230, 231, 232, 233, 244),
    "tear_trough": (111, 117, 118, 119, 120, 121, 128),  # as its depth is read, to the nose
    "nasojugal_groove": (111, 117, 118, 119, 120, 232, 233),  # to below the inner corner of the eye
    # Closed, clockwise in the picture.
    "iris": (469, 470, 471, 472),
    "nostril": (79, 218, 219, 166, 59, 75, 60, 20, 238, 239),
    # Downwards.
    "ala": (49, 102, 64, 98),
    "nose_cheek_junction": (244, 128, 114, 217, 198),
    "nasal_side": (193, 122, 196, 3, 51, 45),
    "nasolabial_fold": (129, 203, 206, 216, 212),
    "lower_nasolabial_fold": (203, 206, 216, 212),  # what lies free of the nose
    "marionette_line": (61, 43, 106, 204, 211),
    "labiomandibular_fold": (57, 202, 211, 170),  # from beside the mouth to the border of the jaw
    "mandibular_border": (172, 136, 150, 149),
    "mandibular_angle": (132, 58, 172, 136),
    "prejowl_border": (136, 150, 149, 176),
    "mandibular_body": (172, 136, 150),
    "jowl_border": (150, 136),
    "jowl_fat": (214, 210, 135),  # beside the marionette line, above the border of the jaw
    "masseter_border": (58, 172),  # where the muscle makes the outline
    "submalar_hollow": (187, 207, 214),
    "temporal_hollow": (71, 139),
    # Closed, clockwise in the picture: between eye, brow and contour, from forehead to cheekbone.
    "temple_side": (103, 104, 63, 70, 156, 35, 117, 234, 127, 162, 21, 54),
    # From lateral to medial.
    "malar_eminence": (50, 101),
    "zygomatic_eminence": (123, 117),
    "brow": (46, 53, 52, 65, 55, 107, 66, 105, 63, 70, 46),  # around it
    "tail_third_of_brow": (70, 63, 105),
    "head_third_of_brow": (66, 107, 55),
}


def stem_and_side(name: str) -> tuple[str, str]:
    """Return a name without its side, and "left", "right" or "" where it has none."""
    stem, _, side = name.rpartition("_")
    return (stem, side) if side in ("left", "right") else (name, "")


@cache
def point(name: str) -> int:
    """Return the landmark of a named point: "glabella", "alare_right", "alare_left", ...

    Raises:
        KeyError: there is no such name.
    """
    if name in MIDLINE_POINTS:
        return MIDLINE_POINTS[name]
    stem, side = stem_and_side(name)
    if not side:
        raise KeyError(name)
    return RIGHT_POINTS[stem] if side == "right" else _mirrored(RIGHT_POINTS[stem])


@cache
def curve(name: str) -> tuple[int, ...]:
    """Return the landmarks of a named curve in order: "face_oval", "upper_lid_left", ...

    Raises:
        KeyError: there is no such name.
    """
    if name in MIDLINE_CURVES:
        return MIDLINE_CURVES[name]
    stem, side = stem_and_side(name)
    if not side:
        raise KeyError(name)
    right = RIGHT_CURVES[stem]
    return right if side == "right" else tuple(map(_mirrored, right))


def _mirrored(index: int) -> int:
    return int(canonical_mesh().mirror[index])
