"""How the face stands in the photo: its size, its edges, its turn, and how near the camera was."""

from __future__ import annotations

import numpy as np

from face_mesh.covers.cover import hidden_eyes, sight_of
from face_mesh.covers.network import look
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.crop_frame import Frame
from face_mesh.landmarks.detect import find_faces
from face_mesh.landmarks.scale import EFFECTIVE_IRIS_MM, iris_diameter_px
from face_mesh.landmarks.yaw_correction import FACE_SIZE, HeadFit
from face_mesh.messages import N_
from face_mesh.quality.light import blur
from face_mesh.quality.view import VIEW_CENTRE_MM, VIEW_MM, Check, Seen, View

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
# On a face upside down the landmark model often draws an upright one, its brows on cheeks. The
# cover network tells; then the photo is turned over, and only if there is an upright face in that
# it counts, which costs as much as finding a face and is seldom needed.
SUSPECT, UPRIGHT = 0.5, 0.2
SECOND_LOOK_WIDTHS, SECOND_LOOK_PX = 1.5, 512
# Size of the face in units of its irises, over that of the average adult: the iris is full-grown in
# small children, the face is not. 286 adults from 0.91 (mean 1.00 in even light, SD 0.04).
LEAST_FACE_RATIO = 0.88
NEAR_FACE_RATIO = 1.93  # bizygomatic over interpupillary; 106 people from 1.97, at 15 cm 1.89


def _size(face: Face, view: View) -> Seen | None:
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


def _cut_off(face: Face, view: View) -> Seen | None:
    oval = face.landmarks_px[list(curve("face_oval")), :2]
    height, width = face.photo.image.shape[:2]
    outside = ((oval < 0) | (oval > (width - 1, height - 1))).any(axis=1).mean()
    advice = N_("Use a photo that shows the whole face with some room around it.")
    if outside > 0.15:
        return "block", N_("A part of the face lies outside the photo."), advice
    if outside > 0.0:
        return "warn", N_("The face touches the edge of the photo."), advice
    return None


def _yaw(face: Face, view: View) -> Seen | None:
    advice = N_("Look straight into the camera and keep the camera in front of you.")
    yaw_deg = abs(HeadFit.fit(face.landmarks_px).yaw_deg)
    if yaw_deg > MAX_YAW_DEG:
        return "block", N_("The head is turned too far to the side."), advice
    if yaw_deg > WARN_YAW_DEG:
        return "warn", N_("The head is turned to the side, so the two halves differ."), advice
    return None


def _pitch(face: Face, view: View) -> Seen | None:
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


def _roll(face: Face, view: View) -> Seen | None:
    if not LEANING_DEG < abs(face.pose.roll_deg) <= LYING_DEG:
        return None
    return "info", N_("The head leans to one side."), N_("Hold head and camera upright.")


def _near(face: Face, view: View) -> Seen | None:
    pairs = [("zygion_right", "zygion_left"), ("pupil_right", "pupil_left")]
    face_mm, eyes_mm = (
        np.linalg.norm(face.mesh_mm[point(a)] - face.mesh_mm[point(b)]) for a, b in pairs
    )
    if face_mm / eyes_mm >= NEAR_FACE_RATIO or blur(face, view):  # blur drives the pupils apart
        return None
    return (
        "warn",
        N_("The photo seems taken from very near, which widens the nose and narrows the face."),
        N_("Hold the camera at least 60 cm away, and zoom in."),
    )


def _turned(face: Face, view: View) -> Seen | None:
    if abs(face.pose.roll_deg) <= LYING_DEG and not _upside_down(face):
        return None
    return (
        "block",
        N_("The photo is upside down or on its side."),
        N_("Turn it upright and try again."),
    )


def _upside_down(face: Face) -> bool:
    if sight_of(face).upside_down < SUSPECT:
        return False
    centre = face.pose.to_photo(VIEW_CENTRE_MM)[0, :2]
    width_px = SECOND_LOOK_WIDTHS * VIEW_MM * face.px_per_mm
    over = face.pose.roll_deg + 180.0
    rgb = Frame.around(centre, width_px, over, SECOND_LOOK_PX, mirrored=False).image(
        face.photo.image
    )
    return any(look(rgb, found.points_px).upside_down < UPRIGHT for found in find_faces(rgb))


def _proportions(face: Face, view: View) -> Seen | None:
    fit = HeadFit.fit(face.landmarks_px)
    irises = iris_diameter_px(face.landmarks_px) / EFFECTIVE_IRIS_MM
    if fit.px_per_mm / FACE_SIZE / irises >= LEAST_FACE_RATIO:
        return None
    if hidden_eyes(face) or fit.share or blur(face, view):  # which leave no iris to go by
        return None
    return (
        "warn",
        N_("The face is small for its irises, as a child's is."),
        N_(
            "Beforehand is for adults only. If this is an adult, give the distance between the "
            "pupils, because the size of the face is less sure."
        ),
    )


CHECKS: dict[str, Check] = {
    "face_small": _size,
    "face_cut_off": _cut_off,
    "photo_turned": _turned,
    "head_turned": _yaw,
    "head_tilted": _pitch,
    "head_leaning": _roll,
    "too_near": _near,
    "unusual_proportions": _proportions,
}
