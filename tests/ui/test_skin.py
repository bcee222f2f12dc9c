"""The page where skin is painted: what is shown, what is corrected by hand, who may choose what."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from face_mesh import EngineError, Face
from simulate import Conditions, Plan
from simulate.plan.plan import Stroke
from tests.ui.photos import MOLES, jpeg_with_place, portrait_with_moles
from tests.ui.viewing import look_at, pick, shown, table, title
from ui.components.viewer.viewer import KEY
from ui.planner import retouch
from ui.state import session

EVERYWHERE = ("spare", tuple((x / 20, y / 20) for y in range(21) for x in (0, 20)), 20.0)
MOLE_HINT = "Tap the moles you would like to see removed."
NOTHING_THERE = "Nothing dark is found at one of the places you tapped"
ON_THE_WALL = (0.98, 0.3)  # blue, in the portrait of Grace Hopper


@dataclass
class Asked:
    """What the page asked of the simulation."""

    engines: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)


@pytest.fixture
def asked(sample_page: AppTest, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """A record of all that is worked out from now on; the quick engine paints whatever is asked."""
    noted, outcomes = Asked(), importlib.import_module("ui.compute.outcomes")
    really = outcomes.simulation_steps

    def simulating(face: Face, plan: Plan, conditions: Conditions) -> Any:
        noted.engines.append(conditions.engine)
        noted.seeds.append(conditions.seed)
        noted.plans.append(plan)
        return really(face, plan, replace(conditions, engine="fake"))

    monkeypatch.setattr(outcomes, "simulation_steps", simulating)
    return noted


def edit(page: AppTest, **edits: Any) -> AppTest:
    """The page after the viewer has reported edits."""
    page.session_state["beforehand"].edits = importlib.import_module("ui.state.session").Edits(
        **edits
    )
    return page.run()


def asks_for_a_model(page: AppTest) -> bool:
    return "engine_name" in [field.key for field in page.text_input]


def written(page: AppTest) -> str:
    return "\n".join(one.value for one in page.markdown)


def test_painted_skin_is_shown_with_its_mask_and_its_grades(sample_page: AppTest) -> None:
    page = pick(sample_page, "forehead_toxin")
    assert title(page) == "Your preview"
    header, parts = shown(page)
    assert parts["after"] != parts["before"]
    assert parts["mask"].startswith(b"\x89PNG")
    assert header["retouch"] == {"picks": False, "moles": [], "missed": []}
    assert table(page)[0][0] == "Forehead lines (grade, 0 none to 3 severe)"
    assert float(table(page)[0][2]) < float(table(page)[0][1])


def test_what_moves_no_skin_has_no_map_of_movement(sample_page: AppTest) -> None:
    header, parts = shown(pick(sample_page, "ipl_redness"))
    assert "heat" not in parts
    assert header["treated"]
    header, parts = shown(pick(sample_page, "lip_filler"))
    assert "heat" in parts


def test_the_browser_gets_what_it_draws_doses_from(sample_page: AppTest) -> None:
    header, _ = shown(pick(sample_page, "lip_filler", "ipl_redness"))
    sliders = [row["slider"] for row in header["live"]["tables"]]
    assert sliders == ["dose_lip_filler_both", "dose_ipl_redness_both"]  # no scale of days yet
    header, parts = shown(look_at(sample_page, "0d"))
    live = header["live"]
    sliders = [row["slider"] for row in live["tables"]]
    assert sliders == ["dose_lip_filler_both", "dose_ipl_redness_both", "when"]
    for key, row in zip(sliders, live["tables"], strict=True):
        if key != "when":
            assert row["now"] == sample_page.slider(key=key).value
    kinds = {layer["kind"] for layer in live["layers"]}
    assert kinds == {"moved", "coloured", "skin"}
    widths = {"moved": 1, "coloured": 6, "skin": 1}
    numbers = sum(widths[layer["kind"]] for layer in live["layers"])
    numbers += sum(len(row["at"]) * len(row["columns"]) for row in live["tables"])
    assert len(parts["tables"]) == 4 * numbers
    for layer in live["layers"]:
        assert layer["name"] in parts
        assert (f"{layer['name']}-mask" in parts) == (layer["kind"] == "skin")


def test_what_paints_no_skin_has_no_mask(sample_page: AppTest) -> None:
    header, parts = shown(pick(sample_page, "lip_filler"))
    assert header["retouch"] is None
    assert "mask" not in parts
    assert "How skin is painted" not in [one.label for one in sample_page.expander]


def test_skin_that_is_spared_everywhere_stays_as_it_is(sample_page: AppTest) -> None:
    page = pick(sample_page, "ipl_redness")
    parts = shown(page)[1]
    assert parts["after"] != parts["before"]
    edit(page, strokes=(Stroke(*EVERYWHERE),))
    assert shown(page)[1]["after"] == parts["before"]


def test_a_stroke_goes_to_the_skin_and_to_nothing_else(asked: Asked, sample_page: AppTest) -> None:
    page = pick(sample_page, "ipl_redness", "lip_filler")
    stroke = Stroke("spare", ((0.5, 0.5), (0.52, 0.5)), 2.0)
    before = shown(page)[1]
    edit(page, strokes=(stroke,))
    strokes = {one.procedure: one.strokes for one in asked.plans[-1].treatments}
    assert strokes == {"ipl_redness": (stroke,), "lip_filler": ()}
    after = shown(page)[1]
    assert after["mask"] != before["mask"]
    assert after["after"] != before["after"]


def test_no_mole_is_removed_until_one_is_picked(asked: Asked, sample_page: AppTest) -> None:
    page = pick(sample_page, "mole_removal")
    assert title(page) == "Your preview"
    assert not asked.plans
    assert shown(page)[0]["retouch"]["picks"] is True
    assert "after" not in shown(page)[1]
    assert MOLE_HINT in written(page)
    assert page.warning[0].value.startswith("A doctor must examine every lesion")
    assert not page.table


def test_a_picked_mole_alone_is_removed(asked: Asked, sample_page: AppTest) -> None:
    page = sample_page
    next(button for button in page.button if button.label == "Use another photo").click().run()
    page.file_uploader[0].upload("me.jpg", jpeg_with_place(portrait_with_moles())).run()
    page.button(key="use").click().run()
    pick(page, "mole_removal")
    spot, other = MOLES
    offered = shown(page)[0]["retouch"]["moles"]
    assert any(abs(x - spot[0]) + abs(y - spot[1]) < 0.01 for x, y, _ in offered)
    edit(page, spots=(spot,))
    assert title(page) == "Your preview"
    assert asked.plans[-1].treatments[0].spots == (spot,)
    assert "1 mole picked." in written(page)
    edit(page, spots=(spot, ON_THE_WALL, other))
    assert asked.plans[-1].treatments[0].spots == (spot, other)
    assert NOTHING_THERE in written(page)
    assert shown(page)[0]["retouch"]["missed"] == [list(ON_THE_WALL)]
    edit(page)
    assert "after" not in shown(page)[1]
    assert MOLE_HINT in written(page)


def test_edits_belong_to_the_photo_and_go_with_it(sample_page: AppTest) -> None:
    page = pick(sample_page, "ipl_redness")
    edit(page, strokes=(Stroke("add", ((0.5, 0.5),), 2.0),), spots=((0.4, 0.4),))
    next(button for button in page.button if button.label == "Use another photo").click().run()
    edits = page.session_state["beforehand"].edits
    assert edits.strokes == edits.spots == ()
    page.button(key="sample_eileen_collins").click().run()
    assert shown(page)[0]["still"]["edits"] == {"strokes": [], "spots": []}


def test_edits_outlast_a_look_at_the_other_page(sample_page: AppTest) -> None:
    page = pick(sample_page, "ipl_redness")
    edit(page, strokes=(Stroke("spare", ((0.5, 0.5),), 2.0),))
    page.switch_page("../screens/about.py").run()
    assert title(page) == "How it works"
    page.switch_page("../screens/preview.py").run()
    assert shown(page)[0]["still"]["edits"]["strokes"] == [["spare", 2.0, [[0.5, 0.5]]]]


def test_cancelled_work_is_not_begun_again_until_asked(asked: Asked, sample_page: AppTest) -> None:
    outcomes = importlib.import_module("ui.compute.outcomes")
    page = pick(sample_page, "lip_filler")
    begun = len(asked.plans)
    plan = Plan.parse(["lip_filler=1.0", "ipl_redness=3"])
    page.session_state["beforehand"].cancelled = outcomes.skin_plan(plan)
    pick(page, "ipl_redness")
    assert title(page) == "Your preview"
    assert len(asked.plans) == begun
    assert "Cancelled. The photo is shown as it is." in written(page)
    assert "after" not in shown(page)[1]
    assert not page.get("download_button")
    page.slider(key="dose_ipl_redness_both").set_value(2.0).run()  # another dose of the same skin
    assert len(asked.plans) == begun
    page.button(key="go_on").click().run()
    assert "after" in shown(page)[1]
    assert "Cancelled" not in written(page)


def test_other_skin_is_painted_after_a_cancel(asked: Asked, sample_page: AppTest) -> None:
    outcomes = importlib.import_module("ui.compute.outcomes")
    plan = Plan.parse(["ipl_redness=3"])
    sample_page.session_state["beforehand"].cancelled = outcomes.skin_plan(plan)
    page = pick(sample_page, "pigment_laser")
    assert "after" in shown(page)[1]


def test_a_broken_engine_is_one_sentence_and_the_photo_stays(
    sample_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "The skin model is damaged; install Beforehand again."

    def broken(*_: object) -> Iterator[float]:
        yield 0.1
        raise EngineError(sentence)

    outcomes = importlib.import_module("ui.compute.outcomes")
    works = outcomes.simulation_steps
    monkeypatch.setattr(outcomes, "simulation_steps", broken)
    page = pick(sample_page, "ipl_redness")
    assert title(page) == "Your preview"
    assert [one.value for one in page.error] == [f"**Not shown**  \n{sentence}"]
    assert set(shown(page)[1]) >= {"before"}
    assert "after" not in shown(page)[1]
    assert "cancel" not in [button.key for button in page.button]
    monkeypatch.setattr(outcomes, "simulation_steps", works)
    page.slider(key="dose_ipl_redness_both").set_value(2.0).run()
    assert not page.error
    assert "after" in shown(page)[1]


def test_another_sample_is_other_skin_and_the_same_number_the_same(sample_page: AppTest) -> None:
    page = pick(sample_page, "forehead_toxin")
    first = shown(page)[1]["after"]
    page.number_input(key="seed").set_value(1).run()
    assert shown(page)[1]["after"] != first
    page.number_input(key="seed").set_value(0).run()
    assert shown(page)[1]["after"] == first


def test_visitors_load_no_models_of_others(asked: Asked, sample_page: AppTest) -> None:
    sample_page.session_state["engine"] = "A model of others"
    sample_page.session_state["engine_name"] = "/etc"
    page = pick(sample_page, "ipl_redness")
    assert title(page) == "Your preview"
    assert not page.radio
    assert not asks_for_a_model(page)
    assert asked.engines == ["fake"]


def test_whoever_runs_the_server_can_allow_models_of_others(
    asked: Asked, sample_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEFOREHAND_HUB_ENGINES", "1")
    page = pick(sample_page, "ipl_redness")
    assert asked.engines == ["fake"]
    assert not asks_for_a_model(page)
    page.radio(key="engine").set_value("A model of others").run()
    assert asked.engines == ["fake"]  # no name is given yet
    assert "several gigabytes" in "\n".join(one.value for one in page.caption)
    page.text_input(key="engine_name").set_value("owner/model").run()
    assert asked.engines == ["fake", "hub:owner/model"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
SHARE = st.floats(0.0, 1.0)
PLACE = st.tuples(SHARE, SHARE)
STROKE = st.tuples(
    st.sampled_from(["add", "spare"]), st.floats(0.1, 6.0), st.lists(PLACE, min_size=1, max_size=5)
)


@given(st.lists(STROKE, max_size=4), st.lists(PLACE, max_size=4))
def test_what_the_browser_draws_is_what_is_treated(strokes: list, spots: list) -> None:
    edits = retouch.read({"strokes": [list(one) for one in strokes], "spots": spots})
    assert [(s.kind, s.radius_mm, list(s.points)) for s in edits.strokes] == strokes
    assert list(edits.spots) == spots


@pytest.mark.parametrize(("of", "taken"), [("this one", True), ("another", False)])
def test_edits_of_another_picture_are_not_taken(
    monkeypatch: pytest.MonkeyPatch, of: str, taken: bool
) -> None:
    state = session.Session(shown="this one")
    sent = {"photo": of, "strokes": [], "spots": [[0.5, 0.5]]}
    held = {session.KEY: state, KEY: {"edits": sent}}
    monkeypatch.setattr(retouch.st, "session_state", held)
    retouch.take()
    assert bool(state.edits.spots) is taken


@given(JSON, JSON)
def test_nothing_that_a_browser_sends_breaks_the_page(strokes: Any, spots: Any) -> None:
    edits = retouch.read({"strokes": strokes, "spots": spots})
    assert all(isinstance(one, Stroke) for one in edits.strokes)
    assert all(0.0 <= share <= 1.0 for spot in edits.spots for share in spot)


def test_nobody_draws_without_end() -> None:
    edits = retouch.read(
        {"strokes": [["add", 1.0, [[0.5, 0.5]]]] * 1000, "spots": [[0.5, 0.5]] * 1000}
    )
    assert len(edits.strokes) == retouch.MOST_SENT
    assert len(edits.spots) == retouch.MOST_SPOTS


def test_strokes_that_no_plan_has_room_for_are_left_out_and_said(
    sample_page: AppTest, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the limit is of all treatments, fewer strokes fit the more of them there are."""
    page_retouch = importlib.import_module("ui.planner.retouch")
    monkeypatch.setattr(page_retouch, "MOST_STROKES", 4)
    drawn = tuple(Stroke("spare", ((0.5, 0.5), (0.5, 0.4 + i / 100)), 2.0) for i in range(3))
    page = edit(pick(sample_page, "ipl_redness"), strokes=drawn)
    assert not page.exception
    assert asked.plans[-1].treatments[0].strokes == drawn
    assert not [one for one in page.warning if "strokes" in one.value]
    page = pick(page, "forehead_toxin")
    assert not page.exception
    assert [one.strokes for one in asked.plans[-1].treatments] == [drawn[:2]] * 2
    (said,) = (one.value for one in page.warning if "strokes" in one.value)
    assert "(1)" in said
    assert said.endswith(".")
    monkeypatch.setattr(page_retouch, "MOST_PLACES", 3)
    page.run()
    assert [one.strokes for one in asked.plans[-1].treatments] == [()] * 2
    assert not page.exception


def test_numbers_of_every_size_from_a_browser_are_taken_or_left_out() -> None:
    huge = 10**400
    sent = {"strokes": [["add", huge, [[0.5, 0.5]]], ["add", 1, [[huge, 0]]]], "spots": [[huge, 0]]}
    edits = retouch.read(sent)
    assert edits.strokes == ()
    assert edits.spots == ((1.0, 0.0),)
