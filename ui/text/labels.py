"""Signs and words that several parts of the page share, and where a figure is from.

What is said of a procedure, a dose, a time, a change or a plan is in `simulate.wording`.
"""

from __future__ import annotations

from simulate.catalogue.procedure import PoorCandidate, Risk
from simulate.catalogue.sources import ESTIMATE, citation
from simulate.wording.procedures import poor_candidate
from simulate.wording.procedures import risk as risk_words
from ui.text.language import Words, translate

ICONS = {
    "info": ":material/check_circle:",
    "warn": ":material/warning:",
    "block": ":material/block:",
    "pick": ":material/touch_app:",
    "turn": ":material/rotate_right:",
}


def source(key: str) -> Words:
    """Return where a figure is from."""
    return (
        translate("our own estimate, not from a study") if key == ESTIMATE else Words(citation(key))
    )


def with_source(text: str, key: str) -> Words:
    """Return a sentence, in English or said already, and where it is from."""
    return Words(f"{translate(text)} ({source(key)})")


def risk(one: Risk) -> Words:
    """Return what can go wrong and how often, marked if it is an emergency or lasting."""
    text = translate(risk_words(one))
    return with_source(
        Words(f"**{translate('Serious.')}** {text}") if one.serious else text, one.source
    )


def suits_less(one: PoorCandidate) -> Words:
    """Return whom it suits less."""
    return with_source(poor_candidate(one), one.source)
