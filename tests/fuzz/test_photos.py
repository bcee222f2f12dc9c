"""A short run of `tests.fuzz.photos`, and that a long one would notice what it is there for."""

import json
import os
import random
import time

import pytest

from face_mesh.errors import PhotoError
from face_mesh.photo.photo import open_photo
from tests.fuzz import photos

COUNT, SEED = 3000, 20


@pytest.fixture(scope="module")
def files():
    return list(photos.corpus().values())


def test_the_corpus_is_small_and_all_of_it_is_photos(files):
    assert sum(map(len, files)) < 300_000
    for one in files:
        assert open_photo(one).image.size


def test_parts_are_the_file(files):
    for one in files:
        parts = photos.parts_of(one)
        assert b"".join(parts) == one
        assert len(parts) > 1


def test_changed_photos_are_opened_or_refused(files):
    opened = refused = 0
    for number in range(COUNT):
        try:
            opened += open_photo(photos.photo(files, SEED, number)).image.size > 0
        except PhotoError:
            refused += 1
    assert opened + refused == COUNT
    assert min(opened, refused) > COUNT / 10  # or the changes are too small, or too large


def test_a_number_is_a_photo_and_a_run_can_be_split(files):
    made = [photos.photo(files, 1, number) for number in range(30)]
    assert made == [photos.photo(files, 1, number) for number in range(30)]
    assert len(set(made)) > 25
    assert made != [photos.photo(files, 2, number) for number in range(30)]


def test_every_change_can_be_made_to_every_file(files):
    for change in set(photos.Mutator._changes):
        for number, one in enumerate(files):
            parts = photos.parts_of(one)
            change(photos.Mutator(files, random.Random(number)), parts)
            assert isinstance(b"".join(parts), bytes)


def test_the_command_counts_them_all(capsys):
    assert photos.main(["--count", "450", "--processes", "2", "--first", "70"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["count"] == told["opened"] + told["refused"] == 450
    assert told["crashes"] == told["hangs"] == []
    assert told["worst_s"] > 0


def test_it_ends_in_time():
    begun = time.monotonic()
    assert photos.run(10**9, SEED, seconds=3).count < 10**9
    assert time.monotonic() - begun < 60


def planted(monkeypatch, tmp_path, body):
    """Let the processes open photos in another way, which they find before face_mesh's own."""
    (tmp_path / "sitecustomize.py").write_text(
        "import face_mesh.photo.photo, time, os, ctypes\n"
        "real, seen = face_mesh.photo.photo.open_photo, []\n"
        "def open_photo(data):\n"
        "    seen.append(data)\n"
        f"    {body}\n"
        "    return real(data)\n"
        "face_mesh.photo.photo.open_photo = open_photo\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.getcwd()]))


@pytest.mark.parametrize(
    ("body", "crashes", "hangs"),
    [
        ("if len(seen) == 50: raise KeyError", 1, 0),
        ("if len(data) % 97 == 3: ctypes.string_at(0)", None, 0),
        ("if len(seen) == 50: [None for _ in iter(time.process_time().__rsub__, -1)]", 0, 0),
    ],
    ids=["an exception", "the end of the process", "nothing"],
)
def test_what_is_planted_is_found(monkeypatch, tmp_path, body, crashes, hangs):
    if "iter" in body:
        body = "pass"
    planted(monkeypatch, tmp_path, body)
    found = photos.run(400, SEED)
    assert found.count == 400
    assert len(found.hangs) == hangs
    if crashes is None:
        assert 0 < len(found.crashes) < 100
    else:
        assert len(found.crashes) == crashes
    files = list(photos.corpus().values())
    photos.keep(found, SEED, tmp_path / "kept")
    for said in found.crashes:
        number = int(said.split()[0])
        kept = (tmp_path / "kept" / f"{SEED}-{number}").read_bytes()
        assert kept == photos.photo(files, SEED, number)


def test_a_hang_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(photos, "STOP_S", 1.0)
    planted(monkeypatch, tmp_path, "if len(seen) == 60: time.sleep(600)")
    found = photos.run(100, SEED)
    assert found.count == 100
    assert len(found.hangs) >= 1
    assert found.crashes == []
