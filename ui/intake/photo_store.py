"""How a photo comes in, and how it really goes away again.

Streamlit keeps an upload's raw bytes, place and date included, until the tab closes. They are not
documented to be removable; what does it is kept here, and tests/ui/test_arrival.py sees them go.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from face_mesh import Arrangement, Photo, PhotoError, arrange, open_photo_isolated
from ui.compute import session_caches
from ui.intake.samples import Sample
from ui.server import media_access, presence
from ui.state import session, steps
from ui.state.session import Addition
from ui.state.step import Step
from ui.text.language import message_of

# The last are of files that are refused, so that it is said how to make a photo of them.
FORMATS = (
    *("jpg", "jpeg", "jfif", "png", "apng", "webp", "heic", "heif", "hif", "tif", "tiff", "gif"),
    *("bmp", "avif", "dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "pef"),
)


def take_upload(key: str) -> None:
    """Make the upload of the widget `key` the photo that is asked for and remove its raw bytes.

    A photo that cannot be read leaves all as it is, and one sentence in the session's `problem`.
    """
    data = upload_bytes(key)
    if data is not None:
        _take(data)


def upload_bytes(key: str) -> bytes | None:
    """Return the bytes that the upload widget `key` brought and remove them there."""
    uploaded = st.session_state.get(key)
    if not isinstance(uploaded, UploadedFile):
        return None
    data = uploaded.getvalue()
    _remove(uploaded)
    return data


def take_shot(data_url: str) -> None:
    """Make a picture of the guided camera, JPEG or PNG as a data URL, the photo asked for.

    What is no such picture is refused like a file that cannot be read.
    """
    _, _, coded = data_url.partition(";base64,")
    try:
        data = base64.b64decode(coded, validate=True)
    except binascii.Error:
        data = b""
    _take(data, shot=True)


def take_sample(sample: Sample) -> None:
    """Make a sample portrait the photo in use; nobody need look after it first."""
    if sample.path:
        _take(sample.path.read_bytes(), sample.credit)
        _accept()


def use() -> None:
    """Go on with the photo that was looked at; one of a further view, or anew, joins the others."""
    state = session.start()
    addition = state.addition
    if addition is None:
        _accept()
    elif addition.photo is not None:
        view, pending = addition.view, addition.photo
        session_caches.forget()
        if view == session.FRONT:
            _replace_front(pending)
        else:
            old, state.views[view] = state.views.get(view), pending
            if old is not None:
                state.lengths.pop(old.sha256, None)
            if state.view == view:
                session.work_on(view)
        state.addition = None
        state.enter(Step.PHOTOS)


def _accept() -> None:
    state = session.start()
    state.checked = True
    state.enter(steps.after_photos(state))


def _replace_front(photo: Photo) -> None:
    """Put a photo in the place of the one from the front; all that is said of others stays."""
    state, values = session.start(), st.session_state
    others, lengths, history = state.views, state.lengths, state.history
    if state.photo is not None and state.photo.sha256 != photo.sha256:
        lengths.pop(state.photo.sha256, None)
    said = (session.PUPILS_KEY, *map(session.which_key, (session.FRONT, *session.VIEWS)))
    kept = {key: values.get(key) for key in said}
    session.take(photo)
    state.views, state.lengths, state.checked, state.history = others, lengths, True, history
    values.update(kept)


def look_after() -> None:
    """Show the photos again, to add, retake and measure; nothing chosen is lost."""
    state = session.start()
    state.checked = True
    state.enter(Step.PHOTOS)


def go_on() -> None:
    """Leave the photos for the next step."""
    _accept()


def add(view: str) -> None:
    """Ask for a photo of a view; one there is stays until another is used."""
    state = session.start()
    state.addition = Addition(view, st.session_state.get(session.which_key(view)))
    state.problem = ""
    state.enter(Step.VIEW)


def retake() -> None:
    """Let go of the photo that is looked at, and ask for it again."""
    state = session.start()
    if state.addition:
        _look_at_new(None)
        session_caches.forget()
    else:
        put_aside()


def rearrange(view: str, how: Arrangement) -> None:
    """Put the photo that is looked at, laid as it is said, in its own place; the first is gone.

    What was said about the first one is gone too. One that cannot be laid so leaves all as it is,
    and one sentence in the session's `problem`.
    """
    state = session.start()
    first = state.addition.photo if state.addition else state.photo
    if first is None:
        return
    try:
        photo = arrange(first, how)
    except PhotoError as error:
        state.problem = message_of(error)
        return
    state.problem = ""
    session_caches.forget()
    if state.addition:
        state.lengths.pop(first.sha256, None)
        _look_at_new(photo)
    else:
        checked = state.checked
        _replace_front(photo)
        state.checked = checked
        st.session_state[session.which_key(view)] = None


def leave_out() -> None:
    """Take no photo of the view after all; one that was there before stays."""
    state = session.start()
    if state.addition:
        st.session_state[session.which_key(state.addition.view)] = state.addition.meant
    state.addition, state.problem = None, ""
    state.enter(Step.PHOTOS)
    session_caches.forget()


def remove_view(view: str) -> None:
    """Let go of a further photo."""
    session.drop_view(view)
    session_caches.forget()


def put_aside() -> None:
    """Let go of the photo but keep what was chosen, for another photo."""
    session_caches.forget()
    session.take(None)
    media_access.forget()


def forget() -> None:
    """Remove all that came from the photo: uploads, results, downloads, state."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_session_files(context.session_id)
    session_caches.forget()
    session.forget()
    media_access.forget()


def _take(data: bytes, credit: str = "", *, shot: bool = False) -> None:
    state = session.start()
    state.attempt += 1
    try:
        photo = open_photo_isolated(data, cancelled=presence.disconnection_check())
    except PhotoError as error:
        state.problem = message_of(error)
        return
    state.shot, state.turned_over = shot, False
    if state.addition and not credit:
        state.problem = ""
        _look_at_new(photo)
        return
    session_caches.forget()
    session.take(photo, credit)


def _look_at_new(photo: Photo | None) -> None:
    """Put one more photo in the place of the last one that was tried for its view."""
    state = session.start()
    if state.addition:
        state.addition = replace(state.addition, photo=photo)
        st.session_state[session.which_key(state.addition.view)] = None


def _remove(uploaded: UploadedFile) -> None:
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(  # type: ignore[attr-defined]
            session_id=context.session_id, file_id=uploaded.file_id
        )
