"""Plans: what is understood, and each thing that is refused, in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh import PlanError
from simulate import Plan, Treatment, procedures
from simulate.plan.plan import (
    BODY_KG,
    MOST_NOTES,
    MOST_POINTS,
    MOST_RADIUS_MM,
    MOST_SPOTS,
    MOST_STROKES,
    MOST_TREATMENTS,
    MOST_WEEKS,
    Stroke,
)
from simulate.plan.plan_file import PlanFile, plan_of_file
from tests.simulate.faces import PAIRED, PROCEDURES

MIDLINE = tuple(sorted(set(PROCEDURES) - set(PAIRED)))


def refused(text: str) -> str:
    """The sentence with which a treatment is refused."""
    with pytest.raises(PlanError) as error:
        Treatment.parse(text)
    return one_sentence(str(error.value))


def one_sentence(said: str) -> str:
    assert said.endswith(".")
    assert "\n" not in said
    assert said[0].isupper() or said[0] == "'"
    return said


@given(
    name=st.sampled_from(PROCEDURES),
    share=st.floats(0.0, 1.0),
    spaces=st.sampled_from(["", " ", "\t "]),
    picked=st.integers(0, 3),
)
def test_what_is_written_is_read_back(name: str, share: float, spaces: str, picked: int) -> None:
    entry = procedures()[name]
    side = ("", *entry.sides)[picked % (1 + len(entry.sides))]
    dose = share * entry.max_dose(side or "both")
    text = f"{spaces}{name}{spaces}={spaces}{dose!r}{spaces}"
    found = Treatment.parse(text + (f":{spaces}{side}{spaces}" if side else ""))
    assert found == Treatment(name, dose, side or "both")
    assert found.entry is entry


def test_the_readme_way() -> None:
    plan = Plan.parse(["lip_filler=1.0", "masseter_toxin=25:left"])
    assert plan.treatments == (
        Treatment("lip_filler", 1.0, "both"),
        Treatment("masseter_toxin", 25.0, "left"),
    )


@pytest.mark.parametrize("name", PROCEDURES)
def test_the_largest_dose_is_allowed_and_a_little_more_is_not(name: str) -> None:
    dose = procedures()[name].dose
    Treatment(name, dose.max)
    assert Treatment(name, 0.0).dose == 0.0
    for wrong in (dose.max * 1.001, -0.001, -dose.max):
        said = refused(f"{name}={wrong!r}")
        assert f"0 to {dose.max:g} {dose.unit}" in said


@pytest.mark.parametrize("name", PAIRED)
def test_one_side_takes_half_of_a_total_amount_and_all_of_anything_else(name: str) -> None:
    entry = procedures()[name]
    amount = entry.dose.scope == "total" and entry.dose.unit in ("mL", "U")
    most = entry.dose.max / 2 if amount else entry.dose.max
    assert Treatment(name, most, "left").dose == most
    assert f"on the right; give 0 to {most:g} " in refused(f"{name}={1.001 * most!r}:right")


def test_a_single_treatment_need_not_be_a_list() -> None:
    assert Plan.parse("lip_filler=1") == Plan.parse(["lip_filler=1"])


@pytest.mark.parametrize("text", ["", "=", "lip_filler", "lip_filler:left", "a=1=2:b:c", "=1.0"])
def test_what_is_no_treatment_is_answered_with_how_to_write_one(text: str) -> None:
    assert "write PROCEDURE=DOSE" in refused(text)


@pytest.mark.parametrize("dose", ["", "much", "1,5", "1.0mL", "0x1p3"])
def test_a_dose_that_is_not_a_number(dose: str) -> None:
    said = refused(f"lip_filler={dose}")
    assert "not a number" in said
    assert "mL" in said


@pytest.mark.parametrize("dose", ["nan", "inf", "-inf", "NaN"])
def test_a_dose_that_is_no_amount(dose: str) -> None:
    assert "must be a number" in refused(f"lip_filler={dose}")


@pytest.mark.parametrize("name", ["nose_job", "Lip_filler", "lip-filler", "x" * 300])
def test_an_unknown_procedure_points_to_the_list(name: str) -> None:
    said = refused(f"{name}=1")
    assert "--list" in said
    assert len(said) < 140


@pytest.mark.parametrize("name", MIDLINE)
def test_a_procedure_of_the_middle_has_no_side(name: str) -> None:
    assert "choose both" in refused(f"{name}=1:left")


@pytest.mark.parametrize("side", ["middle", "LEFT", "l"])
def test_a_side_that_is_not_offered(side: str) -> None:
    assert "choose both or left or right" in refused(f"masseter_toxin=1:{side}")


@pytest.mark.parametrize(
    "twice",
    [
        ["lip_filler=1", "lip_filler=0.5"],
        ["masseter_toxin=10", "masseter_toxin=5:right"],
        ["masseter_toxin=10:left", "chin_filler=1", "masseter_toxin=5:left"],
    ],
)
def test_the_same_side_is_not_treated_twice(twice: list[str]) -> None:
    with pytest.raises(PlanError, match="twice on the same side"):
        Plan.parse(twice)


def test_either_side_may_have_its_own_dose() -> None:
    plan = Plan.parse(["masseter_toxin=30:left", "masseter_toxin=20:right"])
    assert [t.dose for t in plan.treatments] == [30.0, 20.0]


def test_plans_are_values() -> None:
    texts = ["lip_filler=1.0", "chin_filler=2"]
    assert Plan.parse(texts) == Plan.parse(texts)
    assert hash(Plan.parse(texts)) == hash(Plan.parse(texts))
    assert Plan.parse(texts) != Plan.parse(texts[::-1])
    assert Plan() == Plan.parse([])


TOML = b"""
[[treatments]]
procedure = "lip_filler"
dose = 1
[[treatments]]
procedure = "masseter_toxin"
dose = 25.0
side = "left"
"""


def test_a_plan_file_says_the_same_as_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(TOML)
    expected = Plan.parse(["lip_filler=1.0", "masseter_toxin=25:left"])
    assert Plan.from_toml(TOML) == Plan.from_toml(path) == Plan.from_toml(str(path)) == expected
    assert type(Plan.from_toml(TOML).treatments[0].dose) is float


def test_a_plan_file_may_be_empty_of_treatments() -> None:
    assert Plan.from_toml(b"treatments = []") == Plan()


TREATMENT = "[[treatments]]\nprocedure = 'lip_filler'\ndose = 1\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("treatments = [", "not valid TOML"),
        (b"\xff\xfe\x00", "encoding UTF-8"),
        ("", "and nothing else"),
        ("treatments = 3", "and nothing else"),
        ("name = 'mine'\n" + TREATMENT, "and nothing else"),
        ("treatments = [1]", "has procedure, dose"),
        ("[[treatments]]\nprocedure = 'lip_filler'", "has procedure, dose"),
        ("[[treatments]]\ndose = 1", "has procedure, dose"),
        (TREATMENT + "when = '3mo'", "has procedure, dose"),
        (TREATMENT.replace("1", "'1'"), "dose is a number"),
        (TREATMENT.replace("1", "true"), "dose is a number"),
        (TREATMENT.replace("'lip_filler'", "7"), "are text"),
        (TREATMENT + "side = 1", "are text"),
        (TREATMENT + "spots = [[0.5, 0.5]]", "no spots to pick"),
        (TREATMENT.replace("1", "99"), "outside the range"),
        (TREATMENT.replace("1", "nan"), "must be a number"),
        (TREATMENT.replace("lip_filler", "lip_filing"), "no procedure"),
        (TREATMENT + TREATMENT, "twice on the same side"),
        ("body_kg = '60'\n" + TREATMENT, "body_kg is a number"),
        ("body_kg = true\n" + TREATMENT, "body_kg is a number"),
        ("body_kg = 6\n" + TREATMENT, "body mass is 6; give 30 to 300 kg"),
        ("body_kg = nan\n" + TREATMENT, "give 30 to 300 kg"),
        ("currency = 5\n" + TREATMENT, "currency and notes are text"),
        ("currency = 'two words'\n" + TREATMENT, "short name of letters"),
        ("notes = ['a']\n" + TREATMENT, "currency and notes are text"),
        (f"notes = '{'a' * (MOST_NOTES + 1)}'\n" + TREATMENT, "up to 2000 characters"),
        ("body_kg = 60\n", "and nothing else"),
        (TREATMENT + "week = 'first'", "week is a number"),
        (TREATMENT + "week = -1", "week of lip filler is -1; give 0 to 104 weeks"),
        (TREATMENT + "week = nan", "give 0 to 104 weeks"),
        (TREATMENT + "cost = '9.50'", "cost is a number"),
        (TREATMENT + "cost = -3", "cost of lip filler is -3"),
        (TREATMENT + "cost = inf", "cost of lip filler is inf"),
        (TREATMENT + "clinic_downtime_days = 400", "downtime of lip filler is 400; give 0 to 365"),
        (TREATMENT + "downtime_days = 4", "has procedure, dose"),
    ],
)
def test_a_wrong_plan_file_is_refused_in_one_sentence(content: str | bytes, said: str) -> None:
    with pytest.raises(PlanError) as error:
        Plan.from_toml(content if isinstance(content, bytes) else content.encode())
    assert said in one_sentence(str(error.value))


# --- picked lesions and corrected masks

SPOTS_AND_STROKES = b"""
[[treatments]]
procedure = "mole_removal"
dose = 1
spots = [[0.41, 0.52], [0, 1]]
strokes = [{kind = "spare", points = [[0.4, 0.5], [0.45, 0.5]], radius_mm = 2}]
"""


def test_lesions_are_picked_in_text() -> None:
    found = Treatment.parse("mole_removal = 1 :both @0.41,0.52@ 0.6 , 0.7 ")
    assert found == Treatment("mole_removal", 1.0, "both", ((0.41, 0.52), (0.6, 0.7)))
    assert Treatment.parse("mole_removal=1@0.41,0.52").spots == ((0.41, 0.52),)
    assert Treatment.parse("mole_removal=1").spots == ()


@pytest.mark.parametrize("place", ["", "0.4", "0.4,0.5,0.6", "left,top", "0.4;0.5"])
def test_what_is_no_place_is_answered_with_how_to_write_one(place: str) -> None:
    assert "write @X,Y" in refused(f"mole_removal=1@{place}")


@pytest.mark.parametrize("place", ["1.01,0.5", "0.5,-0.1", "nan,0.5", "0.5,inf", "410,520"])
def test_a_place_is_a_share_of_the_photo(place: str) -> None:
    assert "shares of its width and height" in refused(f"mole_removal=1@{place}")


def test_spots_are_for_lesions_and_strokes_for_skin() -> None:
    assert "no spots to pick" in refused("lip_filler=1@0.5,0.5")
    assert "no spots to pick" in refused("ipl_redness=1@0.5,0.5")
    stroke = Stroke("spare", ((0.5, 0.5),), 2.0)
    assert Treatment("ipl_redness", 1.0, strokes=(stroke,)).strokes == (stroke,)
    with pytest.raises(PlanError, match="does not paint skin"):
        Treatment("lip_filler", 1.0, strokes=(stroke,))


@pytest.mark.parametrize(
    ("kind", "points", "radius_mm", "said"),
    [
        ("erase", ((0.5, 0.5),), 2.0, "adds or spares"),
        ("add", (), 2.0, "1 to 2000 points"),
        ("add", ((0.5, 0.5),) * (MOST_POINTS + 1), 2.0, "1 to 2000 points"),
        ("add", ((0.5, 1.5),), 2.0, "outside the photo"),
        ("add", ((float("nan"), 0.5),), 2.0, "outside the photo"),
        ("add", ((0.5, 0.5),), 0.0, "up to 20 mm"),
        ("add", ((0.5, 0.5),), float("nan"), "up to 20 mm"),
        ("add", ((0.5, 0.5),), MOST_RADIUS_MM + 0.1, "up to 20 mm"),
    ],
)
def test_an_impossible_stroke_is_refused(
    kind: str, points: tuple[tuple[float, float], ...], radius_mm: float, said: str
) -> None:
    with pytest.raises(PlanError) as error:
        Stroke(kind, points, radius_mm)
    assert said in one_sentence(str(error.value))


def test_a_plan_file_picks_spots_and_corrects_masks() -> None:
    (found,) = Plan.from_toml(SPOTS_AND_STROKES).treatments
    assert found.spots == ((0.41, 0.52), (0.0, 1.0))
    assert found.strokes == (Stroke("spare", ((0.4, 0.5), (0.45, 0.5)), 2.0),)
    assert hash(found) == hash(Plan.from_toml(SPOTS_AND_STROKES).treatments[0])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"[[0.41, 0.52], [0, 1]]", b"[0.41, 0.52]", "spots is a list of places"),
        (b"[[0.41, 0.52], [0, 1]]", b"0.41", "spots is a list of places"),
        (b"[[0.41, 0.52], [0, 1]]", b"[[0.41]]", "spots is a list of places"),
        (b"[[0.41, 0.52], [0, 1]]", b"[[0.41, true]]", "spots is a list of places"),
        (b"[[0.41, 0.52], [0, 1]]", b"[[0.41, 5.2]]", "outside the photo"),
        (b"[[0.4, 0.5], [0.45, 0.5]]", b"'all'", "points is a list of places"),
        (b"radius_mm = 2", b"radius_mm = '2'", "radius_mm a number"),
        (b"radius_mm = 2", b"radius_px = 2", "has kind, points and radius_mm"),
        (b'"spare"', b"1", "kind of a stroke is text"),
        (b'"spare"', b'"keep"', "adds or spares"),
        (b"strokes = [", b"strokes = 1 #", "strokes is a list"),
        (b"strokes = [", b"strokes = [1] #", "has kind, points and radius_mm"),
    ],
)
def test_wrong_spots_and_strokes_in_a_file_are_refused(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(PlanError) as error:
        Plan.from_toml(SPOTS_AND_STROKES.replace(old, new))
    assert said in one_sentence(str(error.value))


CLINIC = b"""
body_kg = 72
currency = "EUR"
notes = "Ask again in spring."

