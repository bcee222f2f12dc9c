"""The command line: what it writes; every refusal is one line and leaves nothing behind."""

import json
import os
import pty
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from face_mesh import Photo, measure_face, open_photo
from face_mesh.arrays import Rgb
from face_mesh.atomic_file import AtomicFile
from simulate import __version__, procedures
from simulate.__main__ import main
from simulate.command_line import command
from simulate.export import timelapse_video
from simulate.plan.presets import preset, presets
from simulate.wording.doses import dose as dose_words
from tests.face_mesh.faces import hopper, turned_head
from tests.helpers import ROOT
from tests.simulate import toy_models
from tests.simulate.faces import PROCEDURES

FILES = {"before.png", "after.png", "comparison.png", "outcome.json"}
HEAVY = {"torch", "diffusers", "streamlit", "av", "onnxruntime"}
RUNS = {"onnxruntime"}  # the networks that tell covers and paint skin
STAGES = ("Reading the photo", "Measuring the face", "Simulating", "Writing the pictures")
Output = tuple[int, str, str]  # status, standard output, standard error


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grace Hopper as a PNG file."""
    return saved(hopper().photo.image, tmp_path_factory.mktemp("photo") / "portrait.png")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Output]:
    """Call the command in this process, as often as wanted."""

    def call(*argv: str | Path) -> Output:
        capfd.readouterr()
        status = main([str(a) for a in argv])
        return status, *capfd.readouterr()

    return call


def saved(image: Rgb, path: Path) -> Path:
    Image.fromarray(np.ascontiguousarray(image)).save(path)
    return path


def spawned(*argv: str | Path, **changed: str) -> Output:
    """Run the command as a program."""
    done = subprocess.run(
        [sys.executable, "-m", "simulate", *map(str, argv)],
        cwd=ROOT,
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def refusal(result: Output, status: int) -> str:
    """The one line of a refusal, which names no file and shows no traceback."""
    found, out, err = result
    assert found == status, err
    assert out == ""
    lines = [line for line in err.splitlines() if not line.startswith(("W0000", "I0000"))]
    (line,) = lines  # what mediapipe logs is kept out only where this is a program of its own
    assert line.endswith(".")
    assert "/" not in line
    assert "Error" not in line
    return line


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- a run that succeeds


def test_a_run_writes_the_four_files(portrait: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    status, said, err = spawned(portrait, "--treat", "lip_filler=1.0", "--out", out)
    assert (status, err) == (0, "")
    assert names(out) == FILES
    before, after = (open_photo(out / f"{name}.png").image for name in ("before", "after"))
    assert (before == open_photo(portrait).image).all()
    assert after.shape == before.shape
    assert (after != before).any()
    found = json.loads((out / "outcome.json").read_text())
    assert said.splitlines() == found["warnings"]
    assert found["version"] == __version__
    assert found["treatments"][0]["procedure"] == "lip_filler"
    ms = found["timings_ms"]
    assert min(ms["decode"], ms["landmarks"], ms["geometry"], ms["encode"]) > 0.0
    assert ms["total"] == pytest.approx(sum(ms.values()) - ms["total"], abs=0.1)
    assert open_photo(out / "comparison.png").image.shape[1] > before.shape[1]


def test_the_film_the_range_and_the_turned_head_come_when_asked_for(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    treat = ["--treat", "lip_filler=1.0", "--when", "3d", "--reactions", "all", "--turned", "-20"]
    status, _, _ = run(portrait, *treat, "--film", "--range", "--out", tmp_path)
    assert status == 0
    assert names(tmp_path) == FILES | {"film.png", "range.png", "turned.png"}
    assert json.loads((tmp_path / "outcome.json").read_text())["reactions"] == "all"
    for name in ("film", "range", "turned"):
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.info  # marked as simulated
            assert picture.width > picture.height


def test_the_video_comes_when_asked_for(
    portrait: Path, tmp_path: Path, run: Callable[..., Output], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = timelapse_video.moments()[::10]
    monkeypatch.setattr(timelapse_video, "moments", lambda: some)
    assert run(portrait, "--treat", "lip_filler=1.0", "--video", "--out", tmp_path)[0] == 0
    assert names(tmp_path) == FILES | {"morph.mp4", "morph.gif"}
    with Image.open(tmp_path / "morph.gif") as gif:
        assert gif.is_animated  # type: ignore[attr-defined]
    assert (tmp_path / "morph.mp4").read_bytes()[4:8] == b"ftyp"


def test_a_plan_file_says_for_when_and_whom_unless_the_command_does(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    file = tmp_path / "plan.json"
    table = {"treatments": [{"procedure": "lip_filler", "dose": 1}], "when": "3d"}
    file.write_text(json.dumps({**table, "responder": "high"}))
    for given, wanted in (([], ("3d", "high")), (["--when", "1w"], ("1w", "high"))):
        assert run(portrait, "--plan", file, *given, "--out", tmp_path / "out")[0] == 0
        found = json.loads((tmp_path / "out" / "outcome.json").read_text())
        assert (found["when"], found["responder"]) == wanted


def test_another_choice_of_reactions_is_refused(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    treat = ["--treat", "lip_filler=1.0", "--reactions", "some"]
    status, _, said = run(portrait, *treat, "--out", tmp_path / "new")
    assert status == 2
    assert said == "Reactions are shown as likely, all or none, not 'some'.\n"
    assert not (tmp_path / "new").exists()


def test_only_what_is_simulated_carries_the_mark(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    run(portrait, "--treat", "lip_filler=1.0", "--out", tmp_path)
    for name, marked in (("before", False), ("after", True), ("comparison", True)):
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert bool(picture.info) == marked


def test_every_option_reaches_the_outcome(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    options = ["--when", "3mo", "--responder", "high", "--seed", "7", "--ipd", "64", "--face", "1"]
    treat = ["--treat", "lip_filler=1", "--treat", "masseter_toxin=25:left"]
    status, out, _ = run(portrait, *treat, *options, "--engine", "hub:any", "--out", tmp_path)
    found = json.loads((tmp_path / "outcome.json").read_text())
    assert (status, out.splitlines()) == (0, found["warnings"])
    assert (found["when"], found["responder"], found["seed"]) == ("3mo", "high", 7)
    assert [t["side"] for t in found["treatments"]] == ["both", "left"]
    assert found["engine"] == "hub:any"
    assert any("engine was not used" in w for w in found["warnings"])
    pupils = next(m for m in face_of_json(run, portrait, "--ipd", "64") if m["id"] == IPD)
    assert pupils["value"] == pytest.approx(64.0, abs=0.01)


def test_a_model_of_somebody_else_paints_skin_and_nothing_else(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    model = toy_models.save_sd_inpaint(tmp_path / "model")
    treat = ("--treat", "nasolabial_filler=3", "--engine", f"hub:{model}")
    assert run(portrait, *treat, "--quiet", "--out", tmp_path / "out")[:2] == (0, "")
    found = json.loads((tmp_path / "out" / "outcome.json").read_text())
    assert found["engine"] == f"hub:{model}"
    assert found["timings_ms"]["skin"] > 0.0
    assert "nasolabial_fold" in {c["measure"] for c in found["changes"]}
    before, after = (open_photo(tmp_path / "out" / f"{n}.png").image for n in ("before", "after"))
    changed = (before != after).any(axis=2)
    assert 0.0 < changed.mean() <= found["changed_fraction"]
    with Image.open(tmp_path / "out" / "after.png") as picture:
        assert "compositeWithTrainedAlgorithmicMedia" in str(picture.info)


def test_a_model_that_is_not_there_is_an_engine_that_failed(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    treat = ("--treat", "nasolabial_filler=3", "--engine", "hub:./nowhere")
    assert "no model folder" in refusal(run(portrait, *treat, "--out", tmp_path / "out"), 4)
    assert names(tmp_path) == set()


IPD = "interpupillary_distance"


def face_of_json(run: Callable[..., Output], photo: Path, *more: str) -> list[dict[str, object]]:
    status, out, _ = run("--measure", photo, "--json", *more)
    assert status == 0
    measures: list[dict[str, object]] = json.loads(out)["measures"]
    return measures


def test_a_plan_file_is_the_same_as_its_treatments(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("[[treatments]]\nprocedure = 'chin_filler'\ndose = 2\n")
    assert run(portrait, "--plan", plan, "--out", tmp_path / "a")[0] == 0
    assert run(portrait, "--treat", "chin_filler=2", "--out", tmp_path / "b")[0] == 0
    for name in ("before.png", "after.png", "comparison.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_warning_is_a_line_of_standard_output_unless_quiet(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    treat = ("--treat", "chin_filler=2", "--engine", "hub:any", "--out", tmp_path)
    status, out, _ = run(portrait, *treat)
    warnings = json.loads((tmp_path / "outcome.json").read_text())["warnings"]
    assert (status, out.splitlines()) == (0, warnings)
    assert any("engine was not used" in line for line in warnings)
    assert run(portrait, *treat, "--quiet")[:2] == (0, "")


def test_a_plan_by_name_is_the_same_as_its_file(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(preset("profile_balance").plan.to_toml())
    assert run(portrait, "--plan", plan, "--out", tmp_path / "a")[0] == 0
    assert run(portrait, "--plan", "profile_balance", "--out", tmp_path / "b")[0] == 0
    a, b = (json.loads((tmp_path / n / "outcome.json").read_text()) for n in "ab")
    assert (tmp_path / "a" / "after.png").read_bytes() == (
        tmp_path / "b" / "after.png"
    ).read_bytes()
    assert a["plan"] == b["plan"]
    assert [t["procedure"] for t in b["treatments"]] == [
        t.procedure for t in preset("profile_balance").plan.treatments
    ]


def test_a_file_goes_before_a_plan_of_its_name(
    portrait: Path, tmp_path: Path, run: Callable[..., Output], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tired_eyes").write_text("[[treatments]]\nprocedure = 'chin_filler'\ndose = 2\n")
    assert run(portrait, "--plan", "tired_eyes", "--out", "out")[0] == 0
    found = json.loads(Path("out/outcome.json").read_text())
    assert [t["procedure"] for t in found["treatments"]] == ["chin_filler"]


def test_a_body_mass_reaches_the_totals(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    large = ["cheek_filler=6.6", "jawline_filler=9", "nasolabial_filler=5"]  # 20.6 mL
    argv = [portrait, *(word for one in large for word in ("--treat", one)), "--out", tmp_path]
    assert "more than the 20 mL of the label for 60 kg" in refusal(run(*argv), 2)
    assert "more than the 18.33 mL of the label" in refusal(run(*argv, "--body-kg", "55"), 2)
    assert run(*argv, "--body-kg", "70")[0] == 0
    plan = json.loads((tmp_path / "outcome.json").read_text())["plan"]
    assert (plan["body_kg"], plan["body_kg_given"]) == (70.0, True)
    filler = next(one for one in plan["totals"] if one["id"] == "filler_per_year")
    assert (filler["amount"], filler["most"]) == (20.6, pytest.approx(70 / 3))


def test_a_second_run_replaces_its_files_and_no_others(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "after.png").write_text("old")
    assert run(portrait, "--treat", "lip_filler=1", "--out", tmp_path)[0] == 0
    assert names(tmp_path) == FILES | {"notes.txt"}
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "after.png").read_bytes()[:4] == b"\x89PNG"


def test_one_of_two_faces_can_be_chosen(tmp_path: Path, run: Callable[..., Output]) -> None:
    image = hopper().photo.image
    both = saved(np.hstack([image, image[:, ::-1]]), tmp_path / "both.png")
    out = tmp_path / "out"
    status, _, _ = run(both, "--face", "2", "--treat", "chin_filler=2", "--out", out)
    assert status == 0
    after, width = open_photo(out / "after.png").image, image.shape[1]
    assert (after[:, :width] == image).all()
    assert (after[:, width:] != image[:, ::-1]).any()


# --- the catalogue and the measured face


def test_the_list_names_every_procedure(run: Callable[..., Output]) -> None:
    status, out, err = run("--list")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(PROCEDURES)
    for line, entry in zip(out.splitlines(), procedures().values(), strict=True):
        assert f"most {dose_words(entry.dose.max, entry)}" in line
        assert f"most {entry.dose.max:g} " in line or f"most {entry.dose.max:g}°" in line


def test_the_list_as_json(run: Callable[..., Output]) -> None:
    status, out, _ = run("--list", "--json")
    assert status == 0
    assert [entry["id"] for entry in json.loads(out)] == list(PROCEDURES)


def test_the_measured_face_in_words(portrait: Path, run: Callable[..., Output]) -> None:
    status, out, _ = run("--measure", portrait)
    assert status == 0
    assert "Width of the mouth" in out
    assert any(line.startswith("warn: You seem to wear glasses") for line in out.splitlines())


def test_a_reader_that_goes_away_is_no_error() -> None:
    line = f"{sys.executable} -m simulate --list --json | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert len(done.stdout) == 10
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("treat", "needed"),
    [(None, set()), ("lip_filler=1", RUNS), ("crows_feet_toxin=24", RUNS)],
    ids=["--list", "moves skin", "paints skin"],
)
def test_no_heavy_library_is_loaded(
    treat: str | None, needed: set[str], portrait: Path, tmp_path: Path
) -> None:
    argv = ["--list", "--json"]
    if treat:
        argv = [str(portrait), "--treat", treat, "--out", str(tmp_path / "out")]
    code = (
        "import sys; from simulate.__main__ import main; status = main(sys.argv[1:]);"
        "print('\\nloaded', status, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *argv],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    status, *loaded = done.stdout.splitlines()[-1].removeprefix("loaded ").split()
    assert status == "0"
    assert "simulate.outcome.pipeline" in loaded
    assert HEAVY & set(loaded) == needed


def test_the_named_plans_are_listed_with_what_they_add_up_to(run: Callable[..., Output]) -> None:
    status, out, err = run("--list-plans")
    assert (status, err) == (0, "")
    heads = [line for line in out.splitlines() if not line.startswith(" ")]
    assert [line.split(":")[0] for line in heads] == list(presets())
    assert "Botulinum toxin: 64 units in all; the label goes up to 400 units in 3 months." in out
    for one in presets().values():
        assert all(f"  {step.procedure} " in out for step in one.treatments)
        assert all(f"  Suits less: {they.who}" in out for they in one.suits_less)


def test_the_named_plans_are_listed_for_programs(run: Callable[..., Output]) -> None:
    status, out, _ = run("--list-plans", "--json")
    found = json.loads(out)
    assert (status, [one["id"] for one in found]) == (0, list(presets()))
    for one in found:
        assert set(one) == {"id", "name", "summary", "steps", "suits_less", "plan"}
        assert all(step["source"] and step["derivation"] for step in one["steps"])
        assert [step["procedure"] for step in one["steps"]] == [
            row["procedure"] for row in one["plan"]["treatments"]
        ]


# --- a command or plan that is wrong


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--treat", "nose_job=1"], "no procedure 'nose_job'"),
        (["--treat", "lip_filler=9"], "outside the range"),
        (["--treat", "lip_filler=-1"], "outside the range"),
        (["--treat", "lip_filler=lots"], "is not a number"),
        (["--treat", "lip_filler=nan"], "must be a number"),
        (["--treat", "lip_filler"], "write PROCEDURE=DOSE"),
        (["--treat", "lip_filler=1", "--treat", "lip_filler=1"], "twice"),
        (["--treat", "chin_filler=1:left"], "cannot be done on side 'left'"),
        ([], "Say what to simulate"),
        (["--treat", "lip_filler=1", "--plan", "p.toml"], "not both"),
        (["--plan", "liquid_face_lift"], "no plan 'liquid_face_lift'; --list-plans"),
        (["--plan", "plans/tired_eyes"], "cannot be read"),
        (["--treat", "hump_reduction=1", "--treat", "nonsurgical_rhinoplasty=1"], "choose one"),
        (["--treat", "lip_filler=1", "--body-kg", "6"], "body mass is 6; give 30 to 300 kg"),
        (["--treat", "lip_filler=1", "--body-kg", "heavy"], "--help shows the options"),
        (["--plan", "no-such-file.toml"], "cannot be read"),
        (["--treat", "lip_filler=1", "--when", "soon"], "is not a time"),
        (["--treat", "lip_filler=1", "--when", "9y"], "24 months"),
        (["--treat", "lip_filler=1", "--responder", "lucky"], "no responder 'lucky'"),
        (["--treat", "lip_filler=1", "--engine", "magic"], "no engine 'magic'"),
        (["--treat", "lip_filler=1", "--engine", "hub:"], "no engine 'hub:'"),
        (["--treat", "lip_filler=2:left"], "on the left; give 0 to"),
        (["--treat", "lip_filler=1", "--seed", "x"], "--help shows the options"),
        (["--treat", "lip_filler=1", "--colour", "red"], "--help shows the options"),
        (["--treat"], "--help shows the options"),
    ],
)
def test_a_wrong_command_is_refused(
    argv: list[str], said: str, portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    out = tmp_path / "out"
    assert said in refusal(run(portrait, "--out", out, *argv), 2)
    assert not out.exists()


@pytest.mark.parametrize(
    "argv",
    [
        ["--treat", "hump_reduction=1", "--treat", "nonsurgical_rhinoplasty=1"],
        ["--treat", "lip_filler=1", "--when", "soon"],
    ],
)
def test_a_wrong_plan_is_refused_before_the_photo_is_read(
    argv: list[str], tmp_path: Path, run: Callable[..., Output]
) -> None:
    refusal(run(tmp_path / "no-such-photo.png", "--out", tmp_path / "out", *argv), 2)


@pytest.mark.parametrize("argv", [[], ["--quiet"], ["photo.png", "--treat", "lip_filler=1"]])
def test_a_command_that_says_too_little_is_told_what_is_missing(
    argv: list[str], run: Callable[..., Output]
) -> None:
    assert "--out DIR" in refusal(run(*argv), 2) or "Name a photo" in refusal(run(*argv), 2)


def test_help_is_no_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    assert "--treat" in capsys.readouterr().out


@pytest.mark.parametrize("out", ["taken", "taken/folder", "new/" + "x" * 300])
def test_an_output_folder_that_cannot_be_is_refused(
    out: str, portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    """A file, below a file, a name too long: no user, not even root, can write there."""
    (tmp_path / "taken").write_text("a file")
    result = run(portrait, "--treat", "lip_filler=1", "--out", tmp_path / out)
    assert "output folder" in refusal(result, 2)
    assert names(tmp_path) == {"taken"}


def test_folders_made_for_nothing_are_taken_back(
    tmp_path: Path, run: Callable[..., Output]
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "photo.png").write_bytes(b"none")
    argv = [tmp_path / "photo.png", "--treat", "lip_filler=1"]
    refusal(run(*argv, "--out", tmp_path / "old" / "new" / "newer"), 3)
    assert names(tmp_path) == {"old", "photo.png"}
    assert names(tmp_path / "old") == set()


# --- a photo that cannot be used


def jpeg(image: Rgb) -> bytes:
    return cv2.imencode(".jpg", image[:, :, ::-1])[1].tobytes()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 3.6 thousand megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def png(image: Rgb) -> bytes:
    return cv2.imencode(".png", image[:, :, ::-1])[1].tobytes()


def small(factor: float) -> Rgb:
    found = cv2.resize(hopper().photo.image, None, None, factor, factor, cv2.INTER_AREA)
    return np.asarray(found, np.uint8)


def stripes() -> Rgb:
    return np.tile(np.arange(300, dtype=np.uint8)[:, None, None], (1, 300, 3))


def two() -> Rgb:
    return np.hstack([hopper().photo.image] * 2)


BAD_PHOTOS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.jpg": (lambda: b"", "is empty"),
    "text.jpg": (lambda: b"Dear diary, today I took no photo.", "not a photo"),
    "cut.jpg": (lambda: jpeg(hopper().photo.image)[:9000], "damaged"),
    "dot.png": (lambda: png(np.zeros((1, 1, 3), np.uint8)), "1 × 1 pixels"),
    "bomb.png": (bomb, "megapixels"),
    "stripes.png": (lambda: png(stripes()), "No face was found"),
    "two.png": (lambda: png(two()), "2 faces; choose one"),
    "profile.png": (lambda: png(turned_head(hopper(), 55.0)), "turned too far to the side"),
    "tiny.png": (lambda: png(small(0.4)), "too small"),
}


@pytest.mark.parametrize("name", BAD_PHOTOS)
def test_a_photo_that_cannot_be_used_is_refused(
    name: str, tmp_path: Path, run: Callable[..., Output]
) -> None:
    content, said = BAD_PHOTOS[name]
    photo, out = tmp_path / name, tmp_path / "out"
    photo.write_bytes(content())
    result = run(photo, "--treat", "lip_filler=1", "--out", out)
    assert said in refusal(result, 3)
    assert names(tmp_path) == {name}
    assert said in refusal(run("--measure", photo), 3)


@pytest.mark.parametrize("name", ["", "no-such.png"])
def test_a_folder_or_nothing_is_refused(
    name: str, tmp_path: Path, run: Callable[..., Output]
) -> None:
    refusal(run(tmp_path / name, "--treat", "lip_filler=1", "--out", tmp_path / "out"), 3)
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    ("hint", "status"),
    [
        ("--ipd 12", 2),
        ("--ipd nan", 2),
        ("--length 24 10 10 12 10", 2),  # two px apart
        ("--length 500 100 100 200 100", 2),  # pupils 42 cm apart
        ("--ipd 63 --length 24 100 100 131 100", 2),
        ("--face 2", 3),
        ("--face 0", 3),
    ],
)
def test_an_impossible_hint_is_refused(
    hint: str, status: int, portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    argv = [portrait, *hint.split(), "--treat", "lip_filler=1", "--out", tmp_path / "out"]
    refusal(run(*argv), status)
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    "how",
    [
        "--turn 45",
        "--turn 360",
        "--turn x",
        "--straighten 20",
        "--straighten nan",
        "--treat chin_filler=2 --turned 36",
        "--treat chin_filler=2 --turned 0",
        "--treat chin_filler=2 --turned nan",
        "--crop 0 0 1 2",
        "--crop 0.5 0 0.5 1",
        "--crop 0 0 1",
    ],
)
def test_a_photo_laid_as_it_cannot_be_is_refused(
    how: str, portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    argv = [portrait, *how.split(), "--treat", "lip_filler=1", "--out", tmp_path / "out"]
    refusal(run(*argv), 2)
    refusal(run("--measure", portrait, *how.split()), 2)
    assert names(tmp_path) == set()


def test_a_photo_on_its_side_and_mirrored_is_measured_as_the_one_it_was(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    image = open_photo(portrait).image
    lying = saved(np.rot90(image)[::-1], tmp_path / "lying.png")  # mirrored when turned back
    upright = {one["id"]: one["value"] for one in face_of_json(run, portrait)}
    laid = face_of_json(run, lying, "--mirrored", "--turn", "270")
    assert {one["id"]: one["value"] for one in laid} == pytest.approx(upright)


def test_what_is_left_of_a_photo_is_what_is_written(
    portrait: Path, tmp_path: Path, run: Callable[..., Output]
) -> None:
    image = open_photo(portrait).image
    height, width = image.shape[:2]
    crop = ("--crop", "0.1", "0.1", "0.9", "0.9", "--quiet")
    treat = ("--treat", "lip_filler=1", "--out", tmp_path / "out")
    assert run(portrait, *crop, *treat)[0] == 0
    before = open_photo(tmp_path / "out" / "before.png").image
    np.testing.assert_array_equal(
        before,
        image[round(0.1 * height) : round(0.9 * height), round(0.1 * width) : round(0.9 * width)],
    )


def test_a_head_turned_too_far_is_refused_by_degree() -> None:
    """Rendered turns of one face: what is not refused is measured."""
    for yaw_deg in (0.0, 55.0):
        photo = Photo.from_rgb(turned_head(hopper(), yaw_deg))
        if yaw_deg == 0.0:
            assert abs(measure_face(photo).pose.yaw_deg) < 10.0
        else:
            with pytest.raises(Exception, match="turned too far"):
                measure_face(photo)


def test_as_a_program_too_a_refusal_is_one_line_on_standard_error(tmp_path: Path) -> None:
    """Where mediapipe has started and would log."""
    photo, out = saved(stripes(), tmp_path / "stripes.png"), tmp_path / "out"
    status, said, err = spawned(photo, "--treat", "lip_filler=1", "--out", out)
    assert (status, said) == (3, "")
    assert err.count("\n") == 1
    assert err.startswith("No face was found")
    assert names(tmp_path) == {"stripes.png"}


@pytest.mark.slow  # as `test_bad_days` says of another model
def test_a_damaged_model_is_an_engine_that_failed(portrait: Path, tmp_path: Path) -> None:
    model = tmp_path / "face.task"
    model.write_bytes(b"not a model")
    result = spawned(
        *(portrait, "--treat", "lip_filler=1", "--out", tmp_path / "out"),
        FACE_LANDMARKER_MODEL=str(model),
    )
    refusal(result, 4)
    assert names(tmp_path) == {"face.task"}


# --- nothing half-written


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("error", [OSError("disk full"), MemoryError(), KeyboardInterrupt()])
def test_a_run_that_breaks_off_leaves_nothing(
    existing: bool,
    error: BaseException,
    portrait: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[..., Output],
) -> None:
    out = tmp_path / "out"
    if existing:
        out.mkdir()
        (out / "after.png").write_text("of the last run")
    write, written = AtomicFile.write, []

    def breaks(file: AtomicFile, data: bytes) -> None:
        written.append(file)
        write(file, data[:100] if len(written) == 3 else data)
        if len(written) == 3:
            raise error

    monkeypatch.setattr(AtomicFile, "write", breaks)
    status, _, _ = run(portrait, "--treat", "lip_filler=1", "--out", out)
    assert status != 0
    assert out.exists() == existing
    if existing:
        assert names(out) == {"after.png"}
        assert (out / "after.png").read_text() == "of the last run"


def test_too_little_memory_is_said(
    portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Output]
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(command, "simulation_steps", full)
    result = run(portrait, "--treat", "lip_filler=1", "--out", tmp_path / "out")
    assert "not enough memory" in refusal(result, 4)
    assert names(tmp_path) == set()


# --- progress


def on_a_terminal(*argv: str | Path) -> tuple[int, str]:
    """Run the command with a terminal as its standard error; return the status and what it got."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "simulate", *map(str, argv)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        shown = b""
        while part := read(ours):
            shown += part
    os.close(ours)
    return running.returncode, shown.decode()


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody writes any more
        return b""


