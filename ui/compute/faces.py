"""The faces of a visitor's photos: found, measured, and at the size of the page.

Everything here comes from somebody's face, so every cache belongs to the visitor's session, ends
with it, and is keyed by content: Streamlit's own hash of a large array looks at a sample of it.
"""

from __future__ import annotations

import streamlit as st

from face_mesh import Face, Measure, Photo, ScaleHint, measure_all, read_face
from face_mesh.landmarks.detect import Detection, find_faces
from face_mesh.upright import upright_quarters
from ui.components.viewer import Picture
from ui.compute import model_loading, overlays

PREVIEW_PX = 1600  # enough to see the face at 1:1; files are made at the photo's own size


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def detections(sha256: str, _photo: Photo) -> tuple[Detection, ...]:
    """Return the faces of a photo, left to right in it: looked for once."""
    model_loading.warm_landmarks().join()
    return tuple(find_faces(_photo.image))


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def photo_picture(sha256: str, _photo: Photo) -> Picture:
    """Return a photo as it is, with its faces numbered if they are several."""
    all_faces = detections(sha256, _photo)
    several = tuple(one.points_px for one in all_faces) if len(all_faces) > 1 else ()
    return overlays.plain(_photo, several)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def upright_turn(sha256: str, _photo: Photo) -> int | None:
    """Return by how many clockwise quarter turns the face of a photo that lies becomes upright."""
    return upright_quarters(_photo)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def face(sha256: str, which: int | None, hint: ScaleHint | None, _photo: Photo) -> Face:
    """Return the measured face at the photo's own size; `hint` is what is known of its size.

    Raises:
        PhotoError: no face, several without a choice.
        PlanError: an impossible pupil distance or known length.
    """
    return read_face(_photo, which=which, hint=hint, detections=detections(sha256, _photo))


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def preview(key: str, _face: Face) -> tuple[Face, Picture]:
    """Return the face at preview size and its picture for the viewer; `key` is the face's."""
    small = _face.resized(PREVIEW_PX)
    return small, overlays.picture(small)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def measures(key: str, _face: Face) -> dict[str, Measure]:
    """Return the measures of a face by id; `key` is the face's."""
    return {one.id: one for one in measure_all(_face)}
