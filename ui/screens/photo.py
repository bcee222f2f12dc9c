"""Second screen: the photo, taken or chosen, and what was found about it."""

import streamlit as st

from ui import intake, samples, session

state = session.start()

with st.container(key="start", gap="medium"):
    st.title("See it beforehand", anchor=False)
    st.markdown(
        "Beforehand shows what a cosmetic procedure would do to your own face, in millimetres "
        "and with its uncertainty. **Your photo never leaves this computer.**"
    )
    if state.problem:
        st.error(state.problem, icon=":material/error:")

    own, portraits = st.columns(2, gap="large")
    with own:
        st.header("Use your own photo", anchor=False)
        upload, camera = st.tabs(["Choose a file", "Take a photo"], key="source", on_change="rerun")
        with upload:
            key = f"upload_{state.attempt}"
            st.file_uploader(
                "Photo of one face: JPEG, PNG, WebP, HEIC or TIFF",
                type=intake.FORMATS,
                key=key,
                on_change=intake.take_upload,
                args=(key,),
            )
        if camera.open:
            key = f"camera_{state.attempt}"
            with camera:
                st.camera_input(
                    "Look straight into the camera",
                    resolution="1080p",
                    key=key,
                    on_change=intake.take_upload,
                    args=(key,),
                )
        st.caption(
            "Best: from the front, at arm's length or farther, even light, relaxed face, "
            "hair back, no glasses. For adults only."
        )
    with portraits:
        st.header("Or try a sample portrait", anchor=False)
        for column, sample in zip(st.columns(2, wrap=False), samples.available(), strict=False):
            with column:
                st.html(samples.thumbnail_html(sample))
                st.caption(sample.about)
                st.button(
                    sample.name,
                    key=f"sample_{sample.id}",
                    on_click=intake.take_sample,
                    args=(sample,),
                    width="stretch",
                )
        st.caption("Both portraits are in the public domain.")
