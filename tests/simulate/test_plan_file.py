"""A plan kept as a file: it comes back as it was, and what is no plan is refused in a sentence."""

import json

import pytest

from face_mesh.errors import PlanError
from simulate import Plan, Treatment, procedures
from simulate.plan.plan import Stroke
from simulate.plan.plan_code import plan_code
from simulate.plan.plan_file import MOST_BYTES, PlanFile, plan_of_file
from simulate.plan.presets import preset, presets

RICH = PlanFile(
    Plan(
        (
            Treatment("lip_filler", 0.7, week=2.0, cost=310.5, clinic_downtime_days=3.0),
            Treatment("masseter_toxin", 20.0, "left"),
            Treatment("masseter_toxin", 12.5, "right"),
            Treatment("mole_removal", 1.0, spots=((0.25, 0.5), (0.75, 0.125))),
            Treatment(
                "ipl_redness", 2.0, strokes=(Stroke("spare", ((0.5, 0.5), (0.25, 0.5)), 4.0),)
            ),
        ),
        body_kg=61.5,
        currency="EUR",
        notes='Says "not more" than\nthat; ü, 李.',
    ),
    when="3mo",
    responder="low",
)


@pytest.mark.parametrize("written", [PlanFile.to_toml, PlanFile.to_json])
@pytest.mark.parametrize("kept", [RICH, PlanFile(Plan()), PlanFile(Plan(), "0d")])
def test_a_plan_comes_back_as_it_was(kept: PlanFile, written: object) -> None:
    assert plan_of_file(written(kept).encode("utf-8")) == kept  # type: ignore[operator]


@pytest.mark.parametrize("name", list(presets()))
def test_the_two_formats_say_the_same(name: str) -> None:
    kept = PlanFile(preset(name).plan)
    assert plan_of_file(kept.to_json().encode()) == plan_of_file(kept.to_toml().encode()) == kept


def test_a_bom_and_blank_lines_are_no_hindrance() -> None:
    for text in (RICH.to_json(), RICH.to_toml()):
        assert plan_of_file(f"\n\n{text}".encode("utf-8-sig")) == RICH


@pytest.mark.parametrize("text", [RICH.to_json(), RICH.to_toml()], ids=["JSON", "TOML"])
def test_a_plan_that_an_editor_stored_as_utf_16_is_told_so(text: str) -> None:
    with pytest.raises(PlanError, match="save it again with the encoding UTF-8"):
        plan_of_file(text.encode("utf-16"))


def test_the_code_of_a_report_is_a_plan_file_too() -> None:
    plan = Plan.parse("lip_filler=1")
    text = plan_code(plan)
    typed = f"  {text[:30]}\n{text[30:]} ".encode()
    assert plan_of_file(typed) == PlanFile(plan)


def test_places_of_one_photo_can_be_left_out() -> None:
    bare = RICH.without_places()
    assert [one.dose for one in bare.plan.treatments] == [t.dose for t in RICH.plan.treatments]
    assert not any(one.spots or one.strokes for one in bare.plan.treatments)
    assert "spots" not in bare.to_json() + bare.to_toml()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"\x89PNG\r\n",
        b"{",
        b'{"treatments": 3}',
        b'{"treatments": [], "face": "x"}',
        b'{"treatments": [], "when": 3}',
        b'{"treatments": [], "when": "soon"}',
        b'{"treatments": [], "responder": "best"}',
        b'{"treatments": [{"procedure": "lip_filler", "dose": 99}]}',
        b'{"treatments": [{"procedure": "magic", "dose": 1}]}',
        b"BEFOREHAND1:xxxx",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b" " * (MOST_BYTES + 1),
        b'{"treatments": [], "treatments": []}',
        b'{"treatments": [], "body_kg": NaN}',
        b'{"treatments": [], "when": "3mo\\n"}',
        '{"treatments": [], "when": "\u0663mo"}'.encode(),
        '{"treatments": [], "when": "\uff13mo"}'.encode(),
        b'{"treatments": [], "notes": "\\ud800"}',
        plan_code(Plan.parse("lip_filler=1")).encode() + b"AAAA",
    ],
)
def test_what_is_no_plan_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(PlanError) as refused:
        plan_of_file(data)
    said = str(refused.value)
    assert said.endswith(".")
    assert "\n" not in said


def test_a_file_of_everything_is_read() -> None:
    everything = Plan(
        tuple(
            Treatment(name, entry.usual_dose(entry.sides[0]), entry.sides[0])
            for name, entry in procedures().items()
        )
    )
    text = PlanFile(everything).to_json()
    assert len(json.loads(text)["treatments"]) == len(procedures())
    assert plan_of_file(text.encode()).plan == everything
