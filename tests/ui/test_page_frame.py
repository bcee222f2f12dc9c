"""What is around every screen: steps, menu, language, the tour, and the way to forget."""

import importlib
import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.arriving import arrive, components, upload, use
from tests.ui.viewing import title


def html(page: AppTest) -> str:
    return " ".join(one.proto.body for one in page.get("html"))


def tour(page: AppTest) -> dict[str, object] | None:
    found = [
        one.proto for one in page.get("bidi_component") if one.proto.component_name.endswith("tour")
    ]
    return json.loads(found[0].json) if found else None


def test_the_step_that_is_on_is_marked_for_those_who_cannot_see_it(page: AppTest) -> None:
    assert "<li aria-current=step>Photo</li>" in html(page)
    page.button(key="sample_grace_hopper").click().run()
    assert "<li aria-current=step>Preview</li>" in html(page)


def test_forgetting_is_offered_as_soon_as_there_is_a_photo(page: AppTest) -> None:
    assert "forget" not in [one.key for one in page.button]
    page.button(key="sample_grace_hopper").click().run()
    assert not page.success
    page.button(key="forget").click().run()
    assert "forget" not in [one.key for one in page.button]
    assert page.success[0].value.startswith("Your photo and everything made from it are gone")
    page.button(key="enter_patient").click().run()
    assert not page.success


def test_the_language_can_be_chosen_and_survives_forgetting(sample_page: AppTest) -> None:
    english = title(sample_page)
    sample_page.selectbox(key="language").set_value("de").run()
    german = title(sample_page)
    assert german != english
    sample_page.button(key="forget").click().run()
    assert sample_page.selectbox(key="language").value == "de"


def test_the_tour_begins_with_a_sample_where_there_is_no_photo_and_can_be_ended(
    page: AppTest,
) -> None:
    assert tour(page) is None
    page.button(key="tour").click().run()
    shown = tour(page)
    assert shown
    assert all(step["title"] and step["text"] and step["at"] for step in shown["steps"])
    assert next(step["count"] for step in shown["steps"]) == f"1 of {len(shown['steps'])}"
    page.session_state["beforehand"].touring = False
    page.run()
    assert tour(page) is None


def test_the_tour_is_not_offered_before_age_and_consent(welcome_page: AppTest) -> None:
    assert "tour" not in [one.key for one in welcome_page.button]


def step(page: AppTest) -> tuple[str, list[str]]:
    """The step that is on, and those one can go to from it."""
    sent = json.loads(components(page, "beforehand_browser_history")[0].json)
    return sent["step"], sent["others"]


def test_a_step_that_would_show_what_is_not_there_is_not_open(
    welcome_page: AppTest, photo_file: bytes
) -> None:
    page = welcome_page
    assert step(page) == ("welcome", [])
    page.button(key="enter_patient").click().run()
    assert step(page) == ("consent", ["welcome"])
    arrive(page, "patient")
    assert step(page) == ("photo", ["welcome", "consent"])
    upload(page, "me.jpg", photo_file)
    assert step(page) == ("check", ["photo", "concerns"])
    use(page)
    assert step(page) == ("concerns", ["photo", "check", "photos"])
    page.button(key="show_everything").click().run()
    assert step(page) == ("preview", ["photo", "check", "photos", "concerns"])
    page.button(key="forget").click().run()
    assert step(page) == ("welcome", [])


def test_going_to_a_step_that_is_not_open_changes_nothing(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    navigation = importlib.import_module("ui.app.navigation")
    state = page.session_state["beforehand"]
    monkeypatch.setattr(navigation.session, "start", lambda: state)
    for name in ("preview", "presentation", "no such step"):
        navigation.go(name)
        assert (state.step, navigation.now()) == ("photo", "photo")
    navigation.go("consent")
    assert (state.way, state.attested, navigation.now()) == ("consultant", False, "consent")
    navigation.go("welcome")
    assert (state.way, navigation.now()) == ("", "welcome")
