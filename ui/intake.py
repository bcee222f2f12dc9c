"""How a photo comes in, and how it really goes away again.

Streamlit keeps an upload's raw bytes, place and date included, until the tab closes, and a picture
that was downloaded at an address of its own for some time. Neither is documented to be removable;
what does it is kept here, next to the tests in tests/ui/test_intake.py.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from face_mesh import PhotoError, open_photo
from ui import run, session
from ui.samples import Sample

FORMATS = ("jpg", "jpeg", "png", "webp", "heic", "heif", "tif", "tiff", "gif", "bmp")


def take_upload(key: str) -> None:
    """Make the upload of the widget `key` the photo in use and remove its raw bytes.

    A photo that cannot be read leaves all as it is, and one sentence in the session's `problem`.
    """
    uploaded = st.session_state.get(key)
    if isinstance(uploaded, UploadedFile):
        data = uploaded.getvalue()
        _remove(uploaded)
        _take(data, "")


def take_sample(sample: Sample) -> None:
    """Make a sample portrait the photo in use."""
    if sample.path:
        _take(sample.path.read_bytes(), sample.credit)


def put_aside() -> None:
    """Let go of the photo but keep what was chosen, for another photo."""
    run.forget()
    session.take(None)
    _remove_downloads()


def forget() -> None:
    """Remove all that came from the photo: uploads, results, downloads, state."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_session_files(context.session_id)
    run.forget()
    session.forget()
    _remove_downloads()


def _take(data: bytes, credit: str) -> None:
    state = session.start()
    state.attempt += 1
    try:
        photo = open_photo(data)
    except PhotoError as error:
        state.problem = str(error)
        return
    run.forget()
    session.take(photo, credit)
    session.start().accepted = True


def _remove(uploaded: UploadedFile) -> None:
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(
            session_id=context.session_id, file_id=uploaded.file_id
        )


def _remove_downloads() -> None:
    media = get_instance().media_file_mgr
    media.clear_session_refs()
    for _ in range(2):  # a download is marked first and deleted the second time
        media.remove_orphaned_files()
