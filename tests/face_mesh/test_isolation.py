"""The helper process: what it may do, when it is killed, what is left of it, how many there are."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import numpy as np
import pytest

from face_mesh import open_photo, open_photo_isolated
from face_mesh.errors import PhotoError
from face_mesh.isolation import confinement, sandbox
from face_mesh.isolation.confinement import Limits
from face_mesh.isolation.sandbox import Helpers, NoAnswer
from face_mesh.photo import photo, refusals
from tests.face_mesh import structures
from tests.face_mesh.test_photo import VALID, in_swapped_profile, linear_grey_profile, saved
from tests.helpers import ROOT

JOBS = "tests.face_mesh.isolated_jobs:"
NAMES = (
    "echo too_long attempts opened threads spin sleep hoard hoard_until_aborted crash leave fail "
    "forge a_shape"
).split()
ROOM = 10_000
SOON_S = 30.0  # until something that is under way has happened, on a machine that does much else

needs_forks = pytest.mark.skipif(not sandbox.can_fork(), reason="this system cannot fork safely")


def job(name):
    return JOBS + name


@contextmanager
def helpers(forks, limits=Limits(), room=ROOM):  # noqa: B008  # frozen
    made = Helpers({job(name): room for name in NAMES}, limits, forks=forks)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module", params=[True, False], ids=["forked", "spawned"])
def both(request):
    """Helpers of either kind."""
    if request.param and not sandbox.can_fork():
        pytest.skip("this system cannot fork safely")
    with helpers(request.param) as made:
        yield made


@pytest.fixture(scope="module")
def forked():
    with helpers(True) as made:
        yield made


def reason(made, name, data=b"", cancelled=lambda: False):
    with pytest.raises(NoAnswer) as caught:
        made.ask(job(name), data, cancelled=cancelled)
    return caught.value.reason


def children(process):
    """The processes that a process has made and that are still there."""
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(one) for one in file.read().split()]


def forker(made, name):
    return made._forker(job(name))._process.pid


def soon(met):
    until = time.monotonic() + SOON_S
    while not met():
        assert time.monotonic() < until
        time.sleep(0.01)


# --- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 4096, ROOM])
def test_what_was_made_comes_back(both, size):
    data = np.random.default_rng(size).integers(0, 256, size, np.uint8).tobytes()
    answer = both.ask(job("echo"), data)
    assert answer.head == {"read": size}
    assert answer.body.tobytes() == data


def test_each_gets_its_own(both):
    """Shorter answers too, in memory that longer ones were in."""
    for size in (5000, 10, 5000, 0, 70):
        data = bytes([size % 251]) * size
        assert both.ask(job("echo"), data).body.tobytes() == data


def test_many_at_once_each_get_their_own(forked):
    found = {}

    def asks(number):
        data = bytes([number]) * (500 * number)
        found[number] = forked.ask(job("echo"), data).body.tobytes() == data

    at_work = [threading.Thread(target=asks, args=(number,)) for number in range(1, 13)]
    for one in at_work:
        one.start()
    for one in at_work:
        one.join()
    assert found == dict.fromkeys(range(1, 13), True)


@pytest.mark.parametrize("name", ["too_long", "crash", "leave", "fail"])
def test_a_job_that_fails_has_no_answer(both, name):
    assert reason(both, name, b"." * ROOM) == sandbox.FAILED
    assert both.ask(job("echo"), b"next").body.tobytes() == b"next"


def test_only_what_is_on_the_list_can_be_asked_for(both):
    for entry in (
        "os:system",
        "tests.face_mesh.isolated_jobs:load",
        "face_mesh.photo.decode:decode",
    ):
        with pytest.raises(ValueError, match="no job"):
            both.ask(entry, b"")
    with pytest.raises(ValueError, match="no job"):
        sandbox.ask(job("echo"), b"")
    assert set(sandbox.ALLOWED) == {sandbox.PHOTO, sandbox.SIGNATURE}


FORGED = [
    b"{",
    b"[]",
    b"7",
    b"[" * 30_000,
    b'{"head": 7}',
    b'{"ended": 0, "size": 5}',
    b'{"head": {}, "size": "many"}',
    b'{"head": {}, "size": -7}',
    b'{"head": {}, "size": 99999999}',
]


@needs_forks
@pytest.mark.parametrize("said", FORGED, ids=range(len(FORGED)))
def test_a_forged_answer_does_no_harm(forked, said):
    """It is refused, or is an answer of bytes that lie within the room."""
    with suppress(NoAnswer):
        assert forked.ask(job("forge"), said).body.size <= ROOM
    soon(lambda: not children(forker(forked, "forge")))


# --- what it may do ----------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path):
    path = tmp_path / "outside.txt"
    path.write_text("not for a decoder")
    return path


def test_it_can_open_and_reach_nothing(both, outside):
    if confinement.CALLS not in confinement.support():
        pytest.skip("this system cannot refuse calls to a process")
    assert both.ask(job("attempts"), str(outside).encode()).head == {"could": []}
    assert outside.read_text() == "not for a decoder"
    assert [path.name for path in outside.parent.iterdir()] == [outside.name]


def test_outside_a_helper_all_that_can_be_done(outside):
    """Or the test above would show nothing."""
    code = (
        "import os, sys; from tests.face_mesh import isolated_jobs as jobs\n"
        "del jobs.os.execv\n"
        "print(*jobs.attempts(sys.argv[1].encode())[0]['could'], sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(outside)], cwd=ROOT, capture_output=True, check=True
    )
    found = set(done.stdout.decode().split("\n"))
    assert found >= {
        "read a file",
        "write a file",
        "list a folder",
        "open a socket",
        "open a local socket",
        "execute",
        "fork",
        "signal its parent",
    }


def test_threads_of_codecs_are_allowed(both):
    assert both.ask(job("threads"), b"").head == {"done": [True]}


@needs_forks
def test_nothing_of_the_server_is_passed_on(monkeypatch):
    monkeypatch.setenv("BEFOREHAND_SECRET", "key")
    with socket.socket() as server, helpers(True) as made:
        server.bind(("127.0.0.1", 0))
        server.set_inheritable(True)
        for _ in range(2):
            found = made.ask(job("opened"), b"").head
            # Nothing for input, output and errors; where the answer goes; how it is told.
            assert sorted(found["open"]) == ["file"] * 4 + ["socket"]
            assert "BEFOREHAND_SECRET" not in found["environment"]


@pytest.mark.parametrize("machine", confinement._TABLES)
def test_the_filter_jumps_to_where_it_should(machine):
    """Its verdicts, worked out by going through it as the kernel would."""
    architecture, allowed, closer = confinement._TABLES[machine]
    program = confinement._instructions(architecture, allowed, closer)
    clone, clone3, tgkill = closer

    def verdict(number, first=0, machine=architecture):
        at, held = 0, 0
        while True:
            operation, yes, no, value = program[at]
            at += 1
            if operation == confinement._LOAD:
                held = {0: number, 4: machine, 16: first}[value]
            elif operation == confinement._RETURN:
                return value
            else:
                met = held == value if operation == confinement._EQUAL else held & value
                at += yes if met else no

    allow, refuse = confinement._ALLOW, confinement._ERROR | confinement._EPERM
    for number in range(600):
        if number not in closer:
            assert verdict(number) == (allow if number in allowed else refuse)
    assert verdict(0, machine=1) == confinement._KILL
    assert verdict(clone, 0x10F00) == allow
    assert verdict(clone, 0x00F00) == refuse
    assert verdict(tgkill, os.getpid()) == allow
    assert verdict(tgkill, 1) == refuse
    assert verdict(clone3) == confinement._ERROR | confinement._ENOSYS


def test_what_is_held_is_said():
    known = {confinement.LIMITS, confinement.PRIVILEGES, confinement.CALLS}
    assert confinement.support() <= known
    if sys.platform == "linux":
        assert confinement.LIMITS in confinement.support()


# --- when it is killed -------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[True, False], ids=["forked", "spawned"])
def strict(request):
    if request.param and not sandbox.can_fork():
        pytest.skip("this system cannot fork safely")
    with helpers(request.param, Limits(cpu_seconds=1, wall_seconds=60, memory=2**28)) as made:
        yield made


def test_computing_too_long(strict):
    assert reason(strict, "spin") == sandbox.SLOW


def test_too_much_memory(strict):
    assert reason(strict, "hoard") == sandbox.MEMORY


def test_a_library_that_gives_up_for_want_of_memory(strict):
    assert reason(strict, "hoard_until_aborted") == sandbox.MEMORY


@pytest.mark.parametrize("forks", [True, False])
def test_waiting_too_long(forks):
    if forks and not sandbox.can_fork():
        pytest.skip("this system cannot fork safely")
    with helpers(forks, Limits(wall_seconds=0.2)) as made:
        made.warm(job("sleep"))
        assert reason(made, "sleep") == sandbox.SLOW
        if forks:
            soon(lambda: not children(forker(made, "sleep")))


def test_the_visitor_goes(both):
    asked = []

    def gone():
        asked.append(True)
        return len(asked) > 2

    assert reason(both, "sleep", cancelled=gone) == sandbox.STOPPED
    if both._forks:
        soon(lambda: not children(forker(both, "sleep")))


@needs_forks
def test_the_process_that_forks_is_started_anew(forked):
    forked.ask(job("echo"), b"")
    before = forker(forked, "echo")
    os.kill(before, signal.SIGKILL)
    assert forked.ask(job("echo"), b"again").body.tobytes() == b"again"
    assert forker(forked, "echo") != before


@needs_forks
def test_a_child_goes_with_the_process_that_made_it():
    with helpers(True) as made:
        made.warm(job("sleep"))
        first, stop = forker(made, "sleep"), threading.Event()
        asking = threading.Thread(
            target=lambda: reason(made, "sleep", cancelled=stop.is_set), daemon=True
        )
        asking.start()
        soon(lambda: children(first))
        (child,) = children(first)
        os.kill(first, signal.SIGKILL)
        soon(lambda: not os.path.exists(f"/proc/{child}"))
        stop.set()
        asking.join(SOON_S)
        assert not asking.is_alive()


@needs_forks
def test_all_goes_with_the_server():
    """Killed, so that it can tell nobody."""
    code = (
        "import time\n"
        "from face_mesh.isolation import sandbox\n"
        "sandbox.warm(sandbox.PHOTO)\n"
        "print(sandbox._helpers._forker(sandbox.PHOTO)._process.pid, flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as server:
        helper = int(server.stdout.readline())
        assert os.path.exists(f"/proc/{helper}")
        server.kill()
    soon(lambda: not os.path.exists(f"/proc/{helper}"))


# --- what is left ------------------------------------------------------------------------------


def memory_of(process):
    """All that a process can write, as far as it may be read."""
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
        for line in maps:
            first, last = (int(one, 16) for one in line.split()[0].split("-"))
            if "rw" in line.split()[1]:
                memory.seek(first)
                try:
                    yield memory.read(last - first)
                except OSError:
                    continue


@needs_forks
def test_nothing_of_a_file_stays_in_a_helper(forked):
    secret = os.urandom(64)
    assert forked.ask(job("echo"), secret * 50).body.tobytes() == secret * 50
    process = forker(forked, "echo")
    soon(lambda: not children(process))
    try:
        assert not any(secret in part for part in memory_of(process))
    except PermissionError:
        pytest.skip("this system lets nobody look into a process")
    (*rooms,) = forked._forker(job("echo"))._rooms
    assert rooms
    assert not any(room._bytes.any() for room in rooms)


@needs_forks
def test_nothing_of_a_large_file_stays_in_the_shared_memory(monkeypatch):
    monkeypatch.setattr(sandbox, "_KEPT_BYTES", 1000)
    with helpers(True) as made:
        made.ask(job("echo"), b"x" * ROOM)
        (room,) = made._forker(job("echo"))._rooms
        assert os.stat(room.target).st_blocks == 0
        assert made.ask(job("echo"), b"y" * 10).body.tobytes() == b"y" * 10


@needs_forks
def test_no_handle_is_left_open(forked):
    def open_now():
        return len(os.listdir("/proc/self/fd"))

    forked.ask(job("echo"), b"")
    reason(forked, "leave")
    before = open_now()
    for _ in range(5):
        forked.ask(job("echo"), b"abc")
        reason(forked, "leave")
        reason(forked, "sleep", cancelled=lambda: True)
    assert open_now() == before + 3  # of the one that sleeps: its process and its memory
    process = forker(forked, "echo")
    soon(lambda: len(os.listdir(f"/proc/{process}/fd")) < 8)


# --- how many ----------------------------------------------------------------------------------


@needs_forks
def test_two_at_once_and_the_others_wait(forked):
    forked.warm(job("sleep"))
    stop, told = threading.Event(), []
    asking = [
        threading.Thread(target=lambda: told.append(reason(forked, "sleep", cancelled=stop.is_set)))
        for _ in range(5)
    ]
    for one in asking:
        one.start()
    soon(lambda: forked._asked == 5 and len(children(forker(forked, "sleep"))) == 2)
    for _ in range(20):
        assert len(children(forker(forked, "sleep"))) == 2
        time.sleep(0.01)
    stop.set()
    for one in asking:
        one.join(SOON_S)
    assert told == [sandbox.STOPPED] * 5
    soon(lambda: not children(forker(forked, "sleep")))
    assert forked._asked == 0


@needs_forks
def test_more_than_can_wait_are_told_to_come_back(forked, monkeypatch):
    monkeypatch.setattr(sandbox, "WAITING", 0)
    stop = threading.Event()
    asking = [
        threading.Thread(target=lambda: reason(forked, "sleep", cancelled=stop.is_set))
        for _ in range(sandbox.AT_ONCE)
    ]
    for one in asking:
        one.start()
    soon(lambda: forked._asked == sandbox.AT_ONCE)
    assert reason(forked, "echo") == sandbox.BUSY
    stop.set()
    for one in asking:
        one.join(SOON_S)
    assert forked.ask(job("echo"), b"now").body.tobytes() == b"now"


@pytest.mark.parametrize("forks", [True, False])
def test_one_that_does_not_start_is_told(forks):
    if forks and not sandbox.can_fork():
        pytest.skip("this system cannot fork safely")
    missing = "face_mesh.no_such_module:job"
    with pytest.raises(NoAnswer) as caught:
        Helpers({missing: 1}, forks=forks).ask(missing, b"")
    assert caught.value.reason == sandbox.ABSENT


@needs_forks
def test_where_children_cannot_be_held_each_job_starts_a_process(monkeypatch):
    monkeypatch.setattr(sandbox, "READY", b"no such word")
    monkeypatch.setattr(sandbox, "BARE", b"ready")
    with helpers(True) as made:
        assert made.ask(job("echo"), b"so too").body.tobytes() == b"so too"
        assert not made._forks


# --- photos ------------------------------------------------------------------------------------

PHOTOS = [
    *VALID,
    in_swapped_profile("JPEG"),
    in_swapped_profile("HEIC"),
    saved(np.full((80, 90), 55, np.uint8), "PNG", icc_profile=linear_grey_profile()),
    structures.picture("JPEG", progressive=True),
    structures.picture("TIFF", compression="jpeg"),
    structures.picture("TIFF", compression="tiff_adobe_deflate"),
]


@pytest.mark.parametrize("data", PHOTOS, ids=range(len(PHOTOS)))
def test_a_photo_is_the_same_either_way(data):
    """Whatever a format loads while it is opened must have been loaded before."""
    here, there = open_photo(data), open_photo_isolated(data)
    assert there == here
    with pytest.raises(ValueError, match="read-only"):
        there.image[0, 0, 0] = 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Dear doctor",
        VALID[0][:500],
        VALID[6][:500],
        structures.many_scans(200),
        structures.png()[:33].replace(b"\0\0\0\x50", b"\0\0\xff\xff") + b"\0" * 100,
        saved(np.zeros((10, 20, 3), np.uint8), "PNG"),
        saved(np.zeros((80, 90), np.int32), "TIFF"),
    ],
    ids=range(8),
)
def test_a_refusal_is_the_same_either_way(data):
    with pytest.raises(PhotoError) as here:
        open_photo(data)
    with pytest.raises(PhotoError) as there:
        open_photo_isolated(data)
    assert str(there.value) == str(here.value)
    for name in ("template", "values"):
        said, meant = there.value.args[0], here.value.args[0]
        assert getattr(said, name, None) in (getattr(meant, name, None), str(meant), {})


def test_a_photo_too_large_is_refused_before_it_is_sent(monkeypatch):
    monkeypatch.setattr(photo, "ask", None)
    with pytest.raises(PhotoError, match="over 64 MB"):
        open_photo_isolated(b"\0" * (photo.MAX_BYTES + 1))


@pytest.mark.parametrize("why", sorted(photo._UNANSWERED))
def test_each_reason_has_a_sentence(why, monkeypatch):
    def unanswered(*_, **__):
        raise NoAnswer(why)

    monkeypatch.setattr(photo, "ask", unanswered)
    with pytest.raises(PhotoError) as caught:
        open_photo_isolated(b"abc")
    assert str(caught.value) in refusals.ALL
    words = {
        value
        for name, value in vars(sandbox).items()
        if name.isupper() and isinstance(value, str) and ":" not in value
    }
    assert words == set(photo._UNANSWERED)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ({"refused": "<script>", "values": {}}, refusals.DAMAGED),
        ({"refused": "{most.__class__}", "values": {"most": 1}}, refusals.DAMAGED),
        ({"refused": refusals.TOO_LARGE, "values": {"most": "<b>"}}, refusals.DAMAGED),
        ({"refused": refusals.TOO_LARGE, "values": []}, refusals.DAMAGED),
        ({"refused": ["a"], "values": {}}, refusals.DAMAGED),
        ({"refused": refusals.TOO_LARGE, "values": {"most": 7}}, "The file is over 7 MB"),
        ({}, refusals.DAMAGED),
        ({"shape": [2, 2], "bytes": 4}, refusals.DAMAGED),
        ({"shape": [2, 2, 4], "bytes": 16}, refusals.DAMAGED),
        ({"shape": [2, 2, 3], "bytes": 11}, refusals.DAMAGED),
        ({"shape": [-1, 2, 3], "bytes": 12}, refusals.DAMAGED),
        ({"shape": [0, 2, 3], "bytes": 0}, refusals.DAMAGED),
        ({"shape": ["2", 2, 3], "bytes": 12}, refusals.DAMAGED),
        ({"shape": [10**30, 2, 3], "bytes": 12}, refusals.DAMAGED),
    ],
    ids=range(14),
)
def test_a_helper_that_was_taken_over_can_say_nothing_of_its_own(head, said, monkeypatch):
    answer = sandbox.Answer(dict(head), np.zeros(head.get("bytes", 0), np.uint8))
    monkeypatch.setattr(photo, "ask", lambda *_, **__: answer)
    with pytest.raises(PhotoError) as caught:
        open_photo_isolated(b"abc")
    assert str(caught.value).startswith(said)


def test_all_that_decoding_says_may_be_said():
    """Or a refusal would become another on the way out of the helper."""
    sources = [ROOT / "face_mesh/photo/decode.py", *(ROOT / "face_mesh/photo/budget").glob("*.py")]
    for path in sources:
        assert "N_(" not in path.read_text("utf-8")
    assert all(json.loads(json.dumps(one)) == one and one.endswith(".") for one in refusals.ALL)
