"""The moving picture: every frame simulated for itself, marked, and the same again."""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from face_mesh.arrays import Rgb
from face_mesh.errors import EngineError
from simulate import Conditions, Plan, simulate
from simulate.__main__ import main
from simulate.catalogue.time_course import LONGEST_DAYS, days_after
from simulate.drawing import font
from simulate.export import timelapse_video
from simulate.export.contact_sheet import TIMES
from simulate.export.timelapse_video import (
    FPS,
    GIF_PX,
    VIDEO_PX,
    Morph,
    moments,
    morph,
)
from simulate.progress import complete
from simulate.provenance import signing
from simulate.provenance.c2pa_manifest import sign_file
from simulate.provenance.file_formats import kind_of, mark_gif
from simulate.provenance.signing import credentials
from simulate.provenance.verify import verify
from simulate.wording.times import running_date
from tests.helpers import ROOT
from tests.simulate.faces import bare, face_of

PLAN = Plan.parse(["surgical_brow_lift=5", "lip_filler=1.5"])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of nobody: no clinic, no key yet."""
    signing._made_for_this_run.cache_clear()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in (signing.CERTIFICATE, signing.KEY):
        monkeypatch.delenv(name, raising=False)


def make(plan: Plan = PLAN, **how: object) -> Morph:
    return complete(morph(bare(face_of("hopper")), plan, **how))  # type: ignore[arg-type]


@pytest.fixture
def few_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """A video of every tenth picture, where it does not matter how many there are."""
    some = moments()[::10]
    assert len(some) > 3
    monkeypatch.setattr(timelapse_video, "moments", lambda: some)


@cache
def made() -> Morph:
    return make()


@cache
def frames() -> list[Rgb]:
    """The first frame of each moment of the video."""
    with av.open(io.BytesIO(made().mp4)) as film:
        every = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    starts = np.cumsum([0] + [one.rests for one in moments()])
    assert len(every) == starts[-1]
    return [every[i] for i in starts[:-1]]


@cache
def gif_frames() -> list[Rgb]:
    with Image.open(io.BytesIO(made().gif)) as gif:
        return [np.asarray(picture.convert("RGB")) for picture in _each(gif)]


def _each(gif: Image.Image) -> Iterator[Image.Image]:
    for i in range(gif.n_frames):  # type: ignore[attr-defined]
        gif.seek(i)
        yield gif


# --- time


def test_time_runs_from_the_photo_through_every_stop_to_the_end() -> None:
    asked = moments()
    assert (asked[0].share, asked[0].days) == (0.0, 0.0)
    shares = [one.share for one in asked]
    assert shares == sorted(shares)
    days = [one.days for one in asked]
    assert days == sorted(days)
    assert days[-1] == LONGEST_DAYS
    assert {days_after(when) for when in TIMES} <= {one.days for one in asked if one.share == 1.0}
    assert [asked[0].place, asked[-1].place] == [0.0, 1.0]
    assert made().seconds == sum(one.rests for one in asked) / FPS


def test_the_dates_are_told_with_the_second_from_which_they_are_shown() -> None:
    dates = made().dates
    assert dates[0] == (0.0, "Before")
    assert [start for start, _ in dates] == sorted({start for start, _ in dates})
    assert dates[1] == (moments()[0].rests / FPS, "Day 0")
    assert dates[-1][1] == "Month 24"
    assert dates[-1][0] < made().seconds


def test_no_day_is_said_twice_out_of_order() -> None:
    said = [running_date(one.days) for one in moments()[1:]]
    distinct = list(dict.fromkeys(said))
    assert [one for i, one in enumerate(said) if i == 0 or said[i - 1] != one] == distinct


# --- pictures


def head_of(image: Rgb) -> Rgb:
    """The part of a card above its foot, without the mark and its neighbourhood."""
    wide = image.shape[1]
    foot = round(0.17 * wide)
    return image[round(0.06 * wide) : image.shape[0] - foot - 2]


def off(one: Rgb, other: Rgb) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def test_a_picture_on_the_way_is_simulated_for_itself_and_no_mixture() -> None:
    """At half the dose an edge lies halfway, once; a cross-fade would show it at both places."""
    face, asked = bare(face_of("hopper")), moments()
    cards = timelapse_video._Cards(face, timelapse_video.english)
    at = next(i for i, one in enumerate(asked) if one.share == 0.5)
    half = Plan.parse(["surgical_brow_lift=2.5", "lip_filler=0.75"])
    outcome = simulate(face, half, "0d", reactions="all")
    alone = cards.frame(outcome.image, VIDEO_PX, asked[at], ())
    full = simulate(face, PLAN, "0d", reactions="all")
    ends = [
        cards.frame(image, VIDEO_PX, asked[at], ()).astype(float)
        for image in (face.photo.image, full.image)
    ]
    mixed = np.asarray(np.round(sum(ends) / 2), np.uint8)
    where = np.abs(head_of(alone).astype(float) - head_of(mixed)).max(axis=2) > 12
    assert where.sum() > 200  # it makes a difference that can be seen
    found = head_of(frames()[at])
    assert off(found[where], head_of(alone)[where]) < 0.4 * off(found[where], head_of(mixed)[where])


def test_every_picture_but_the_photo_carries_the_mark_in_its_pixels() -> None:
    """Read off the decoded frames: no metadata is needed to see it."""
    photo, *simulated = (image[: round(0.045 * image.shape[1])] for image in frames())
    words = [(strip > 200).all(axis=2).mean() for strip in simulated]
    assert min(words) > 0.01  # white letters
    assert max(np.median(strip) for strip in simulated) < 0.75 * np.median(photo) + 40
    assert off(photo, simulated[0]) > 20


def test_the_date_in_the_picture_changes_with_time() -> None:
    feet = [image[-round(0.17 * VIDEO_PX) :] for image in frames()]
    at = {
        when: next(i for i, one in enumerate(moments()) if one.days == days_after(when))
        for when in TIMES[1:]
    }
    for one, other in pairwise(TIMES[1:]):
        assert off(feet[at[one]], feet[at[other]]) > 0.5


def test_what_does_not_change_does_not_flicker_in_the_gif() -> None:
    first, *others = gif_frames()
    assert first.shape[1] == GIF_PX
    assert len(others) == len(moments()) - 1
    edge = round(0.05 * GIF_PX)
    sides = [image[edge * 2 : GIF_PX // 2, : edge // 2] for image in (first, *others)]
    assert all((side == sides[0]).all() for side in sides)


def test_the_size_of_the_video_is_even_and_as_said() -> None:
    with av.open(io.BytesIO(made().mp4)) as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.name, stream.average_rate) == ("h264", FPS)
        assert (stream.width, stream.height) == made().size
    assert [side % 2 for side in made().size] == [0, 0]


def test_the_same_plan_and_seed_give_the_same_bytes(few_moments: None) -> None:
    one, again = make(), make()
    assert again.gif == one.gif
    assert again.mp4 == one.mp4


def test_words_in_another_language_are_in_the_picture(few_moments: None) -> None:
    def shouted(text: str, /, **values: object) -> str:
        return timelapse_video.english(text, **values).upper()

    assert make(translate=shouted).gif != make().gif


@pytest.mark.parametrize("letter", "äöüÄÖÜßáéíóúñ¿¡")
def test_the_letters_of_other_languages_have_every_sign(letter: str) -> None:
    """A sign that is missing is drawn as the box that stands for all of them."""

    def drawn(sign: str) -> bytes:
        return bytes(font(40, lambda text, **values: f"{text}{sign}").getmask(sign))

    assert drawn(letter) != drawn("\ufffe")
    assert bytes(font(40).getmask("a")) != drawn("a")  # English keeps its own letters


def test_it_says_how_far_it_is_and_can_be_cancelled() -> None:
    with closing(morph(bare(face_of("hopper")), PLAN)) as working:
        shares = [next(working) for _ in range(20)]
    assert shares == sorted(shares)
    assert 0.0 < shares[-1] < 1.0


# --- marks for programs


@pytest.mark.parametrize("kind", ["mp4", "gif"])
def test_it_says_that_it_is_simulated_and_is_signed(kind: str) -> None:
    data: bytes = getattr(made(), kind)
    assert b"digitalsourcetype/algorithmicallyEnhanced" in data
    assert verify(data).state == "unsigned"
    whole = sign_file(data, made().edits, credentials(), "1.0")
    found = verify(whole)
    assert found.state == "valid"
    assert {one.how for one in found.edits} == {"warped", "recoloured"}
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    assert verify(bytes(changed)).state == "tampered"


def test_a_signed_gif_still_shows_all_its_pictures() -> None:
    whole = sign_file(made().gif, made().edits, credentials(), "1.0")
    with Image.open(io.BytesIO(whole)) as gif:
        assert gif.n_frames == len(moments())  # type: ignore[attr-defined]


def test_painting_is_said_where_a_model_painted(few_moments: None) -> None:
    assert make(
        Plan.parse("crows_feet_toxin=12"), conditions=Conditions(engine="fake")
    ).edits.painted
    assert not make().edits.painted


def test_only_what_is_known_is_marked_and_signed() -> None:
    with pytest.raises(ValueError, match="GIF"):
        mark_gif(b"no picture", painted=False)
    assert kind_of(b"RIFF") is None
    with pytest.raises(ValueError, match="PNG"):
        sign_file(b"RIFF", made().edits, credentials(), "1.0")


# ---- without the encoder, which holds GPL parts


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyAV as if it were not installed."""
    monkeypatch.setitem(sys.modules, "av", None)


def test_without_the_encoder_a_video_is_refused_before_any_work(no_encoder: None) -> None:
    with pytest.raises(EngineError) as caught:
        next(morph(bare(face_of("hopper")), PLAN))
    said = str(caught.value)
    assert said == timelapse_video.NO_ENCODER
    assert said.count(".") == 1


@pytest.mark.parametrize(("ask", "status"), [([], 0), (["--video"], 4)])
def test_without_the_encoder_the_command_makes_all_else(
    no_encoder: None,
    ask: list[str],
    status: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out"
    Image.fromarray(face_of("hopper").photo.image).save(photo)
    told = [str(photo), "--treat", "lip_filler=1", "--out", str(out), "--quiet", *ask]
    assert main(told) == status
    said = capsys.readouterr().err.strip().splitlines()
    assert (out / "after.png").exists() is not ask
    assert said == ([str(timelapse_video.NO_ENCODER)] if ask else [])


def test_nothing_but_a_video_loads_the_encoder() -> None:
    code = (
        "import sys; sys.modules['av'] = None; import simulate.command_line.command, "
        "simulate.export.timelapse_video, ui.compute.files, ui.app.router; print('all there')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "all there\n", done.stderr
