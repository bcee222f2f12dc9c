"""Every entry of the catalogue is whole, and a broken one is refused by file and key."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh.measures import MEASURES
from face_mesh.quality.findings import CHECKS
from face_mesh.skin import signs
from simulate import procedures
from simulate.catalogue import loader
from simulate.catalogue.loader import (
    FOLDER,
    CatalogueError,
    load_procedure,
)
from simulate.catalogue.procedure import (
    AREAS,
    SIGNS,
    Procedure,
    SkinTerm,
)
from simulate.catalogue.sources import ESTIMATE, citation, sources
from simulate.geometry.mesh import landmarks_of
from simulate.geometry.neck_and_ears import PRIOR_MEASURES, PriorSurface
from simulate.geometry.operators import OPERATORS
from simulate.skin.tasks import regions_of
from tests.face_mesh.faces import collins

FILES = sorted(FOLDER.glob("*.toml"))
OFFERED = {
    *("lip_filler", "lip_flip", "chin_filler", "genioplasty", "jawline_filler", "masseter_toxin"),
    *("cheek_filler", "buccal_fat_removal", "nasal_narrowing", "nasal_tip_rotation"),
    *("alar_base_reduction", "surgical_brow_lift"),
    *("glabellar_toxin", "forehead_toxin", "crows_feet_toxin"),
    *("nasolabial_filler", "marionette_filler", "tear_trough_filler", "lower_blepharoplasty"),
    *("co2_resurfacing", "ipl_redness", "pigment_laser", "scar_microneedling", "mole_removal"),
    *("temple_filler", "nonsurgical_rhinoplasty", "hump_reduction", "tip_projection"),
    *("chemical_brow_lift", "upper_blepharoplasty", "lip_lift"),
    *("facelift", "neck_lift", "deoxycholic_acid", "submental_liposuction", "platysmal_toxin"),
    *("otoplasty", "gummy_smile_toxin"),
    *("skin_boosters", "perioral_filler", "chemical_peel", "hifu_tightening", "rf_tightening"),
}


def every_entry(law: Callable[[Procedure], None]) -> Callable[[], None]:
    """Hold all entries to a law, in one test: they are data."""

    def test() -> None:
        for entry in procedures().values():
            try:
                law(entry)
            except AssertionError as error:
                error.add_note(entry.id)
                raise

    return test


def test_the_contract_is_offered() -> None:
    assert set(procedures()) >= OFFERED
    assert [p.id for p in procedures().values()] == list(procedures())
    assert {path.stem for path in FILES} == set(procedures())


def test_entries_come_by_area_and_cannot_be_changed() -> None:
    areas = [AREAS.index(p.area) for p in procedures().values()]
    assert areas == sorted(areas)
    with pytest.raises(TypeError):
        procedures()["mine"] = procedures()["lip_filler"]  # type: ignore[index]


@every_entry
def test_the_usual_dose_is_a_number_of_steps(entry: Procedure) -> None:
    steps = entry.dose.usual / entry.dose.step
    assert steps == pytest.approx(round(steps))


def assert_names_known(entry: Procedure) -> None:
    assert set(entry.measures) <= {*MEASURES, *PRIOR_MEASURES}
    assert set(entry.hidden_by) <= set(CHECKS)
    for term in entry.terms:
        assert term.operator in OPERATORS
        places = [term.patch.centre, *term.patch.hold, term.pivot, term.pull]
        for place in filter(None, places):
            assert_known(term.patch.surface, place, term.midline)
    for reaction in entry.reactions:
        for place in (reaction.patch.centre, *reaction.patch.hold):
            assert_known(reaction.patch.surface, place, reaction.midline)
    for skin in entry.skin:
        everywhere = regions_of(skin, "both")
        assert everywhere
        assert set(everywhere) <= set(signs.SIGNS[skin.sign].regions)
        for side in entry.sides[1:]:
            assert {name.rpartition("_")[2] for name in regions_of(skin, side)} == {side}


def assert_known(surface: str, place: str, midline: bool) -> None:
    """Whether a surface has a place, or that of either side."""
    for side in ("both",) if midline else ("left", "right"):
        if surface == "face":
            assert all(0 <= i < 468 for i in landmarks_of(place, side))
        else:
            PriorSurface.of(collins(), surface).vertices_of(place, side)  # a KeyError if it has not


test_every_name_in_an_entry_is_known = every_entry(assert_names_known)


def test_the_signs_are_those_that_are_looked_for() -> None:
    assert set(SIGNS) <= set(signs.SIGNS)


@every_entry
def test_no_dose_takes_more_of_a_sign_than_its_entry_allows(entry: Procedure) -> None:
    relative = [entry.effect(k * entry.dose.max / 20) / entry.dose.usual for k in range(21)]
    for term in entry.skin:
        shares = [term.share(one) for one in relative]
        assert shares == sorted(shares)
        assert shares[0] == 0.0 < shares[1]
        assert shares[-1] <= term.most
        assert term.share(1.0) == pytest.approx(term.reduction)


def test_a_deep_fold_keeps_what_no_trial_took() -> None:
    """(A fold of grade 4 was wiped out whole.)"""
    term = procedures()["nasolabial_filler"].skin[0]
    assert term.share(9.0, 4.0) * 4.0 == pytest.approx(term.most_grades)
    assert 1.0 - term.share(9.0, 4.0) >= 0.4
    assert term.share(1.0, 2.0) == pytest.approx(term.reduction)


@given(reduction=st.floats(0.01, 1.0), most=st.floats(0.01, 1.0), dose=st.floats(-1.0, 9.0))
def test_a_share_is_in_proportion_up_to_the_most(
    reduction: float, most: float, dose: float
) -> None:
    low, high = sorted((reduction, most))
    share = SkinTerm("redness", "fade", low, high, ESTIMATE, "because").share(dose)
    assert 0.0 <= share <= high
    if share < high:
        assert share == pytest.approx(low * max(dose, 0.0))


def test_lesions_are_never_called_harmless() -> None:
    said = " ".join(procedures()["mole_removal"].cautions).lower()
    assert "a doctor must examine every lesion" in said
    assert "nothing about whether it is harmless" in said
    assert "benign" not in said


@every_entry
def test_every_figure_has_a_source_that_can_be_looked_up(entry: Procedure) -> None:
    keys = [entry.dose.usual_source, entry.dose.max_source, entry.response.source]
    keys += [entry.dose_response.source, entry.course.source]
    keys += [t.source for t in (*entry.terms, *entry.skin)] + [e.source for e in entry.evidence]
    for key in keys:
        said = citation(key)
        assert said == ESTIMATE or len(said) > 20
        assert "; ".join(sources()[k.strip()] for k in key.split("+") if k != ESTIMATE) in said
    assert all(e.source != ESTIMATE for e in entry.evidence)
    assert entry.evidence


@every_entry
def test_an_entry_is_written_for_people(entry: Procedure) -> None:
    for sentence in (entry.summary, *entry.cautions, *(e.claim for e in entry.evidence)):
        assert sentence.endswith(".")
        assert sentence == sentence.strip()
        assert sentence[0].isupper() or sentence[0].isdigit()
    assert entry.cautions
    assert entry.name[0].isupper()


@every_entry
def test_a_side_is_offered_with_the_other(entry: Procedure) -> None:
    assert entry.sides in (("both",), ("both", "left", "right"))


def test_two_citations_are_both_given() -> None:
    one, two = list(sources())[:2]
    assert citation(f"{one} + {two}") == f"{sources()[one]}; {sources()[two]}"
    assert citation(ESTIMATE) == ESTIMATE


# --- broken entries


Edit = Callable[[dict[str, Any]], None]


def put(*path: str | int, value: object) -> Edit:
    """Set the key at the end of a path."""

    def edit(table: dict[str, Any]) -> None:
        inner(table, path)[path[-1]] = value

    return edit


def drop(*path: str | int) -> Edit:
    """Remove the key at the end of a path."""

    def edit(table: dict[str, Any]) -> None:
        del inner(table, path)[path[-1]]

    return edit


def inner(table: Any, path: tuple[str | int, ...]) -> Any:
    for key in path[:-1]:
        table = table[key]
    return table


def toml(value: object) -> str:
    """A value as TOML, tables inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return '"' + value.replace('"', '\\"') + '"' if isinstance(value, str) else repr(value)