def test_a_terminal_sees_every_stage_and_is_left_clean(portrait: Path, tmp_path: Path) -> None:
    status, shown = on_a_terminal(portrait, "--treat", "lip_filler=1", "--out", tmp_path / "out")
    assert status == 0
    at = [shown.index(stage) for stage in STAGES]
    assert at == sorted(at)
    assert shown.endswith("\r\x1b[K")
    assert "\n" not in shown


def test_a_quiet_run_shows_no_bar_on_a_terminal(portrait: Path, tmp_path: Path) -> None:
    quiet = on_a_terminal(portrait, "--treat", "lip_filler=1", "--quiet", "--out", tmp_path / "out")
    assert quiet == (0, "")


def test_a_refusal_on_a_terminal_stands_on_a_clean_line(tmp_path: Path) -> None:
    photo = saved(stripes(), tmp_path / "stripes.png")
    status, shown = on_a_terminal(photo, "--treat", "lip_filler=1", "--out", tmp_path / "out")
    assert status == 3
    assert shown.rsplit("\r\x1b[K", 1)[1].startswith("No face was found")


def test_an_interrupted_program_leaves_nothing(portrait: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    argv = [portrait, "--treat", "lip_filler=1", "--out", out]
    with subprocess.Popen(
        [sys.executable, "-m", "simulate", *map(str, argv)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        while not out.exists() and running.poll() is None:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    if running.returncode == 0:  # it was quicker than the interruption
        assert names(out) == FILES
    else:
        assert (running.returncode, err) == (130, "")
        assert not out.exists()


def test_what_cannot_be_read_is_no_number(tmp_path: Path, run: Callable[..., Output]) -> None:
    photo = tmp_path / "grey.png"
    cv2.imwrite(str(photo), cv2.cvtColor(hopper().photo.image, cv2.COLOR_RGB2GRAY))
    status, out, _ = run("--measure", photo)
    assert status == 0
    told = dict(line.split("  ", 1) for line in out.splitlines() if "  " in line)
    unread = {name for name, said in told.items() if "not readable in this photo" in said}
    assert {"Skin tone", "Redness, forehead", "Melasma-like patches, malar left"} <= unread
    assert not any(name.startswith(("Nasolabial fold", "Forehead lines")) for name in unread)
    assert "type V, as you say" in run("--measure", photo, "--phototype", "V")[1]
    assert "I, II, III, IV, V or VI" in refusal(run("--measure", photo, "--phototype", "7"), 2)
