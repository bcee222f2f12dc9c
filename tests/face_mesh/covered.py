"""Faces with something painted over a part of them."""

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Rgb

Colour = tuple[int, int, int]
PUPILS = {"right": 468, "left": 473}


def place(face: Face, landmark: int, left_mm: float = 0.0, up_mm: float = 0.0) -> tuple[int, int]:
    """Px of a landmark, or of a place some mm to the patient's left of it and above."""
    shift = face.pose.shift_px(np.array([[left_mm, up_mm, 0.0]]))[0, :2]
    x, y = np.round(face.landmarks_px[landmark, :2] + shift).astype(int).tolist()
    return x, y


def skin_colour(face: Face, landmark: int) -> np.ndarray:
    """(3,) median colour of the skin 4 mm about a landmark."""
    (x, y), half = place(face, landmark), max(1, round(4 * face.px_per_mm))
    around = face.photo.image[y - half : y + half, x - half : x + half]
    return np.asarray(np.median(around.reshape(-1, 3), axis=0))


def hand(face: Face) -> Rgb:
    """A hand over mouth and chin: 76 x 48 mm of the person's own forehead."""
    out, ppm = face.photo.image.copy(), face.px_per_mm
    (x, y), (to_x, top) = place(face, 151), place(face, 0, 0, 5)
    own = out[int(y - 9 * ppm) : int(y + 6 * ppm), int(x - 25 * ppm) : int(x + 25 * ppm)]
    skin = cv2.resize(own, (round(76 * ppm), round(48 * ppm)))
    left = to_x - skin.shape[1] // 2
    there = out[top : top + len(skin), left : left + skin.shape[1]]
    there[:] = skin[: len(there)]
    return out


def fingers(face: Face, how_many: int = 3) -> Rgb:
    """Fingers from the left, half over the mouth, of the colour of the person's forehead."""
    out, ppm, own = face.photo.image.copy(), face.px_per_mm, skin_colour(face, 151)
    for below_mm in 13.0 * np.arange(how_many) - 2.0:
        ends = place(face, 0, 40, -below_mm), place(face, 0, -8, -below_mm)
        cv2.line(out, *ends, (0.75 * own).tolist(), round(14 * ppm), cv2.LINE_AA)
        cv2.line(out, *ends, own.tolist(), round(11.5 * ppm), cv2.LINE_AA)
    return out


def patch(face: Face, side: str, colour: Colour, size_mm: tuple[float, float] = (22, 18)) -> Rgb:
    """An ellipse over an eye."""
    out, size = face.photo.image.copy(), tuple(round(mm * face.px_per_mm) for mm in size_mm)
    cv2.ellipse(out, place(face, PUPILS[side]), size, 0, 0, 360, colour, -1, cv2.LINE_AA)
    return out


def sunglasses(face: Face) -> Rgb:
    """Dark glasses."""
    out, ppm, dark = face.photo.image.copy(), face.px_per_mm, (18, 16, 15)
    for landmark in PUPILS.values():
        size = (round(27 * ppm), round(20 * ppm))
        cv2.ellipse(out, place(face, landmark, 0, -4), size, 0, 0, 360, dark, -1, cv2.LINE_AA)
    ends = place(face, 468), place(face, 473)
    cv2.line(out, *ends, dark, max(1, round(3 * ppm)), cv2.LINE_AA)
    return out


def spectacles(face: Face, colour: Colour, thick_mm: float) -> Rgb:
    """Clear glasses with a frame of a colour."""
    out, ppm = face.photo.image.copy(), face.px_per_mm
    pen, size = max(1, round(thick_mm * ppm)), (round(24 * ppm), round(18 * ppm))
    for landmark, sign in ((468, -1.0), (473, 1.0)):
        cv2.ellipse(out, place(face, landmark, sign, -4), size, 0, 0, 360, colour, pen, cv2.LINE_AA)
        end = 127 if sign < 0 else 356
        cv2.line(out, place(face, landmark, 25 * sign, 0), place(face, end), colour, pen, 16)
    cv2.line(out, place(face, 468, 22), place(face, 473, -22), colour, pen, cv2.LINE_AA)
    return out


def mask(face: Face, colour: Colour) -> Rgb:
    """A plain mask from the nose to below the chin."""
    around = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152]
    around += [377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 5]
    out = face.photo.image.copy()
    cv2.fillPoly(out, [np.round(face.landmarks_px[around, :2]).astype(np.int32)], colour)
    return out


def splint(face: Face) -> Rgb:
    """A white splint on the bridge of the nose."""
    out, around = face.photo.image.copy(), [168, 122, 198, 49, 4, 279, 420, 351]
    outline = np.round(face.landmarks_px[around, :2]).astype(np.int32)
    cv2.fillPoly(out, [outline], (235, 235, 230), cv2.LINE_AA)
    return out


def plaster(face: Face, colour: Colour = (225, 190, 160)) -> Rgb:
    """A plaster on the left cheek, 34 x 20 mm."""
    out = face.photo.image.copy()
    corners = place(face, 280, -17, 10), place(face, 280, 17, -10)
    cv2.rectangle(out, *corners, colour, -1)
    return out


def plaster_like_skin(face: Face) -> Rgb:
    """A plaster a little darker than the cheek it is on."""
    red, green, blue = np.round(0.85 * skin_colour(face, 280)).astype(int).tolist()
    return plaster(face, (red, green, blue))


def tube(face: Face) -> Rgb:
    """A nasal cannula of 5 mm from ear to ear."""
    out = face.photo.image.copy()
    line = np.array([place(face, landmark) for landmark in (234, 205, 2, 425, 454)], np.int32)
    cv2.polylines(out, [line], False, (205, 215, 215), round(5 * face.px_per_mm), cv2.LINE_AA)
    return out


def fringe(face: Face) -> Rgb:
    """Dark hair down to the brows."""
    out, draw = face.photo.image.copy(), np.random.default_rng(0)
    end_y = place(face, 105)[1]
    for x in np.linspace(place(face, 21)[0], place(face, 251)[0], 220):
        shade = np.array([45, 32, 25]) * draw.uniform(0.6, 1.5)
        ends = (int(x), place(face, 10, 0, 20)[1]), (int(x + draw.normal(0, 3)), end_y)
        cv2.line(out, *ends, shade.tolist(), max(1, round(1.5 * face.px_per_mm)), cv2.LINE_AA)
    return out