def written(folder: Path, stem: str, edit: Edit | None = None) -> Path:
    """A copy of an entry, changed, as a file."""
    table = tomllib.loads((FOLDER / f"{stem}.toml").read_text("utf-8"))
    if edit is not None:
        edit(table)
    path = folder / f"{stem}.toml"
    path.write_text("\n".join(f"{k} = {toml(v)}" for k, v in table.items()), "utf-8")
    return path


def test_a_copy_of_an_entry_loads(tmp_path: Path) -> None:
    for name, entry in procedures().items():
        assert load_procedure(written(tmp_path, name)) == entry


BROKEN = [
    (put("colour", value="red"), "colour: unknown key"),
    (put("dose", "colour", value="red"), "dose.colour: unknown key"),
    (put("terms", 0, "patch", "width_mm", value=3.0), "terms[0].patch.width_mm: unknown key"),
    (put("evidence", 1, "year", value=2021), "evidence[1].year: unknown key"),
    (drop("name"), "name: missing"),
    (drop("dose"), "dose: missing"),
    (drop("dose", "max_source"), "dose.max_source: missing"),
    (drop("response", "source"), "response.source: missing"),
    (drop("terms", 0, "source"), "terms[0].source: missing"),
    (drop("terms", 0, "patch"), "terms[0].patch: missing"),
    (drop("evidence", 0, "source"), "evidence[0].source: missing"),
    (drop("course", "derivation"), "course.derivation: missing"),
    (put("name", value=3), "name: must be text"),
    (put("dose_response", "derivation", value=" "), "dose_response.derivation: say why"),
    (put("dose", "max_source", value=ESTIMATE), "dose.derivation: say why the dose is"),
    (put("cautions", value="none"), "cautions: must be a list"),
    (put("cautions", value=[True]), "cautions[0]: must be text"),
    (put("dose", value=2.0), "dose: must be a table"),
    (put("dose", "max", value="2"), "dose.max: must be a number"),
    (put("dose", "max", value=True), "dose.max: must be a number"),
    (put("terms", 0, "midline", value=1), "terms[0].midline: must be true or false"),
    (put("course", "days", value=[0, "14"]), "course.days[1]: must be a number"),
    (put("id", value="lip_filler_2"), "id: 'lip_filler_2' is not the name of the file"),
    (put("area", value="hair"), "area: 'hair' is not one of"),
    (put("kinds", value=["geometry", "magic"]), "kinds[1]: 'magic' is not one of"),
    (put("sides", value=["both", "middle"]), "sides[1]: 'middle' is not one of"),
    (put("dose", "unit", value="ml"), "dose.unit: 'ml' is not one of mL, U, mm, deg"),
    (put("dose", "scope", value="each"), "dose.scope: 'each' is not one of"),
    (put("dose", "usual", value=99.0), "dose: needs 0 < step <= usual <= max"),
    (put("dose", "step", value=0.0), "dose: needs 0 < step <= usual <= max"),
    (put("dose", "max", value=float("nan")), "dose.max: must be a number"),
    (put("terms", 0, "coefficient", value=float("inf")), "terms[0].coefficient: must be a number"),
    (put("response", "relative_sd", value=1.0), "response.relative_sd: must be below 1"),
    (put("response", "relative_sd", value=-0.1), "response.relative_sd: must be 0 or more"),
    (put("dose_response", "kind", value="cubic"), "dose_response.kind: 'cubic' is not one of"),
    (put("dose_response", "kind", value="saturating"), "dose_response.half_dose: goes with"),
    (put("dose_response", "half_dose", value=3.0), "dose_response.half_dose: goes with"),
    (put("course", "days", value=[0, 14]), "course.days: must rise, one for each value"),
    (put("course", "days", value=[]), "course.days: must rise, one for each value"),
    (put("course", "days", value=[0, 14, 14, 180, 365, 730]), "course.days: must rise"),
    (put("dose", "usual_source", value="somebody2020"), "dose.usual_source: 'somebody2020' is not"),
    (put("terms", 1, "source", value="percec2025 + x"), "terms[1].source: 'x' is not in sources"),
    (put("evidence", 0, "source", value=""), "evidence[0].source: '' is not in sources.toml"),
    (put("terms", 0, "operator", value="inflate"), "terms[0].operator: 'inflate' is not one of"),
    (put("terms", 0, "pull", value="upper_inner_lip"), "terms[0].pull: does not fit operator vol"),
    (put("terms", 0, "pivot", value="subnasale"), "terms[0].pivot: does not fit operator volume"),
    (put("terms", 0, "operator", value="relax"), "terms[0].pull: does not fit operator relax"),
    (put("terms", 0, "patch", "falloff_mm", value=0), "terms[0].patch.falloff_mm: must be above 0"),
    (put("terms", 0, "patch", "core_mm", value=-1), "terms[0].patch.core_mm: must be 0 or more"),
    (put("terms", 0, "patch", "metric", value="air"), "terms[0].patch.metric: 'air' is not one of"),
    (put("terms", 0, "derivation", value=" "), "terms[0].derivation: say how"),
]


