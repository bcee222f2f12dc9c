"""Is this photo good enough, and what would make it better.

Every limit below was set on the development half of the London set, on the `canada`, `pose` and
`distance` sets and on copies made worse by a known amount; the tests repeat that. A finding blocks
only where a simulation would be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Points, Rgb
from face_mesh.errors import PhotoError
from face_mesh.face import Face, Finding, Severity
from face_mesh.fidelity.faults import faults
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.crop_frame import Frame
from face_mesh.landmarks.detect import Detection, find_faces
from face_mesh.landmarks.yaw_correction import HeadFit
from face_mesh.messages import N_, Message

# Among several faces, one this many times wider than any other is the one that was meant.
CLEARLY_LARGEST = 2.5

# Pupils 40 px apart are 0.63 px a mm: a red upper lip is 4 px high there, and one px of landmark
# error is 1.6 mm. Below that no outcome can be told from noise. At 100 px fine lines begin to show.
MIN_PUPILS_PX = 40.0
SMALL_PUPILS_PX = 100.0

# Yaw as it is read off the picture (`yaw_correction`). The most that any treatment carries, where
# the mesh of rendered heads is off by 2.5 mm; what carries less refuses by itself (docs/turned.md).
# Pitch is as the model sees it, which is 0.8 of it: at 20 deg seen brow heights are 15 % wrong
# (chin up) and the nasal tip 18 % (chin down).
WARN_YAW_DEG, MAX_YAW_DEG = 10.0, 45.0
WARN_PITCH_DEG, MAX_PITCH_DEG = 12.0, 20.0
LEANING_DEG = 25.0  # turned back before the measurement: only the light and the hair are odd
LYING_DEG = 60.0  # beyond it the photo is on its side rather than the head
# See `_darkness`. On a face upside down the model often draws an upright one, its brows on cheeks:
# 192 upright photos from 0.92, 50 of 52 turned over to 0.79. Only below this a second look is
# taken, which costs as much as finding a face; the right way up is then darker by 0.31 or more.
SUSPECT_DARKNESS, UPRIGHT_DARKNESS, DARKER = 1.0, 0.9, 0.15
SECOND_LOOK_WIDTHS, SECOND_LOOK_PX = 1.5, 512

VIEW_PX_PER_MM = 2.0
VIEW_MM = 176.0
_VIEW_CENTRE_MM = np.array([[0.0, -29.0, 0.0]])  # the middle between forehead and chin

MIN_SHARPNESS = 0.85  # see `_sharpness`; London people from 1.2, blurred by 0.5 mm to 0.8
# The same over the whole face at 0.5 px a mm, where steps of 8-bit grey cannot pass for detail.
# Sharp, it is from 1.23; in 17 people 0.80 to 1.03 after a blur of 1.2 mm, 0.55 to 0.68 after
# 2.5 mm, and 0.33 to 0.56 after 4.3 mm or more, where pupils have drifted apart by 12 % in the
# median.
COARSE_PX_PER_MM = 0.5
WARN_COARSE_SHARPNESS, MIN_COARSE_SHARPNESS = 0.75, 0.58
DARK_LEVEL = 100.0  # 99th percentile of the face; the darkest skin in good light has 116
BURNT_SHARE = 0.10  # of the face with a channel at its end
CLIPPED_SHARE = 0.003  # of the face that is white
UNEVEN_STOPS = 0.75  # cheek to cheek; London people to 0.35

SMILE_SCORE = 0.40  # neutral London people to 0.38, smiling ones 0.69 in the median
BROW_SCORE = 0.65
EYES_CLOSED_SCORE = 0.50
MOUTH_OPEN_MM = 3.0
GLASSES_STEP = 0.22  # see `_bridge_step`; 180 people without glasses to 0.18
NEAR_FACE_RATIO = 1.93  # bizygomatic over interpupillary; 106 people from 1.97, at 15 cm 1.89

# Under a mask lips and chin are of one colour, this share of their distance to the skin above in
# CIELAB (a, b), and that distance is large: in 192 photos, beards among them, alike ones are at
# most 6.2 away; behind white, black, blue and green masks from 9.1, the least on pale skin.
COVERED_LAB, ONE_CLOTH = 8.0, 0.3

_PUPILS = [468, 473]
_BROWS = [65, 52, 53, 295, 282, 283]
_UPPER_SKIN = [10, 151, 9, 67, 297, 109, 338, 8, 168, 6, 197, 118, 119, 100, 347, 348, 329]
_LIPS = [37, 0, 267, 84, 17, 314, 39, 269, 91, 321]
_CHIN = [152, 199, 175, 200, 18, 201, 421, 208, 428]
_CHEEK_RIGHT = [50, 101, 36, 205, 187, 118, 119, 100, 142, 123, 147, 207]
_CHEEK_LEFT = [280, 330, 266, 425, 411, 347, 348, 329, 371, 352, 376, 427]

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)

Grey = npt.NDArray[np.float32]


def choose(faces: Sequence[Detection], which: int | None) -> int:
    """Return the index of the face to measure.

    Args:
        faces: every face, left to right in the picture.
        which: the user's choice, counted from 0; None takes the only one, or the clearly largest.

    Raises:
        PhotoError: there is no face, several without a choice, or not as many as `which` says.
    """
    if not faces:
        raise PhotoError(
            "No face was found; use a sharp, upright, well-lit photo of a face from the front."
        )
    if which is not None:
        if not 0 <= which < len(faces):
            raise PhotoError(
                Message(
                    "The photo shows {faces}, so there is no number {number}; count from the left "
                    "of the picture.",
                    faces=_faces(len(faces)),
                    number=which + 1,
                )
            )
        return which
    widths = np.array([np.ptp(d.points_px[:, 0]) for d in faces])
    largest = int(widths.argmax())
    if len(faces) > 1 and np.sort(widths)[-2] * CLEARLY_LARGEST > widths[largest]:
        raise PhotoError(
            Message(
                "The photo shows {faces}; choose one, counted from the left of the picture, or "
                "crop the photo to one face.",
                faces=_faces(len(faces)),
            )
        )
    return largest


def _faces(count: int) -> Message:
    return Message("one face") if count == 1 else Message("{count} faces", count=count)


@dataclass(frozen=True, eq=False)
class _View:
    """The face upright at a fixed scale, so that what is seen does not depend on the photo's size.

    Attributes:
        rgb: (S, S, 3) uint8.
        grey: (S, S) float32 in [0, 255].
        points: (478, 2) px of the view.
        px_per_mm: of the view; never more than the photo has.
    """

    rgb: Rgb
    grey: Grey
    points: Points
    px_per_mm: float

    @classmethod
    def of(cls, face: Face) -> _View:
        image, scale = face.photo.image, min(VIEW_PX_PER_MM, face.px_per_mm)
        width_px = VIEW_MM * face.px_per_mm
        centre = face.pose.to_photo(_VIEW_CENTRE_MM)[0, :2]
        # Only the part of the photo that the turned square can reach is worked on.
        low = np.maximum(np.floor(centre - width_px * 0.75), 0).astype(int)
        high = np.minimum(np.ceil(centre + width_px * 0.75), image.shape[1::-1]).astype(int)
        part = image[low[1] : high[1], low[0] : high[0]]
        roll_deg, size = face.pose.roll_deg, round(VIEW_MM * scale)
        frame = Frame.around(centre - low, width_px, roll_deg, size, mirrored=False)
        rgb = frame.image(part)
        points = (face.landmarks_px[:, :2] - low) @ frame.matrix[:, :2].T + frame.matrix[:, 2]
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
        return cls(rgb, grey, points, scale)

    @cached_property
    def skin(self) -> Rgb:
        """(3, N) uint8: every other pixel of every other row inside the oval of the face."""
        half = np.ascontiguousarray(self.rgb[::2, ::2])
        mask = np.zeros(half.shape[:2], np.uint8)
        oval = self.points[list(curve("face_oval"))] / 2
        cv2.fillPoly(mask, [np.round(oval).astype(np.int32)], 1)
        return np.ascontiguousarray(half[mask > 0].T)

    def box(self, landmarks: tuple[int, ...]) -> Grey:
        """The grey picture of the rectangle about `landmarks`."""
        at = self.points[list(landmarks)]
        (x0, y0), (x1, y1) = np.clip([at.min(axis=0), at.max(axis=0) + 1], 0, len(self.grey))
        return self.grey[int(y0) : int(y1), int(x0) : int(x1)]


Check = Callable[[Face, _View], "tuple[Severity, str, str] | None"]


def assess(face: Face, faces_seen: int) -> tuple[Finding, ...]:
    """Return the findings, worst first.

    Args:
        face: the measured face.
        faces_seen: how many faces the photo shows.
    """
    view = _View.of(face)
    found = [_several(faces_seen)] if faces_seen > 1 else []
    found += [Finding(one.id, "warn", one.message, one.advice) for one in faults(face)]
    for id_, check in _CHECKS.items():
        if (seen := check(face, view)) is not None:
            found.append(Finding(id_, *seen))
    order: list[Severity] = ["block", "warn", "info"]
    return tuple(sorted(found, key=lambda f: order.index(f.severity)))


def _several(faces_seen: int) -> Finding:
    return Finding(
        "several_faces",
        "info",
        Message("The photo shows {count} faces; one of them was measured.", count=faces_seen),
        N_("Choose another face if this is not yours."),
    )


def _size(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    pupils = face.landmarks_px[[point("pupil_right"), point("pupil_left")], :2]
    apart_px = float(np.linalg.norm(pupils[1] - pupils[0]))
    advice = N_("Use a larger photo, or come nearer to the camera (but not nearer than 60 cm).")
    if apart_px < MIN_PUPILS_PX:
        return "block", N_("The face is too small in this photo to be measured."), advice
    if apart_px < SMALL_PUPILS_PX:
        return (
            "warn",
            N_("The face is small in this photo, so fine detail cannot be shown."),
            advice,
        )
    return None


def _cut_off(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    oval = face.landmarks_px[list(curve("face_oval")), :2]
    height, width = face.photo.image.shape[:2]
    outside = ((oval < 0) | (oval > (width - 1, height - 1))).any(axis=1).mean()
    advice = N_("Use a photo that shows the whole face with some room around it.")
    if outside > 0.15:
        return "block", N_("A part of the face lies outside the photo."), advice
    if outside > 0.0:
        return "warn", N_("The face touches the edge of the photo."), advice
    return None


def _yaw(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    advice = N_("Look straight into the camera and keep the camera in front of you.")
    yaw_deg = abs(HeadFit.fit(face.landmarks_px).yaw_deg)
    if yaw_deg > MAX_YAW_DEG:
        return "block", N_("The head is turned too far to the side."), advice
    if yaw_deg > WARN_YAW_DEG:
        return "warn", N_("The head is turned to the side, so the two halves differ."), advice
    return None


def _pitch(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    pitch = face.pose.pitch_deg
    advice = N_("Hold the camera at the height of your eyes and look straight into it.")
    if abs(pitch) > MAX_PITCH_DEG:
        up, down = N_("The chin points too far up."), N_("The chin points too far down.")
        return "block", up if pitch > 0 else down, advice
    if abs(pitch) > WARN_PITCH_DEG:
        up = N_("The chin points up, so heights are less sure.")
        down = N_("The chin points down, so heights are less sure.")
        return "warn", up if pitch > 0 else down, advice
    return None


def _turned(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    if abs(face.pose.roll_deg) <= LYING_DEG and not _upside_down(face, view):
        return None
    return (
        "block",
        N_("The photo is upside down or on its side."),
        N_("Turn it upright and try again."),
    )


def _upside_down(face: Face, view: _View) -> bool:
    darkness = _darkness(view.grey, view.points)
    if darkness >= SUSPECT_DARKNESS or _covered(face, view):  # a dark mask lies on the cheeks too
        return False
    centre = face.pose.to_photo(_VIEW_CENTRE_MM)[0, :2]
    width_px = SECOND_LOOK_WIDTHS * VIEW_MM * face.px_per_mm
    over = face.pose.roll_deg + 180.0
    rgb = Frame.around(centre, width_px, over, SECOND_LOOK_PX, mirrored=False).image(
        face.photo.image
    )
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    again = [_darkness(grey, found.points_px[:, :2]) for found in find_faces(rgb)]
    return max(again, default=0.0) > max(UPRIGHT_DARKNESS, darkness + DARKER)


def _darkness(grey: Grey, points: Points) -> float:
    """How much darker pupils and brows are than the cheeks, as a sum of log ratios."""
    levels = [_median_grey(grey, points[m]) for m in (_CHEEK_RIGHT + _CHEEK_LEFT, _PUPILS, _BROWS)]
    cheeks, pupils, brows = np.log(np.array(levels) + 8.0)
    return float(3.0 * cheeks - pupils - 2.0 * brows)


def _median_grey(grey: Grey, at: Points) -> float:
    soft = [cv2.getRectSubPix(grey, (5, 5), (float(x), float(y))).mean() for x, y in at]
    return float(np.median(soft))


def _roll(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    if not LEANING_DEG < abs(face.pose.roll_deg) <= LYING_DEG:
        return None
    return "info", N_("The head leans to one side."), N_("Hold head and camera upright.")


def _blur(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    advice = N_("Wipe the lens, rest the camera on something and focus on the eyes.")
    coarse = _coarse_sharpness(view)
    if coarse < MIN_COARSE_SHARPNESS:
        return "block", N_("The photo is too blurred for the face to be measured."), advice
    fine = max(_sharpness(view.box(eye)) for eye in _eyes())
    if fine < MIN_SHARPNESS or coarse < WARN_COARSE_SHARPNESS:
        return "warn", N_("The photo is blurred, so lines and texture cannot be judged."), advice
    return None


def _coarse_sharpness(view: _View) -> float:
    scale = COARSE_PX_PER_MM / view.px_per_mm
    grey = view.box(curve("face_oval"))
    if min(grey.shape) * scale < 3:
        return 0.0
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return _sharpness(np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)))


def _eyes() -> list[tuple[int, ...]]:
    return [curve(f"lid_crease_{s}") + curve(f"lid_cheek_junction_{s}") for s in ("left", "right")]


def _sharpness(grey: Grey) -> float:
    """Mean second over mean first difference: falls with blur, indifferent to contrast."""
    if min(grey.shape) < 3:
        return 0.0
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean() / (slope.mean() + 1e-3))


def _dark(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    if np.percentile(_LUMA @ view.skin, 99) >= DARK_LEVEL:
        return None
    return (
        "warn",
        N_("The photo is too dark."),
        N_("Face a window or a lamp; avoid light from behind."),
    )


def _bright(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    skin = view.skin
    if (skin.max(axis=0) >= 254).mean() > BURNT_SHARE:
        return (
            "warn",
            N_("The photo is too bright, so the colour of the skin is lost."),
            N_("Move away from the lamp, or lower the exposure."),
        )
    if (skin.min(axis=0) >= 250).mean() > CLIPPED_SHARE:
        return (
            "warn",
            N_("There are white highlights on the face in which no skin can be seen."),
            N_("Turn the flash off and dab shiny skin dry."),
        )
    return None


def _uneven(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    right, left = (_level(view, cheek) for cheek in (_CHEEK_RIGHT, _CHEEK_LEFT))
    if abs(np.log2(right / left)) <= UNEVEN_STOPS:
        return None
    dark_right = N_("Your right cheek lies in shadow, which can pass for shape.")
    dark_left = N_("Your left cheek lies in shadow, which can pass for shape.")
    return (
        "warn",
        dark_right if right < left else dark_left,
        N_("Face the light, so that both cheeks are equally bright."),
    )


def _level(view: _View, landmarks: list[int]) -> float:
    """Median linear light about `landmarks`, with a floor that keeps noise out of a ratio."""
    reach = max(1, round(view.px_per_mm))
    at = np.clip(np.round(view.points[landmarks]).astype(int), reach, len(view.grey) - 1 - reach)
    levels = [view.grey[y - reach : y + reach + 1, x - reach : x + reach + 1].mean() for x, y in at]
    return float(np.median((np.array(levels) / 255.0) ** 2.2)) + 0.002


def _smile(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    if face.smile <= SMILE_SCORE:
        return None
    return (
        "warn",
        N_("You are smiling, which widens the mouth and deepens folds and lines."),
        N_("Use a photo with a relaxed face and closed lips."),
    )


def _mouth_open(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    lips = face.mesh_mm[[point("stomion_superius"), point("stomion_inferius")], 1]
    if lips[0] - lips[1] <= MOUTH_OPEN_MM:
        return None
    return "warn", N_("The mouth is open."), N_("Use a photo with closed lips and a relaxed jaw.")


def _eyes_closed(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    sides = [face.expression.get(f"eyeBlink{s}", 0.0) for s in ("Left", "Right")]
    if max(sides) <= EYES_CLOSED_SCORE:
        return None
    return (
        "warn",
        N_("An eye is closed, so the size of the face is less sure."),
        N_("Use a photo with both eyes open."),
    )


def _brows_raised(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    names = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
    if max(face.expression.get(n, 0.0) for n in names) <= BROW_SCORE:
        return None
    return (
        "warn",
        N_("The eyebrows are raised, which changes their height and the lines of the forehead."),
        N_("Use a photo with a relaxed forehead."),
    )


def _glasses(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    if _bridge_step(view) <= GLASSES_STEP:
        return None
    return (
        "warn",
        N_("You seem to wear glasses, which hide the skin around the eyes and would be bent."),
        N_("Take them off for the photo."),
    )


def _bridge_step(view: _View) -> float:
    """Largest step of log colour down the root of the nose: a bridge of glasses is one."""
    scale = view.px_per_mm
    x = view.points[[point("nasion"), 6], 0].mean()
    y0, y1 = view.points[[point("glabella"), 197], 1] + (2.0 * scale, 0.0)
    strip = view.rgb[int(y0) : int(y1), int(x - 3.5 * scale) : int(x + 3.5 * scale) + 1]
    step = max(1, int(1.5 * scale))
    if len(strip) <= step or not strip.size:
        return 0.0
    soft = cv2.GaussianBlur(strip, (0, 0), 0.4 * scale)
    profile = np.log(soft.astype(np.float32) + 8.0).mean(axis=1)
    return float(np.abs(profile[step:] - profile[:-step]).max())


def _covered(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    skin, lips, chin = (_hue(view, marks) for marks in (_UPPER_SKIN, _LIPS, _CHIN))
    apart = min(float(np.linalg.norm(part - skin)) for part in (lips, chin))
    if apart <= COVERED_LAB or np.linalg.norm(lips - chin) > ONE_CLOTH * apart:
        return None
    return (
        "block",
        N_("The mouth and chin seem to be covered."),
        N_("Take off any mask or scarf and use a photo that shows the whole face."),
    )


def _hue(view: _View, landmarks: list[int]) -> Points:
    """Median CIELAB (a, b) about `landmarks`: light and shade hardly change it."""
    reach = max(1, round(view.px_per_mm))
    at = np.clip(np.round(view.points[landmarks]).astype(int), reach, len(view.grey) - 1 - reach)
    boxes = [view.rgb[y - reach : y + reach + 1, x - reach : x + reach + 1] for x, y in at]
    colours = np.array([[box.mean(axis=(0, 1)) for box in boxes]], np.float32) / 255.0
    lab = cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[0, :, 1:]
    return np.asarray(np.median(lab, axis=0), np.float64)


def _near(face: Face, view: _View) -> tuple[Severity, str, str] | None:
    pairs = [("zygion_right", "zygion_left"), ("pupil_right", "pupil_left")]
    face_mm, eyes_mm = (
        np.linalg.norm(face.mesh_mm[point(a)] - face.mesh_mm[point(b)]) for a, b in pairs
    )
    if face_mm / eyes_mm >= NEAR_FACE_RATIO or _blur(face, view):  # blur drives the pupils apart
        return None
    return (
        "warn",
        N_("The photo seems taken from very near, which widens the nose and narrows the face."),
        N_("Hold the camera at least 60 cm away, and zoom in."),
    )


_CHECKS: dict[str, Check] = {
    "face_small": _size,
    "face_cut_off": _cut_off,
    "photo_turned": _turned,
    "head_turned": _yaw,
    "head_tilted": _pitch,
    "head_leaning": _roll,
    "blurred": _blur,
    "too_dark": _dark,
    "too_bright": _bright,
    "uneven_light": _uneven,
    "smile": _smile,
    "mouth_open": _mouth_open,
    "eyes_closed": _eyes_closed,
    "brows_raised": _brows_raised,
    "glasses": _glasses,
    "face_covered": _covered,
    "too_near": _near,
}