[[treatments]]
procedure = "masseter_toxin"
dose = 25
cost = 350
clinic_downtime_days = 0.5

[[treatments]]
procedure = "chin_filler"
dose = 1
week = 11
"""


def test_a_clinic_fills_in_what_it_knows() -> None:
    plan = Plan.from_toml(CLINIC)
    assert (plan.body_kg, plan.currency, plan.notes) == (72.0, "EUR", "Ask again in spring.")
    toxin, filler = plan.treatments
    assert (toxin.cost, toxin.clinic_downtime_days, toxin.week) == (350.0, 0.5, None)
    assert (filler.cost, filler.clinic_downtime_days, filler.week) == (None, None, 11.0)
    assert hash(plan) == hash(Plan.from_toml(CLINIC))
    plain = Plan.parse(["masseter_toxin=25", "chin_filler=1"])
    assert (plain.body_kg, plain.currency, plain.notes) == (None, "", "")
    assert plan != plain


def test_nothing_is_written_that_was_not_said() -> None:
    written = Plan.parse("lip_filler=1").to_toml()
    assert written == '[[treatments]]\nprocedure = "lip_filler"\ndose = 1.0\nside = "both"\n'


@pytest.mark.parametrize("notes", ["\ud800", "a" * (MOST_NOTES + 1)])
def test_notes_that_no_file_can_hold_are_refused(notes: str) -> None:
    with pytest.raises(PlanError, match="notes of a plan are text"):
        Plan(notes=notes)


@pytest.mark.parametrize(("dose", "amount"), [("25", 50.0), ("25:left", 25.0), ("25:right", 25.0)])
def test_an_amount_is_of_the_whole_face(dose: str, amount: float) -> None:
    assert Treatment.parse(f"masseter_toxin={dose}").amount == amount


def test_an_amount_in_total_is_the_dose() -> None:
    assert Treatment.parse("cheek_filler=1.6").amount == 1.6
    assert Treatment.parse("cheek_filler=0.8:left").amount == 0.8
    assert Treatment.parse("chin_filler=2").treated_sides == ("left", "right")


SHARE = st.floats(0.0, 1.0)
PLACES = st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=4).map(tuple)
RADII = st.floats(0.0, MOST_RADIUS_MM, exclude_min=True)
STROKES = st.lists(st.builds(Stroke, st.sampled_from(("add", "spare")), PLACES, RADII), max_size=3)


CURRENCIES = ("", "EUR", "Kč", "£")
NOTES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of a few treatments, with spots and strokes where they belong."""
    made = []
    for name in draw(st.lists(st.sampled_from(list(procedures())), max_size=4, unique=True)):
        entry = procedures()[name]
        side = draw(st.sampled_from(entry.sides))
        spots = draw(PLACES) if name == "mole_removal" and draw(st.booleans()) else ()
        strokes = tuple(draw(STROKES)) if entry.skin else ()
        dose = draw(SHARE) * entry.max_dose(side)
        known = [draw(st.none() | st.floats(0.0, most)) for most in (MOST_WEEKS, 1e6, 365.0)]
        made.append(Treatment(name, dose, side, spots, strokes, *known))
    body_kg, currency = draw(st.none() | st.floats(*BODY_KG)), draw(st.sampled_from(CURRENCIES))
    return Plan(tuple(made), body_kg, currency, draw(NOTES))


