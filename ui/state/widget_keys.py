"""Names of the dose sliders, on which what draws them and what watches them agree."""

from __future__ import annotations


def dose_key(procedure: str, side: str) -> str:
    """Return the key of the slider that sets the dose of a procedure on "both", "left" or "right".

    Streamlit marks the slider with the class `st-key-` and this key, by which the viewer finds it.
    """
    return f"dose_{procedure}_{side}"
