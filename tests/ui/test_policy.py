"""What a clinic's file and the law of its country have the page offer."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from simulate import procedures
from simulate.plan.presets import presets
from tests.helpers import ROOT
from tests.ui.viewing import title
from ui.state.clinic_policy import (
    SETTING,
    Policy,
    PolicyError,
    Price,
    bans,
    policy,
    read,
)

GOOD = """
name = "Clinic on the Square"
contact = "Tel. 01 234 56 78"
country = "at"
currency = "EUR"
concerns = false
hidden = ["facelift", "buccal_fat_removal"]

[prices]
lip_filler = { base = 90, per_unit = 260 }
masseter_toxin = { per_unit = 8 }
lip_lift = 2100
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "clinic.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_everything_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    assert policy() == Policy()
    assert all(map(policy().offers, procedures()))
    assert policy().cost("lip_filler", 1.0) is None


def test_all_that_a_clinic_can_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, str(written(tmp_path, GOOD)))
    found = policy()
    assert policy() is found  # read once
    assert (found.name, found.contact) == ("Clinic on the Square", "Tel. 01 234 56 78")
    assert (found.country, found.currency, found.concerns) == ("AT", "EUR", False)
    assert not found.offers("facelift")
    assert found.offers("lip_filler")
    assert not found.offers_plan(presets()["surgical_lift"])  # of which the facelift is a part
    assert found.offers_plan(presets()["lip_balance"])
    assert found.prices["masseter_toxin"] == Price(per_unit=8)
    assert found.cost("lip_filler", 1.5) == 90 + 1.5 * 260
    assert found.cost("lip_filler", 0.0) == 0.0  # what is not given costs nothing
    assert found.cost("lip_lift", 4.0) == 2100
    assert found.cost("genioplasty", 8.0) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "not valid TOML"),
        ("hiden = []", "does not know the key hiden"),
        ('hidden = ["lip_filer"]', "names lip_filer, which is no procedure"),
        ('hidden = "facelift"', "hidden is a list"),
        ("name = 3", "name is one line"),
        ('name = """two\nlines"""', "name is one line"),
        ('country = "Germany"', "two letters"),
        ('currency = "E U R"', "short name of letters"),
        ('concerns = "yes"', "concerns is true or false"),
        ("[prices]\nlip_filler = -1", "price of lip_filler is a number"),
        ("[prices]\nlip_filler = true", "price of lip_filler is a number"),
        ("[prices]\nlip_filler = nan", "price of lip_filler is a number"),
        ("[prices]\nlip_filler = { each = 3 }", "price of lip_filler is a number"),
        ("[prices]\nnose_job = 3", "names nose_job, which is no procedure"),
        ("prices = 3", "prices is a table"),
        ("[prices]\nlip_filler = " + "9" * 400, "a number or name of more than"),
        ("[prices]\nlip_filler = " + "9" * 70, "price of lip_filler is a number"),
        ("[prices]\nlip_filler = inf", "price of lip_filler is a number"),
        ("a = " + "[" * 100_000, "brackets inside each other"),
        (".".join("a" * 32_000) + " = 1", "parts with dots"),
        ("#" * 300_000, "longer than"),
        ("name = 'a\\u2028b'".replace("'", '"'), "name is one line"),
        ('"hi\\u001b[31mden" = []', "does not know the key ?"),
        ("x" * 79 + " = 1", "does not know the key " + "x" * 60 + "."),
    ],
)
def test_a_wrong_file_is_one_clear_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PolicyError) as raised:
        read(written(tmp_path, text))
    sentence = str(raised.value)
    assert says in sentence
    assert sentence.endswith(".")
    assert str(tmp_path) not in sentence


