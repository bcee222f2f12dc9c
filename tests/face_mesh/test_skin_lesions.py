"""Freckles, acne, vessels, shine and patches: as many as were drawn, of every tone, no others."""

import cv2
import numpy as np
import pytest

from face_mesh import Face
from face_mesh.landmarks.anatomy import point
from face_mesh.regions import region_mask
from face_mesh.skin import lesions
from face_mesh.skin.chromophores import HAEMOGLOBIN, MELANIN
from face_mesh.skin.lesions import moles
from face_mesh.skin.melasma import mmasi
from face_mesh.skin.signs import SIGNS, detect, read_skin
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.working_view import linear
from tests.face_mesh.lesions_drawn import COLOURS, dotted, places
from tests.face_mesh.skins import SKIN, darker, encoded, even_face, with_more, with_photo

TONES = [(235, 205, 190), SKIN, (110, 75, 60)]
CHEEKS = ("malar_left", "malar_right")

tones = pytest.mark.parametrize("tone", TONES)


def total(face: Face, sign: str) -> float:
    return sum(detect(face, sign, region).severity for region in SIGNS[sign].regions)


def grainy(face: Face, sd: float = 0.02, seed: int = 0) -> Face:
    """The face with the fine relief that skin has, on which lesions must stand out."""
    shape = face.photo.image.shape[:2]
    noise = np.random.default_rng(seed).normal(size=shape)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.3 * face.px_per_mm)
    light = linear(face.photo.image).astype(np.float64)
    return with_photo(face, encoded(light * np.exp(sd * noise / noise.std())[..., None]))


@tones
def test_freckles_are_counted_and_are_no_moles_and_no_scars(tone: tuple[int, int, int]) -> None:
    """Brown dots of 2 mm. The number found is that of those drawn, but for a few that touch."""
    face = grainy(even_face(tone))
    at = places(face, (*CHEEKS, "nasal_dorsum"), 60, 3.5, 1)
    freckled = dotted(face, at, 2.0, 0.2, "brown")
    assert 0.6 * len(at) < total(freckled, "freckles") <= 1.1 * len(at)
    assert moles(freckled) == ()
    assert total(freckled, "acne_lesions") == 0
    scars = {colour: total(dotted(face, at, 2.0, 0.2, colour), "acne_scars") for colour in COLOURS}
    assert scars["brown"] < 0.5 * scars["grey"]
    assert total(dotted(face, at, 2.0, 0.2, "grey"), "freckles") == 0


def test_a_few_brown_dots_are_no_freckles() -> None:
    face = grainy(even_face())
    assert total(dotted(face, places(face, CHEEKS, 6, 6.0, 1), 2.0, 0.2, "brown"), "freckles") == 0


def test_a_mole_among_freckles_is_one_mole() -> None:
    face = grainy(even_face())
    at = places(face, (*CHEEKS, "nasal_dorsum"), 60, 3.5, 1)
    x, y = face.landmarks_px[point("malar_apex_left"), :2]
    away = np.hypot(at[:, 0] - x, at[:, 1] - y) > 6.0 * face.px_per_mm
    freckled = dotted(face, at[away], 2.0, 0.2, "brown")
    with_mole = dotted(freckled, np.array([[x, y]]), 4.0, 0.8, "brown")
    (one,) = moles(with_mole)
    assert (one.x_px, one.y_px) == pytest.approx((x, y), abs=0.5 * face.px_per_mm)


@tones
def test_pimples_are_counted_and_measured(tone: tuple[int, int, int]) -> None:
    face = grainy(even_face(tone))
    at = places(face, (*CHEEKS, "forehead"), 12, 12.0, 2)
    found = dotted(face, at, 4.0, 0.2, "red")
    assert total(found, "acne_lesions") == pytest.approx(len(at), abs=2)
    signs = [detect(found, "acne_lesions", region) for region in SIGNS["acne_lesions"].regions]
    assert sum(one.count or 0 for one in signs) == total(found, "acne_lesions")
    area = sum(one.area_mm2 for one in signs)
    assert area == pytest.approx(len(at) * np.pi / 4 * 4.0**2, rel=0.6)
    assert total(found, "freckles") == 0


@tones
def test_brown_and_grey_dots_are_no_pimples(tone: tuple[int, int, int]) -> None:
    face = grainy(even_face(tone))
    at = places(face, (*CHEEKS, "forehead"), 12, 12.0, 2)
    for colour in ("brown", "grey"):
        assert total(dotted(face, at, 4.0, 0.2, colour), "acne_lesions") == 0