@given(plan=plans())
def test_a_plan_is_written_and_read_back(plan: Plan) -> None:
    assert Plan.from_toml(plan.to_toml().encode()) == plan


# --- limits, and numbers from outside

BIG = "1" * 400


def strokes(count: int, points: int) -> tuple[Stroke, ...]:
    return tuple(Stroke("add", ((0.5, 0.25),) * points, 2.0) for _ in range(count))


@pytest.mark.parametrize(
    ("treatments", "said"),
    [
        (lambda: [Treatment("lip_filler", 1.0)] * (MOST_TREATMENTS + 1), "100 treatments, not 101"),
        (
            lambda: [Treatment("mole_removal", 1.0, spots=((0.5, 0.5),) * (MOST_SPOTS + 1))],
            "50 picked spots, not 51",
        ),
        (
            lambda: [
                Treatment("ipl_redness", 1.0, strokes=strokes(MOST_STROKES, 1)),
                Treatment("pigment_laser", 1.0, strokes=strokes(1, 1)),
            ],
            "300 strokes of the brush in all its treatments, not 301",
        ),
        (
            lambda: [Treatment("ipl_redness", 1.0, strokes=strokes(11, 1819))],
            "20000 points in all, not 20009",
        ),
    ],
)
def test_a_plan_of_more_than_a_hand_makes_is_refused(
    treatments: Callable[[], list[Treatment]], said: str
) -> None:
    with pytest.raises(PlanError) as error:
        Plan(tuple(treatments()))
    assert said in one_sentence(str(error.value))


