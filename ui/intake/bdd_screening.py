"""A private check of how much thoughts about one's looks weigh on somebody.

The answers are those of the widgets that are drawn, and Streamlit forgets a widget's value when it
is no longer drawn: leaving the page is forgetting. The sum is worked out for the sentence below the
questions and kept nowhere.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from face_mesh.untrusted.shapes import Number, Whole, read_shape
from ui.state import session, steps
from ui.text import language
from ui.text.language import Words, translate

FILE = Path(__file__).with_name("bdd_screening.toml")
CSS = Path(__file__).with_name("intake.css")
KEY = "care_"  # begins the keys of the widgets


@dataclass(frozen=True)
class Help:
    """Where there is help: the countries' codes and name, whom to call, where that is written."""

    countries: tuple[str, ...]
    name: str
    contact: str
    source: str


@dataclass(frozen=True)
class Check:
    """The questionnaire.

    Attributes:
        name: of the instrument.
        sources: where it is published.
        questions, answers: in English; an answer counts as much as its place, from 0.
        cut_off: the sum from which talking to somebody is advised.
        sensitivity, specificity: published, of `patients` people with the disorder and `others`.
        translations: a validated version by language; ours is another.
        help: where there is help.
    """

    name: str
    sources: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    cut_off: Whole
    sensitivity: Number
    specificity: Number
    patients: Whole
    others: Whole
    translations: dict[str, str]
    help: tuple[Help, ...]


@cache
def check() -> Check:
    """Return the questionnaire as the file has it."""
    return read_shape(Check, tomllib.loads(FILE.read_text("utf-8")))


def advises_talk(given: list[int | None]) -> bool | None:
    """Return whether to advise talking to somebody; None as long as an answer is missing."""
    answers = [one for one in given if one is not None]
    return sum(answers) >= check().cut_off if len(answers) == len(check().questions) else None


def offer() -> None:
    """Draw the way to this page."""
    st.page_link(
        "../screens/care.py",
        label=translate("Do thoughts about your looks weigh on you? A private check, if you like."),
        icon=":material/favorite:",
    )


def offer_way_back() -> None:
    """Draw the way back to the step of the visit that was left for this page."""
    step = steps.screen(session.start())
    st.page_link(
        f"../screens/{step}.py",
        label=translate("Back to my preview")
        if step == "preview"
        else translate("Back to where I was"),
        icon=":material/arrow_back:",
    )


def ask() -> None:
    """Draw the questions and, once all are answered, what they say."""
    tool = check()
    given = [
        st.radio(
            f"{number}. {translate(question)}",
            range(len(tool.answers)),
            index=None,
            format_func=lambda at: translate(tool.answers[at]),
            key=f"{KEY}{number}",
        )
        for number, question in enumerate(tool.questions, 1)
    ]
    _answer(advises_talk(given))
    _offer_help()
    _about()


def _answer(talk: bool | None) -> None:
    if talk is None:
        st.caption(translate("What your answers say stands here when all seven are given."))
    elif talk:
        with st.container(border=True):
            st.header(translate("Talking to somebody first may help you"), anchor=False)
            st.markdown(
                translate(
                    "Your answers are like those of many people whose thoughts about their looks "
                    "take up more of their life than they would like. This is no diagnosis. Before "
                    "you decide on a procedure, talk to your family doctor or a psychologist: "
                    "when such thoughts are the cause, procedures rarely make them better, and "
                    "other help often does."
                )
            )
    else:
        with st.container(border=True):
            st.header(translate("Nothing here points to a problem"), anchor=False)
            st.markdown(
                translate(
                    "A few questions cannot know you. If thoughts about your looks weigh on you "
                    "all the same, talk to your family doctor or somebody you trust."
                )
            )


def _offer_help() -> None:
    st.header(translate("Where there is help"), anchor=False)
    st.markdown(
        translate(
            "Your family doctor is a good first place. If you might hurt yourself, call the "
            "emergency number of your country now."
        )
    )
    near = session.start().country[:2]
    helps = sorted(check().help, key=lambda one: near not in one.countries)
    st.markdown("\n".join(f"- **{translate(one.name)}:** {one.contact}" for one in helps))


def _about() -> None:
    tool, spoken = check(), language.current()
    with st.expander(translate("About these questions")):
        st.markdown(
            translate(
                "They are the {name}. At {cut:d} of {most:d} points or more, {right:.0f} of 100 "
                "people with body dysmorphic disorder were found, and {wrong:.0f} of 100 students "
                "were pointed to wrongly; the study had {patients:d} patients and {others:d} "
                "students. It can be wrong in both directions.",
                name=tool.name,
                cut=tool.cut_off,
                most=(len(tool.answers) - 1) * len(tool.questions),
                right=100 * tool.sensitivity,
                wrong=100 * (1 - tool.specificity),
                patients=tool.patients,
                others=tool.others,
            )
        )
        if spoken in tool.translations:
            st.markdown(
                translate(
                    "The words on this page are our own translation, which nobody has validated. "
                    "A validated version in this language exists: {source}.",
                    source=Words(tool.translations[spoken]),
                )
            )
        else:
            st.markdown(
                translate(
                    "The first question was compared with the published wording; whoever relies "
                    "on the others should compare them with the original."
                )
            )
        st.markdown(
            translate(
                "Procedures rarely make such thoughts better: Bowyer et al., Body Image 19 (2016) "
                "1, a review. It does not rule out that some people with a mild form gain from one."
            )
        )
        st.markdown("\n".join(f"- {source}" for source in tool.sources))
