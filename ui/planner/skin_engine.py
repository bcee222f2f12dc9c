"""Which model paints skin, and which sample of it."""

from __future__ import annotations

import os

import streamlit as st

from simulate import Plan
from ui.compute.model_loading import default_engine
from ui.text.language import N_, translate

# A setting of whoever runs the server: "1" lets all who reach the page load models of others.
HUB = "BEFOREHAND_HUB_ENGINES"
MOST_SEED = 999
BUILT_IN, OTHER = N_("The built-in model"), N_("A model of others")


def choose(plan: Plan) -> tuple[str, int]:
    """Draw how skin is painted, if the plan paints any; return the engine's name and the seed."""
    default = default_engine()
    if not any(treatment.entry.skin for treatment in plan.treatments):
        return default, 0
    with st.expander(translate("How skin is painted"), icon=":material/brush:"):
        st.markdown(
            translate(
                "A small model that comes with Beforehand paints what skin looks like without the "
                "lines or marks that are treated. It runs on the computer that shows this page."
            )
        )
        seed = st.number_input(
            translate("Sample (another number is another sample of the same skin)"),
            min_value=0,
            max_value=MOST_SEED,
            value=0,
            key="seed",
            persist_state="session",
        )
        named = _choose_other() if os.environ.get(HUB) == "1" else ""
    return f"hub:{named}" if named else default, int(seed)


def _choose_other() -> str:
    """Return the folder or hub name of another model; empty for the built-in one."""
    kind = st.radio(
        translate("Model"),
        (BUILT_IN, OTHER),
        format_func=translate,
        key="engine",
        persist_state="session",
    )
    if kind == BUILT_IN:
        return ""
    named = st.text_input(
        translate("Folder on this computer, or name on the Hugging Face hub"),
        key="engine_name",
        placeholder="owner/name-inpainting",  # as the hub writes it in every language
        persist_state="session",
    )
    st.caption(
        translate(
            "An inpainting model of the diffusers library. If it is not a folder on this computer, "
            "several gigabytes are downloaded first; the photo itself is not sent anywhere. "
            "Without a graphics card each picture takes minutes. Choose one only if this computer "
            "is yours."
        )
    )
    return " ".join(named.split())  # a pasted name may be broken into lines
