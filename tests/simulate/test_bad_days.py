"""A bad day of the command line: killed, out of disk or memory, two at once. No face is left over.

Programs are run with limits of their own and killed in the middle; what cannot be brought about
here (a system without unnamed files, a disk that is full at one write) is put in their way.
"""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from face_mesh import atomic_file
from face_mesh.atomic_file import HIDDEN, AtomicFile
from face_mesh.errors import PlanError
from simulate.__main__ import main
from simulate.command_line import output_folder
from simulate.provenance import signing
from tests.face_mesh.faces import hopper
from tests.helpers import ROOT

FILES = {"before.png", "after.png", "comparison.png", "outcome.json"}
TREAT = ("--treat", "lip_filler=1")
PROGRAM = (sys.executable, "-m", "simulate")


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "portrait.png"
    Image.fromarray(np.ascontiguousarray(hopper().photo.image)).save(path)
    return path


@pytest.fixture(params=["unnamed", "hidden"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A disk on which files can be without a name, and one on which they cannot."""
    if request.param == "hidden":
        monkeypatch.delattr(os, "O_TMPFILE")
    return str(request.param)


def names(where: Path) -> set[str]:
    return {path.name for path in where.iterdir()}


def spawned(*argv: str | Path, limit: tuple[int, int] | None = None, **changed: str) -> str:
    """Run the command as a program; return its status and what it said, one line at most."""
    done = subprocess.run(
        [*PROGRAM, *map(str, argv)],
        cwd=ROOT,
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=(lambda: resource.setrlimit(limit[0], (limit[1], limit[1]))) if limit else None,
    )
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 1
    return f"{done.returncode} {done.stderr.strip()}"


def started(*argv: str | Path, **changed: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *map(str, argv)],
        cwd=ROOT,
        env={**os.environ, **changed},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def children(of: int) -> list[int]:
    listed = Path(f"/proc/{of}/task/{of}/children").read_text().split()
    return [int(one) for one in listed]


def until(happened: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    while not happened() and running.poll() is None:
        time.sleep(0.002)


# --- what is typed


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--plan", "a" * 300), "plan file cannot be read"),
        (("--plan", "a" * 300 + ".toml"), "plan file cannot be read"),
        (("--plan", "nul\0"), "plan file cannot be read"),
        (("--plan", "/"), "plan file cannot be read"),
        (("--plan", "/dev/zero"), "plan file cannot be read"),
        (("--plan", "{pipe}"), "plan file cannot be read"),
        (("--plan", "{latin}"), "holds no plan"),
        (("--plan", "{terabyte}"), "longer than"),
        ((*TREAT, "--seed", "9" * 26), "whole number from 0 to 4294967295"),
        ((*TREAT, "--seed", "-1"), "whole number from 0"),
        ((*TREAT, "--seed", "9" * 5000), "whole number from 0"),
        ((*TREAT, "--face", "9" * 400), "whole number from 0 to 999"),
        ((*TREAT, "--face", "\uff11"), "whole number from 0 to 999"),
        ((*TREAT, "--ipd", "9" * 400), "give a number, as 63.5"),
        ((*TREAT, "--ipd", "1e400"), "not possible"),
        ((*TREAT, "--body-kg", "7_0"), "give a number, as 63.5"),
        ((*TREAT, "--length", "24", "1e308", "0", "1e-308", "1e400"), "not possible"),
        ((*TREAT, "--when", "3mo\n"), "is not a time"),
        ((*TREAT, "--when", "\u0663mo"), "is not a time"),
        ((*TREAT, "--when", "\uff13mo"), "is not a time"),
        (("--treat", "lip_filler=" + "9" * 400), "is not a number"),
        (("--treat", "lip_filler=\uff11.\uff15"), "is not a number"),
        (("--treat", "masseter_toxin=1_0"), "is not a number"),
        (("--treat", "lip_filler=1\n"), "is not a treatment"),
        (("--treat", "lip_filler=" + " " * 50_000 + "x:y:z"), "is not a treatment"),
        (("--treat", "mole_removal=1" + "@0.5,0.5" * 51), "up to 50 picked spots"),
        (("--colour\x1b[31m" + "x" * 9000,), "--help shows the options"),
    ],
)
def test_what_is_typed_wrong_is_refused_in_a_line(
    argv: tuple[str, ...],
    said: str,
    portrait: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    places = {"pipe": tmp_path / "pipe", "latin": tmp_path / "latin", "terabyte": tmp_path / "tera"}
    os.mkfifo(places["pipe"])
    places["latin"].write_bytes(b"notes = '\xe4'")
    with places["terabyte"].open("wb") as file:
        file.truncate(1 << 40)
    words = [one.format(**places) if one[:1] == "{" else one for one in argv]
    assert main([str(portrait), *words, "--out", str(tmp_path / "out")]) == 2
    (line,) = (one for one in capfd.readouterr().err.splitlines() if not one.startswith(_LOGGED))
    assert said in line
    assert line.endswith(".")
    assert line.isprintable()
    assert len(line) < 400
    assert not (tmp_path / "out").exists()


_LOGGED = ("W0000", "I0000", "INFO", "WARNING")  # what mediapipe says in a process of tests


@pytest.mark.parametrize(
    ("argv", "status", "setting"),
    [
        (("{bad}", *TREAT), 3, ""),
        (("--verify", "{bad}"), 3, ""),
        (("--measure", "{bad}"), 3, ""),
        (("{photo}", *TREAT), 4, "FACE_LANDMARKER_MODEL"),
        (("{photo}", *TREAT, "--signed"), 2, "BEFOREHAND_CERTIFICATE"),
    ],
)
@pytest.mark.parametrize("bad", ["pipe", pytest.param("/dev/zero", marks=pytest.mark.slow)])
def test_no_pipe_and_no_device_is_read(
    argv: tuple[str, ...], status: int, setting: str, bad: str, portrait: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    bad = str(tmp_path / bad)
    words = [one.format(bad=bad, photo=portrait) for one in argv]
    changed = {setting: bad, "BEFOREHAND_KEY": bad} if setting else {}
    out = () if argv[0].startswith("--") else ("--out", tmp_path / "out")
    found = spawned(*words, *out, limit=(resource.RLIMIT_AS, 6 << 30), **changed)
    assert found.startswith(f"{status} ")
    assert found.endswith(".")
    assert names(tmp_path) == {"pipe"}


# --- output that nobody takes


@pytest.mark.parametrize("target", ["/dev/full", "closed"])
@pytest.mark.parametrize(
    "argv",
    [
        "--list",
        pytest.param("--list --json", marks=pytest.mark.slow),
        pytest.param("--list-plans", marks=pytest.mark.slow),
    ],
)
def test_an_output_that_is_full_or_closed_is_no_traceback(target: str, argv: str) -> None:
    where = ">&-" if target == "closed" else f"> {target}"
    line = f"{sys.executable} -m simulate {argv} {where}"
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, check=False)
    said = b"" if target == "closed" else b"The output could not be written; free some space, or "
    assert done.returncode == (0 if target == "closed" else 2)
    assert done.stderr.startswith(said)
    assert done.stderr.count(b"\n") == bool(said)


def test_without_standard_error_what_is_logged_is_in_no_picture(
    portrait: Path, tmp_path: Path
) -> None:
    argv = f"{portrait} --treat lip_filler=1 --out {tmp_path / 'out'}"
    line = f"{sys.executable} -m simulate {argv} 2>&- <&-"
    assert subprocess.run(["bash", "-c", line], cwd=ROOT, check=False).returncode == 0
    assert names(tmp_path / "out") == FILES
    for name in FILES - {"outcome.json"}:
        with Image.open(tmp_path / "out" / name) as picture:
            picture.load()


def test_a_terminal_of_few_signs_sees_the_others_replaced(portrait: Path) -> None:
    assert spawned("--measure", portrait, PYTHONIOENCODING="ascii") == "0 "


# --- interrupted, ended, killed


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_program_ended_while_it_loads_says_nothing(
    how: signal.Signals, after_s: float, portrait: Path, tmp_path: Path
) -> None:
    """Once Python itself has started, no moment of loading, nor of what follows, says a word."""
    with started(portrait, *TREAT, "--out", tmp_path / "out") as running:
        until(lambda: _catches(running.pid, signal.SIGTERM), running)
        time.sleep(after_s)
        running.send_signal(how)
        _, err = running.communicate(timeout=60)
    assert err == ""
    if running.returncode == 0:
        assert names(tmp_path / "out") == FILES
        return
    assert running.returncode == (130 if how == signal.SIGINT else -how)
    assert names(tmp_path) == set()


def _catches(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal: Python itself has none for SIGTERM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


SLOW = """
import sys, time
sys.path.insert(0, {root!r})
from face_mesh.atomic_file import AtomicFile
write = AtomicFile.write
def slowly(file, data):
    write(file, data)
    print("written", flush=True)
    time.sleep({pause})
AtomicFile.write = slowly
sys.argv = ["simulate", *sys.argv[1:]]
import runpy
runpy.run_module("simulate", run_name="__main__", alter_sys=True)
"""


def writing(out: Path, portrait: Path, pause: float = 30.0) -> subprocess.Popen[str]:
    """A run that waits after each file it has written."""
    running = subprocess.Popen(
        [
            *(sys.executable, "-c", SLOW.format(root=str(ROOT), pause=pause)),
            *(str(portrait), *TREAT, "--out", str(out)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "written\n"
    return running


@pytest.mark.parametrize(
    ("how", "whom"),
    [
        (signal.SIGKILL, "the program"),
        (signal.SIGKILL, "its child"),
        (signal.SIGTERM, "the program"),
        (signal.SIGINT, "its child"),
        pytest.param(signal.SIGTERM, "its child", marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, "the program", marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, "the program", marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, "its child", marks=pytest.mark.slow),
    ],
)
def test_whoever_is_killed_while_writing_leaves_no_face(
    how: signal.Signals, whom: str, portrait: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "after.png").write_text("of the last run")
    running = writing(out, portrait)
    inner = children(running.pid)
    assert names(out) == {"after.png"}  # what is written lies in no folder
    os.kill(inner[0] if whom == "its child" else running.pid, how)
    _, err = running.communicate(timeout=30)
    assert names(out) == {"after.png"}
    assert (out / "after.png").read_text() == "of the last run"
    if whom == "its child" and how == signal.SIGKILL:
        assert running.returncode == 4
        assert err.startswith("The program was ended by the system, most likely for want of memory")
    else:
        assert err == ""
        assert running.returncode == (130 if how == signal.SIGINT else -how)
    for _ in range(200):  # the child of a program that was killed goes too
        if not any(Path(f"/proc/{one}").exists() for one in inner):
            break
        time.sleep(0.05)
    assert not any(Path(f"/proc/{one}").exists() for one in inner)
    assert names(out) == {"after.png"}


def test_what_a_killed_run_left_elsewhere_goes_with_the_next(
    portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk that wants names, and by the hidden folders of versions before."""
    (tmp_path / f"{HIDDEN}0123").write_bytes(b"half a face")
    (tmp_path / f"{HIDDEN}old").mkdir()
    (tmp_path / f"{HIDDEN}old" / "after.png").write_bytes(b"a face")
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.delattr(os, "O_TMPFILE")
    assert main([str(portrait), *TREAT, "--out", str(tmp_path)]) == 0
    assert names(tmp_path) == FILES | {"mine.txt"}


# --- two at once


def test_a_second_run_into_the_same_folder_is_told_of_the_first(
    portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running = writing(tmp_path, portrait)
    try:
        assert main([str(portrait), *TREAT, "--out", str(tmp_path)]) == 2
        assert "Another run is writing into this folder" in capsys.readouterr().err
        assert names(tmp_path) == set()
    finally:
        running.kill()
        running.communicate(timeout=30)
    for _ in range(200):  # let go of however it ended
        if main([str(portrait), *TREAT, "--out", str(tmp_path)]) == 0:
            break
        time.sleep(0.05)
    assert names(tmp_path) == FILES


def test_a_run_that_is_refused_leaves_the_folder_of_another(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    with output_folder.output_folder(str(out)):
        with pytest.raises(PlanError, match="Another run"), output_folder.output_folder(str(out)):
            raise AssertionError("two at once")
        assert out.is_dir()


# --- the disk


@pytest.mark.parametrize("fails", [0, 1, 2, 3])
@pytest.mark.parametrize("at", ["write", "fsync", "name"])
def test_a_disk_full_at_any_write_leaves_nothing_half_written(
    at: str, fails: int, disk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = []

    def full(real: Callable[..., object]) -> Callable[..., object]:
        def one(*given: object, **named: object) -> object:
            done.append(given)
            if len(done) == fails + 1:
                raise OSError(28, "No space left on device")
            return real(*given, **named)

        return one

    if at == "name":
        monkeypatch.setattr(AtomicFile, "name", full(AtomicFile.name))
    else:
        monkeypatch.setattr(atomic_file.os, at, full(getattr(os, at)))
    files = [(name, b"a face") for name in sorted(FILES)]
    with pytest.raises(PlanError, match="could not be written; free some space"):
        output_folder.write(tmp_path, files)
    assert names(tmp_path) == {"mine.txt"}


@pytest.mark.parametrize(
    "bytes_",
    [
        pytest.param(0, marks=pytest.mark.slow),
        pytest.param(100_000, marks=pytest.mark.slow),
        499_000,
        800_000,
    ],
)
def test_a_program_whose_files_may_not_grow_says_so(
    bytes_: int, portrait: Path, tmp_path: Path
) -> None:
    limit = (resource.RLIMIT_FSIZE, bytes_)
    found = spawned(portrait, *TREAT, "--out", tmp_path / "out", limit=limit)
    if bytes_ > 600_000:
        assert (found[0], names(tmp_path / "out")) == ("0", FILES)
    else:
        assert found.startswith("2 The pictures could not be written")
        assert names(tmp_path) == set()


def test_a_folder_taken_away_meanwhile_is_said(tmp_path: Path, disk: str) -> None:
    out = tmp_path / "out"
    out.mkdir()

    def files() -> Iterator[tuple[str, bytes]]:
        yield "after.png", b"a face"
        for one in out.iterdir():
            one.unlink()
        out.rmdir()

    with pytest.raises(PlanError, match="could not be written"):
        output_folder.write(out, files())
    assert names(tmp_path) == set()


def test_a_folder_of_the_name_of_a_picture_keeps_the_results_of_before(tmp_path: Path) -> None:
    (tmp_path / "after.png").mkdir()
    (tmp_path / "outcome.json").write_text("of the last run")
    with pytest.raises(PlanError, match="could not be written"):
        output_folder.write(tmp_path, [("after.png", b"a face"), ("outcome.json", b"{}")])
    assert names(tmp_path) == {"after.png", "outcome.json"}
    assert (tmp_path / "outcome.json").read_text() == "of the last run"


def test_the_record_of_a_run_comes_last_and_that_of_the_last_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: str
) -> None:
    (tmp_path / "outcome.json").write_text("of the last run")
    seen, name = [], AtomicFile.name

    def watched(file: AtomicFile, to: str, *, new: bool = False) -> None:
        seen.append({one for one in names(tmp_path) if not one.startswith(HIDDEN)})
        name(file, to, new=new)

    monkeypatch.setattr(AtomicFile, "name", watched)
    files = [("before.png", b"1"), ("after.png", b"2"), ("outcome.json", b"{}")]
    output_folder.write(tmp_path, files)
    assert seen == [set(), {"before.png"}, {"before.png", "after.png"}]
    assert names(tmp_path) == {"before.png", "after.png", "outcome.json"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount")
def test_a_full_disk_is_said_by_the_program(portrait: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(small)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        found = spawned(portrait, *TREAT, "--out", small)
        assert found.startswith("2 The pictures could not be written; free some space")
        assert names(small) == set()
    finally:
        subprocess.run(["umount", str(small)], check=True)


# --- memory and models


@pytest.mark.parametrize(
    "mb",
    [600, 1500, pytest.param(2000, marks=pytest.mark.slow)],
)
def test_too_little_memory_ends_in_a_sentence(mb: int, portrait: Path, tmp_path: Path) -> None:
    limit = (resource.RLIMIT_AS, mb << 20)
    found = spawned(portrait, *TREAT, "--out", tmp_path / "out", limit=limit)
    if found[0] == "0":  # enough on this machine
        assert names(tmp_path / "out") == FILES
        return
    assert found.startswith("4 ")
    assert "memory" in found
    assert found.endswith(".")
    assert not (tmp_path / "out").exists() or names(tmp_path / "out") == set()


def test_the_least_memory_is_too_little(portrait: Path) -> None:
    assert spawned(portrait, *TREAT, limit=(resource.RLIMIT_AS, 300 << 20)).startswith("4 ")


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to")],
)
def test_out_of_memory_while_painting_is_an_engine_that_failed(
    error: Exception,
    portrait: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    from simulate.inpaint.fake import FakeEngine

    def full(self: FakeEngine, asked: object) -> Iterator[object]:
        raise error
        yield

    monkeypatch.setattr(FakeEngine, "steps", full)
    argv = [str(portrait), "--treat", "nasolabial_filler=3", "--engine", "fake"]
    assert main([*argv, "--out", str(tmp_path / "out")]) == 4
    said = capfd.readouterr().err.splitlines()[-1]
    assert "memory" in said
    assert said.endswith(".")
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    "data", [pytest.param(b"", marks=pytest.mark.slow), b"PK\x03\x04" + bytes(100_000)], ids=len
)
def test_another_model_in_the_place_of_ours_is_said(
    data: bytes, portrait: Path, tmp_path: Path
) -> None:
    model = tmp_path / "face.task"
    model.write_bytes(data)
    argv = (portrait, *TREAT, "--out", tmp_path / "out")
    found = spawned(*argv, FACE_LANDMARKER_MODEL=str(model))
    assert found.startswith("4 The face landmark model file is damaged or not the one")
    assert names(tmp_path) == {"face.task"}


# --- the key that pictures are signed with


KEY_MAKER = """
import sys
sys.path.insert(0, {root!r})
from simulate.provenance.signing import credentials
print(credentials().key_pem)
"""


def test_two_at_once_make_one_key(tmp_path: Path) -> None:
    code = KEY_MAKER.format(root=str(ROOT))
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    makers = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    keys = {one.communicate(timeout=120)[0] for one in makers}
    assert len(keys) == 1
    assert keys != {b""}
    kept = tmp_path / "beforehand"
    assert names(kept) == {"self-signed.pem"}
    assert stat.S_IMODE((kept / "self-signed.pem").stat().st_mode) == 0o600


def test_the_key_of_whoever_was_first_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: str
) -> None:
    """As it was, the second took the first's place, whose signatures nobody knew any more."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    kept = tmp_path / "beforehand" / "self-signed.pem"
    made = signing._made_for_this_run()
    first = signing._made_for_this_run.__wrapped__()

    def meanwhile() -> str:
        kept.parent.mkdir(parents=True)
        kept.write_text(first)
        return made

    monkeypatch.setattr(signing, "_made_for_this_run", meanwhile)
    assert signing.credentials().key_pem in first
    assert kept.read_text() == first
    assert names(kept.parent) == {"self-signed.pem"}


@pytest.mark.parametrize("at", ["write", "fsync"])
def test_a_key_half_written_is_no_key(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    real = getattr(os, at)

    def full(*given: object) -> object:
        if at == "write":
            real(given[0], bytes(given[1])[:200])  # type: ignore[call-overload]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, at, full)
    assert signing.credentials().default  # of this run alone
    assert names(tmp_path / "beforehand") == set()


def test_the_outcome_is_whole_json(portrait: Path, tmp_path: Path, disk: str) -> None:
    assert main([str(portrait), *TREAT, "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "outcome.json").read_text())["timings_ms"]["encode"] > 0.0