def test_blackheads_are_small_dark_and_of_no_colour() -> None:
    face = grainy(even_face())
    at = places(face, (*CHEEKS, "nasal_dorsum"), 20, 6.0, 3)
    assert total(dotted(face, at, 1.2, 0.5, "grey"), "comedones") == pytest.approx(len(at), abs=4)
    assert total(dotted(face, at, 1.2, 0.5, "red"), "comedones") <= 2
    assert total(dotted(face, at, 4.0, 0.5, "grey"), "comedones") == 0
    assert total(face, "comedones") == 0


def test_small_photos_give_no_count_and_say_why() -> None:
    """At 1.3 px per mm a blackhead is a pixel."""
    read = {one.id: one for one in read_skin(even_face(larger=1.0))}
    for sign in ("comedones", "telangiectasia", "pores", "acne_scars"):
        assert read[sign].severity is None
        assert "pixels" in read[sign].unreadable
        assert read[sign].count is None
    assert "pixels" not in read["redness"].unreadable


def drawn_line(face: Face, colour: str, length_mm: float = 9.0) -> Face:
    """A line 0.6 mm wide on the left cheek; "grey" is a crease or a hair."""
    line = darker(face, (0.0, 0.0), length_mm, 0.6, 0.4, 30.0, point("malar_apex_left"))
    amount = -np.log(
        np.maximum(linear(line.photo.image), 1e-4) / np.maximum(linear(face.photo.image), 1e-4)
    )
    light = linear(face.photo.image).astype(np.float64)
    return with_photo(face, encoded(light * np.exp(-amount * np.array(COLOURS[colour]))))


def test_a_vessel_is_a_thin_red_line_measured_in_mm() -> None:
    face = grainy(even_face())
    assert total(face, "telangiectasia") == 0
    found = detect(drawn_line(face, "red"), "telangiectasia", "malar_left")
    assert found.length_mm == pytest.approx(9.0, abs=2.5)
    assert found.severity == pytest.approx(found.length_mm)
    assert total(drawn_line(face, "grey"), "telangiectasia") == 0
    dot = dotted(face, places(face, CHEEKS, 8, 12.0, 2), 3.0, 0.2, "red")
    assert total(dot, "telangiectasia") < 5.0  # of eight, one's edge may pass for a line


@tones
def test_light_thrown_back_white_is_shine_and_paler_skin_is_none(
    tone: tuple[int, int, int],
) -> None:
    face = even_face(tone)
    light = linear(face.photo.image).astype(np.float64)
    inside = region_mask(face, "malar_left")[..., None]
    shining = with_photo(face, encoded(light + 0.15 * inside))
    more = min(0.35, 0.99 / light.max() - 1.0)  # no channel clipped, which would turn it white
    brighter = with_photo(face, encoded(light * (1.0 + more * inside)))
    assert detect(shining, "shine", "malar_left").severity > 1.2  # its soft edge shines less
    assert detect(shining, "shine", "malar_right").severity == 0.0
    assert detect(brighter, "shine", "malar_left").severity < 0.2


def test_the_same_gloss_is_as_much_shine_on_every_tone() -> None:
    """Gloss of the same light from the middle of a cheek outwards: the area it takes is its own.

    As a share of what skin gives back it would be ten times as much on the darkest.
    """
    read = []
    for tone in TONES:
        face = even_face(tone)
        light = linear(face.photo.image).astype(np.float64)
        at = face.landmarks_px[point("malar_apex_left"), :2]
        y, x = np.mgrid[: face.photo.height, : face.photo.width]
        away_mm = np.hypot(x - at[0], y - at[1]) / face.px_per_mm
        gloss = 0.25 * np.exp(-0.5 * (away_mm / 6.0) ** 2)
        glossy = with_photo(face, encoded(light + gloss[..., None]))
        read.append(detect(glossy, "shine", "malar_left").severity)
    assert min(read) > 0.5
    assert max(read) < 1.15 * min(read)


@tones
def test_a_red_middle_of_the_face_is_a_pattern_and_a_red_face_is_none(
    tone: tuple[int, int, int],
) -> None:
    face = even_face(tone)
    middle = face
    for at in ("malar_apex_left", "malar_apex_right"):
        middle = with_more(middle, 12.0, 0.5, HAEMOGLOBIN, at)
    everywhere = with_more(face, 200.0, 0.5, HAEMOGLOBIN)
    assert detect(middle, "centrofacial_redness", "malar_left").severity > 0.3
    assert total(everywhere, "centrofacial_redness") == 0.0
    assert total(with_more(face, 12.0, 0.5, MELANIN), "centrofacial_redness") < 0.1