@pytest.mark.parametrize("written", [PlanFile.to_toml, PlanFile.to_json])
def test_the_largest_plan_can_be_saved_and_opened(written: Callable[[PlanFile], str]) -> None:
    rows = []
    for n, name in enumerate(("ipl_redness", "pigment_laser", "co2_resurfacing")):
        path = tuple((1 / 3 + n / 97, (i + 1) / 6700) for i in range(66))
        rows.append(Treatment(name, 1.0, strokes=(Stroke("add", path, 2.0),) * 100))
    spots = tuple((1 / 3, i / 70) for i in range(MOST_SPOTS))
    kept = PlanFile(Plan((*rows, Treatment("mole_removal", 1.0, spots=spots)), notes="\x01" * 2000))
    assert plan_of_file(written(kept).encode()) == kept


@pytest.mark.parametrize("many", ["spots = [{}]", "strokes = [{}]"])
def test_a_file_of_thousands_of_spots_is_refused_before_a_plan_is_made(many: str) -> None:
    one = (
        "[0.5, 0.5]" if "spots" in many else '{kind = "add", points = [[0.5, 0.5]], radius_mm = 2}'
    )
    text = TREATMENT.replace("lip_filler", "mole_removal") + many.format(f"{one}, " * 5000)
    with pytest.raises(PlanError) as error:
        Plan.from_toml(text.encode())
    assert "up to" in str(error.value) or "more than" in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        TREATMENT.replace("dose = 1", f"dose = {BIG}"),
        TREATMENT + f"week = {BIG}",
        TREATMENT + f"cost = -{BIG}",
        TREATMENT + f"clinic_downtime_days = {BIG}",
        f"body_kg = {BIG}\n" + TREATMENT,
        TREATMENT + f"spots = [[{BIG}, 0.5]]",
        SPOTS_AND_STROKES.decode().replace("radius_mm = 2", f"radius_mm = {BIG}"),
        TREATMENT.replace("dose = 1", "dose = 0x" + "f" * 400),
    ],
)
@pytest.mark.parametrize("digits", [400, 70, 25])
def test_a_number_that_no_float_holds_is_refused(text: str, digits: int) -> None:
    """Before it is read, or out of range after."""
    with pytest.raises(PlanError) as error:
        Plan.from_toml(text.replace(BIG, BIG[:digits]).encode())
    one_sentence(str(error.value).removesuffix("\n"))


