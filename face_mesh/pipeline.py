"""From a photo to a measured face, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from face_mesh.covers.cover import hidden_eyes
from face_mesh.errors import PhotoError
from face_mesh.face import Face, Finding
from face_mesh.landmarks.detect import Detection, find_faces, refine
from face_mesh.landmarks.mouth_corners import follow_mouth_corners
from face_mesh.landmarks.pose import Pose
from face_mesh.landmarks.scale import Scale, ScaleHint, estimate_scale
from face_mesh.landmarks.yaw_correction import HeadFit
from face_mesh.messages import Message, MessageList
from face_mesh.photo.photo import Photo
from face_mesh.quality.choice import choose
from face_mesh.quality.findings import assess


def measure_face(photo: Photo, *, which: int | None = None, hint: ScaleHint | None = None) -> Face:
    """Return the measured face of a photo.

    Args:
        photo: from `open_photo`.
        which: which face when there are several, counted from 0, left to right in the picture.
        hint: a true size the user knows; replaces the calibrated iris.

    Raises:
        PhotoError: no face, several without a choice, too small, turned too far, impossible hint.
        EngineError: the landmark model is missing or damaged.
    """
    face = read_face(photo, which=which, hint=hint)
    for finding in face.findings:
        if finding.severity == "block":
            raise PhotoError(_one_sentence(finding))
    return face


def _one_sentence(finding: Finding) -> Message:
    message, advice = (MessageList([one]) for one in (finding.message, finding.advice))
    return Message("{message!p}: {advice!l}", message=message, advice=advice)


def read_face(
    photo: Photo,
    *,
    which: int | None = None,
    hint: ScaleHint | None = None,
    detections: Sequence[Detection] | None = None,
) -> Face:
    """Return the face even if a finding blocks a simulation, so that a page can explain why.

    Args:
        photo: from `open_photo`.
        which: which face when there are several, counted from 0, left to right in the picture.
        hint: a true size the user knows; replaces the calibrated iris.
        detections: what `find_faces` returned for this photo, so that it is not searched again.

    Raises:
        PhotoError: there is no face, or several and no choice.
        EngineError: the landmark model is missing or damaged.
    """
    if detections is None:
        detections = find_faces(photo.image)
    seen = refine(photo.image, detections[choose(detections, which)])
    fit = HeadFit.fit(seen.points_px)
    seen = fit.correct_yaw(seen)
    if not fit.share:  # the far corner of a turned head may lie on its outline
        seen = follow_mouth_corners(photo.image, seen, fit.px_per_mm)
    face = _at_scale(photo, seen, fit.scale_for_yaw(estimate_scale(seen.points_px, hint)))
    if hidden := hidden_eyes(face):  # whose irises are guesses
        scale = estimate_scale(seen.points_px, hint, hidden)
        both = len(hidden) == 2
        scale = fit.scale_without_irises(scale) if both else fit.scale_for_yaw(scale)
        face = _at_scale(photo, seen, scale)
    return replace(face, findings=assess(face, len(detections)))


def _at_scale(photo: Photo, seen: Detection, scale: Scale) -> Face:
    pose = Pose.of(seen.points_px, seen.rotation, scale.px_per_mm)
    return Face(photo, seen.points_px, pose.to_head(seen.points_px), pose, scale, seen.expression)
