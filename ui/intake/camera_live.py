"""What to change before a photo is taken, from one small frame of the camera, which is not kept."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import numpy as np

from face_mesh import (
    BeforehandError,
    Face,
    PhotoError,
    open_photo_isolated,
    read_face,
)
from face_mesh.landmarks.anatomy import point
from face_mesh.landmarks.detect import find_faces
from face_mesh.quality.expression import SMILE_SCORE
from face_mesh.quality.placement import WARN_PITCH_DEG, WARN_YAW_DEG
from ui.components.capture.camera import OVAL_SHARE
from ui.compute import model_loading
from ui.intake.views import BEST_TURN_DEG, VIEWS
from ui.server import presence
from ui.state.session import SMILE, THREE_QUARTER
from ui.text.language import N_, message_of

MOST_BYTES = 400_000  # of a frame as it is sent; ours have a tenth of it
# Height of the face over that of the oval; author's estimate of what still fits it.
SMALLEST, LARGEST = 0.75, 1.25
OFF_X, OFF_Y = 0.10, 0.10  # of the middle of the face, as shares of the picture
OVAL_Y = 0.475  # its middle, as the oval of camera.js
ROLL_DEG = 10.0

# Said instead of what a photo's finding says: there is still time to change it.
SHORT = {
    "photo_turned": N_("Hold the camera upright."),
    "too_dark": N_("It is too dark. Face a window or a lamp."),
    "too_bright": N_("It is too bright. Move away from the lamp."),
    "uneven_light": N_("One side is darker. Turn until the light falls evenly on your face."),
    "glasses": N_("Take off your glasses."),
    "face_covered": N_("Take away what covers your face."),
    "eyes_hidden": N_("Let both eyes be seen."),
    "grimace": N_("Relax your face."),
    "too_near": N_("Hold the camera farther away, at least 60 cm."),
    "smile": N_("Relax your face and do not smile."),
    "mouth_open": N_("Close your lips."),
    "eyes_closed": N_("Keep both eyes open."),
    "brows_raised": N_("Relax your forehead."),
}
NOBODY = N_("No face is seen yet. Look into the camera.")
SEVERAL = N_("More than one face is seen. Only one person should be in the picture.")


@dataclass(frozen=True)
class Advice:
    """What to change, most important first, in English; nothing is to be changed if `good`."""

    texts: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the photo can be taken."""
        return not self.texts


def advise(view: str, frame: object) -> Advice:
    """Return what to change.

    Args:
        view: which photo is to be taken.
        frame: a JPEG as a data URL, as the browser sent it; anything else is a frame of nobody.
    """
    try:
        _, _, coded = frame.partition(";base64,") if isinstance(frame, str) else ("", "", "")
        if len(coded) > MOST_BYTES:
            return Advice((NOBODY,))
        sent = base64.b64decode(coded, validate=True)
        photo = open_photo_isolated(sent, cancelled=presence.disconnection_check())
        model_loading.warm_landmarks().join()
        detections = find_faces(photo.image)
        if len(detections) != 1:
            return Advice((SEVERAL if detections else NOBODY,))
        face = read_face(photo, which=0, detections=detections)
    except (PhotoError, binascii.Error):
        return Advice((NOBODY,))
    except BeforehandError as error:
        return Advice((message_of(error),))
    framing = [*_distance(face), *_place(face)]
    texts = [*framing, *_pose(view, face), *_rest(view, face)]
    return Advice(tuple(texts))


def _distance(face: Face) -> list[str]:
    top, chin = face.landmarks_px[[10, point("menton")], :2]
    height = float(np.linalg.norm(chin - top)) / face.photo.height / OVAL_SHARE
    if height < SMALLEST:
        return [N_("Come a little closer.")]
    return [N_("Move a little farther away.")] if height > LARGEST else []


def _place(face: Face) -> list[str]:
    low, high = face.landmarks_px[:, :2].min(axis=0), face.landmarks_px[:, :2].max(axis=0)
    x, y = (low + high) / 2 / (face.photo.width, face.photo.height) - (0.5, OVAL_Y)
    if abs(x) > OFF_X:  # their left is on the right of a picture that is not mirrored
        return [N_("Move a little to your right.") if x > 0 else N_("Move a little to your left.")]
    if abs(y) > OFF_Y:
        return [N_("Lower the camera a little.") if y > 0 else N_("Raise the camera a little.")]
    return []


def _pose(view: str, face: Face) -> list[str]:
    yaw_deg, pitch_deg = face.pose.yaw_deg, face.pose.pitch_deg
    said = []
    if view == THREE_QUARTER:
        if abs(yaw_deg) < BEST_TURN_DEG[0]:
            said.append(N_("Turn your head a little farther to one side."))
        elif abs(yaw_deg) > BEST_TURN_DEG[1]:
            said.append(N_("Turn your head back a little towards the camera."))
    elif abs(yaw_deg) > WARN_YAW_DEG:
        left = N_("Turn your head slightly to your left.")
        said.append(N_("Turn your head slightly to your right.") if yaw_deg > 0 else left)
    if abs(pitch_deg) > WARN_PITCH_DEG:
        said.append(
            N_("Lower your chin a little.") if pitch_deg > 0 else N_("Raise your chin a little.")
        )
    if abs(face.pose.roll_deg) > ROLL_DEG:
        said.append(N_("Hold your head upright."))
    return said


def _rest(view: str, face: Face) -> list[str]:
    seen = [finding.id for finding in face.findings if finding.id not in VIEWS[view].overlooked]
    said = [SHORT[one] for one in seen if one in SHORT]
    if view == SMILE and face.smile <= SMILE_SCORE:
        said.insert(0, N_("Smile so that your teeth show."))
    return said