def test_the_parts_of_melasma_are_its_share_darkness_and_evenness() -> None:
    """One patch on the left cheek; what it adds is weight x class of area x darkness (mMASI)."""
    face = with_more(even_face(), 7.0, 0.4, MELANIN)
    parts = detect(face, "melasma", "malar_left").parts
    assert 0.05 < parts["area_share"] < 0.6
    assert 0.0 < parts["darkness"] <= 4.0
    assert parts["evenness"] > 0.9
    low = np.searchsorted([0.1, 0.3, 0.5, 0.7, 0.9], parts["area_share"], "right") + 1
    assert parts["mmasi"] == pytest.approx(0.3 * low * parts["darkness"])
    others = ("forehead", "malar_right", "chin")
    assert sum(detect(face, "melasma", other).parts["mmasi"] for other in others) == 0.0
    assert mmasi(face) == pytest.approx(parts["mmasi"])
    darker_patch = with_more(even_face(), 7.0, 0.55, MELANIN)
    assert mmasi(darker_patch) > mmasi(face)


def test_light_that_falls_off_to_the_side_is_no_scar_and_no_melasma() -> None:
    """A tenth of the light at the contour, as from a lamp on the other side."""
    face = grainy(even_face())
    x = np.arange(face.photo.width)
    edge = face.landmarks_px[234, 0]  # the contour beside the patient's right cheek
    shade = 1.0 - 0.9 / (1.0 + np.exp((x - edge) / face.px_per_mm / 4.0 - 2.0))
    light = linear(face.photo.image).astype(np.float64)
    rim = with_photo(face, encoded(light * shade[None, :, None]))
    for sign in ("acne_scars", "melasma", "pigment_spots", "moles"):
        assert total(rim, sign) < total(face, sign) + 0.2, sign


@pytest.mark.parametrize("sign", ["acne_scars", "pores"])
def test_relief_as_well_seen_reads_alike_on_every_tone(sign: str) -> None:
    """Hollows of the same number of steps of a byte: twice the density on dark skin."""
    shape = even_face().photo.image.shape[:2]
    noise = cv2.GaussianBlur(np.random.default_rng(3).normal(size=shape), (0, 0), 2.0)
    steps = 5.0 * np.maximum(noise / noise.std() - 0.3, 0.0)
    read = []
    for tone in TONES:
        face = even_face(tone)
        step = np.mean(2.4 / (np.array(tone) + 0.055 * 255.0))  # of sRGB's curve
        light = linear(face.photo.image).astype(np.float64)
        read.append(
            total(with_photo(face, encoded(light * np.exp(-step * steps)[..., None])), sign)
        )
    assert read[0] > 0.3
    assert read == pytest.approx([read[0]] * 3, rel=0.25)


def test_the_shadow_between_the_nostrils_is_no_mole() -> None:
    face = grainy(even_face())
    corner = [face.landmarks_px[point(name), :2] for name in ("columella", "subnasale")]
    at = np.array([np.mean(corner, axis=0)])
    assert moles(dotted(face, at, 3.0, 0.8, "brown")) == ()


def test_a_tuft_of_hair_is_no_mole_and_a_mole_in_a_beard_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    face = grainy(even_face())
    at = np.array([face.landmarks_px[point("malar_apex_left"), :2]])
    tuft, mole = (dotted(face, at, wide, 0.6, "brown") for wide in (6.0, 3.0))
    assert len(moles(tuft)) == len(moles(mole)) == 1
    monkeypatch.setattr(lesions, "hair", lambda face: np.ones(face.photo.image.shape[:2]))
    tuft, mole = (dotted(face, at, wide, 0.6, "brown") for wide in (6.0, 3.0))
    assert moles(tuft) == ()
    assert len(moles(mole)) == 1


def test_the_shade_of_a_fold_at_a_corner_of_the_mouth_is_skin() -> None:
    """It runs into the mouth, which is no skin, and so is no hole in skin."""
    face = even_face()
    corner = face.landmarks_px[point("cheilion_left"), :2]
    at = np.add(corner, (1.5 * face.px_per_mm, 0.0))[None]
    dark = skin_mask(dotted(face, at, 5.0, 2.5, "grey"))
    x, y = np.round(at[0] + (0.5 * face.px_per_mm, 0.0)).astype(int)
    assert dark[y, x] > 0.8