@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_a_number_that_no_float_holds_is_refused_of_a_program_too(number: int) -> None:
    for make in (
        lambda: Treatment("lip_filler", number),
        lambda: Treatment("lip_filler", 1.0, week=number),
        lambda: Stroke("add", ((0.5, 0.5),), number),
        lambda: Plan(body_kg=number),
    ):
        with pytest.raises(PlanError):
            make()


@pytest.mark.parametrize("text", ["\uff11", "\u0661", "1_0", "1e", "\u00bd", "1\u00a0", "9" * 400])
def test_a_dose_is_of_plain_digits(text: str) -> None:
    assert "not a number" in refused(f"lip_filler={text}") or "not a treatment" in refused(
        f"lip_filler={text}"
    )


@pytest.mark.parametrize(
    "text", ["lip_filler=1\n", "\nlip_filler=1", "lip\u0131_filler=1", "lip_filler=1:le\u017ft"]
)
def test_a_treatment_is_one_line_of_plain_letters(text: str) -> None:
    assert "not a treatment" in refused(text)


def test_a_plan_file_that_is_not_there_is_named_by_nothing(tmp_path: Path) -> None:
    for path in (tmp_path / "secret-name.toml", tmp_path):
        with pytest.raises(PlanError) as error:
            Plan.from_toml(path)
        assert "cannot be read" in one_sentence(str(error.value))
        assert "secret" not in str(error.value)