@pytest.mark.parametrize(("edit", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_broken_entry_is_refused_by_file_and_key(tmp_path: Path, edit: Edit, said: str) -> None:
    with pytest.raises(CatalogueError) as error:
        load_procedure(written(tmp_path, "lip_filler", edit))
    assert str(error.value).startswith("lip_filler.toml: " + said)


BROKEN_SKIN = [
    (put("skin", 0, "depth", value=1), "skin[0].depth: unknown key"),
    (drop("skin", 0, "most"), "skin[0].most: missing"),
    (drop("skin", 0, "source"), "skin[0].source: missing"),
    (put("skin", value="all of it"), "skin: must be a list"),
    (put("skin", 0, "sign", value="shine"), "skin[0].sign: 'shine' is not one of"),
    (put("skin", 0, "operator", value="blur"), "skin[0].operator: 'blur' is not one of fill, lift"),
    (put("skin", 0, "reduction", value=0.0), "skin[0].reduction: needs 0 < reduction"),
    (put("skin", 0, "reduction", value=0.95), "skin[0].reduction: needs 0 < reduction <= most"),
    (put("skin", 0, "most", value=1.1), "skin[0].reduction: needs 0 < reduction <= most <= 1"),
    (put("skin", 0, "reduction", value=float("nan")), "skin[0].reduction: must be a number"),
    (put("skin", 0, "regions", value="glabella"), "skin[0].regions: must be a list"),
    (put("skin", 0, "derivation", value=""), "skin[0].derivation: say how"),
    (put("skin", 0, "source", value="x2020"), "skin[0].source: 'x2020' is not in sources.toml"),
    (drop("skin"), "kinds: skin goes with its terms"),
    (drop("terms"), "kinds: geometry goes with its terms"),
    (put("kinds", value=["geometry", "shading"]), "kinds: skin goes with its terms"),
    (put("kinds", value=["geometry", "skin"]), "kinds: shading goes with its terms"),
    (put("kinds", value=["skin"]), "kinds: geometry goes with its terms"),
]


@pytest.mark.parametrize(("edit", "said"), BROKEN_SKIN, ids=[said for _, said in BROKEN_SKIN])
def test_a_broken_skin_term_is_refused_by_file_and_key(
    tmp_path: Path, edit: Edit, said: str
) -> None:
    with pytest.raises(CatalogueError) as error:
        load_procedure(written(tmp_path, "glabellar_toxin", edit))
    assert str(error.value).startswith("glabellar_toxin.toml: " + said)


@pytest.mark.parametrize(
    ("stem", "edits", "said"),
    [
        (
            "ipl_redness",
            [drop("skin"), drop("reactions"), put("kinds", value=[])],
            "terms: there is neither",
        ),
        ("ipl_redness", [put("measures", value=["mouth_width"])], "measures: lengths and angles"),
        ("lip_filler", [drop("measures")], "measures: name at least one"),
    ],
)
def test_an_entry_does_something_and_says_what(
    tmp_path: Path, stem: str, edits: list[Edit], said: str
) -> None:
    def all_of_them(table: dict[str, Any]) -> None:
        for edit in edits:
            edit(table)

    with pytest.raises(CatalogueError, match=said):
        load_procedure(written(tmp_path, stem, all_of_them))


@pytest.mark.parametrize("direction", [[0.0, 0.0, 0.0], [1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
def test_a_direction_is_three_numbers(tmp_path: Path, direction: list[float]) -> None:
    path = written(tmp_path, "surgical_brow_lift", put("terms", 0, "direction", value=direction))
    with pytest.raises(CatalogueError, match=r"direction: must be three numbers, not all 0"):
        load_procedure(path)


@pytest.mark.parametrize(
    "edit",
    [
        put("terms", 0, "patch", "centre", value="upper_vermillion"),
        put("terms", 0, "patch", "hold", value=["inner_lip"]),
        put("terms", 2, "pull", value="lip"),
        put("measures", value=["lip_height"]),
        put("hidden_by", value=["sunglasses"]),
    ],
    ids=["centre", "hold", "pull", "measures", "hidden_by"],
)
def test_a_misspelt_name_fails_the_test_of_names(tmp_path: Path, edit: Edit) -> None:
    entry = load_procedure(written(tmp_path, "lip_filler", edit))
    with pytest.raises((AssertionError, KeyError)):
        assert_names_known(entry)


def test_what_is_no_toml_is_refused_by_file(tmp_path: Path) -> None:
    path = tmp_path / "lip_filler.toml"
    path.write_text("id = ")
    with pytest.raises(CatalogueError, match=r"^lip_filler\.toml: "):
        load_procedure(path)


def test_a_broken_file_in_the_folder_stops_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "chin_filler")
    written(tmp_path, "lip_filler", put("dose", "unit", value="cc"))
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    with pytest.raises(CatalogueError, match=r"^lip_filler\.toml: dose\.unit: 'cc'"):
        loader.procedures.__wrapped__()