def test_a_file_of_an_editor_that_marks_the_order_of_bytes(tmp_path: Path) -> None:
    path = tmp_path / "clinic.toml"
    path.write_bytes('name = "Praxis"\n'.encode("utf-8-sig"))
    assert read(path).name == "Praxis"
    path.write_bytes('name = "Praxis"\n'.encode("utf-16"))
    with pytest.raises(PolicyError, match="save it again with the encoding UTF-8"):
        read(path)


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "", "a" * 300, "latin"])
def test_what_is_no_file_of_text_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "latin").write_bytes(b"name = '\xe4'")
    with pytest.raises(PolicyError, match=r"cannot be read\.|not valid TOML\."):
        read(tmp_path / name)


def test_a_missing_file_is_named_by_its_setting_and_not_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=SETTING) as raised:
        read(tmp_path / "nowhere.toml")
    assert str(tmp_path) not in str(raised.value)


def test_every_ban_names_a_procedure_and_a_source() -> None:
    for one in bans():
        assert one.procedure in procedures()
        assert len(one.country) == 2
        assert one.country.isupper()
        assert one.reason.endswith(".")
        assert len(one.source) > 20


def test_what_is_forbidden_in_a_country_is_hidden_there_and_nowhere_else() -> None:
    assert not Policy(country="FR").offers("deoxycholic_acid")
    assert Policy(country="DE").offers("deoxycholic_acid")
    assert Policy(country="FR").bans[0].source.startswith("Décret")
    for country in ("DE", "ES", "US", "GB", ""):
        assert all(map(Policy(country=country).offers, procedures()))


def test_the_page_says_what_is_wrong_and_offers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, str(written(tmp_path, "hidden = 3")))
    page = AppTest.from_file(str(ROOT / "ui/app/router.py"), default_timeout=60).run()
    assert not page.exception
    (error,) = page.error
    assert "hidden is a list" in error.value
    assert not page.button
    assert not page.title


def test_hidden_procedures_are_nowhere_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_page: AppTest
) -> None:
    monkeypatch.setenv(SETTING, str(written(tmp_path, GOOD)))
    page = sample_page.run()
    assert title(page) == "Your preview"
    offered = page.selectbox(key="add").options
    assert len(offered) == len(procedures()) - 2
    assert not any("Facelift" in one for one in offered)
    assert "Surgical lift" not in page.selectbox(key="preset").options
    page.button_group(key="area").set_value("cheeks").run()
    toggles = [one.label for one in page.button if (one.key or "").startswith("toggle_")]
    assert toggles == ["Cheek filler"]
    assert "Whole face" in page.button_group(key="area").options  # for what else is there


def test_what_becomes_hidden_leaves_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_page: AppTest
) -> None:
    page = sample_page
    for name in ("facelift", "chin_filler"):
        page.selectbox(key="add").set_value(name).run()
    monkeypatch.setenv(SETTING, str(written(tmp_path, GOOD)))
    page.run()
    assert {one.key for one in page.slider} == {"dose_chin_filler_both"}


def test_patients_of_a_clinic_without_concerns_choose_from_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: AppTest
) -> None:
    monkeypatch.setenv(SETTING, str(written(tmp_path, GOOD)))
    page.session_state["beforehand"].way = "patient"
    page.button(key="sample_grace_hopper").click().run()
    assert title(page) == "Your preview"
    assert page.selectbox(key="add")
    assert "back_to_concerns" not in [one.key for one in page.button]


def test_the_visitors_own_country_counts_where_no_clinic_says_one(sample_page: AppTest) -> None:
    page = sample_page
    assert any("Fat-dissolving" in one for one in page.selectbox(key="add").options)
    page.session_state["beforehand"].country = "FR"
    page.run()
    assert not any("Fat-dissolving" in one for one in page.selectbox(key="add").options)
    (said,) = (one.value for one in page.caption if one.value.startswith("Not shown here"))
    assert "Fat-dissolving injections under the chin" in said
    assert "Décret" in said


def test_a_clinics_country_comes_before_the_visitors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_page: AppTest
) -> None:
    monkeypatch.setenv(SETTING, str(written(tmp_path, 'country = "DE"')))
    sample_page.session_state["beforehand"].country = "FR"
    page = sample_page.run()
    assert any("Fat-dissolving" in one for one in page.selectbox(key="add").options)
