"""What is worked out once for a face: by all that it depends on, and freed with the face."""

import gc
import re
import weakref
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest
from scipy.sparse import issparse

from face_mesh import Face
from face_mesh.cache import Key, Scope, cached_per, name_of
from face_mesh.fidelity.colour_cast import colour_cast
from face_mesh.fidelity.compression import block_edges
from face_mesh.fidelity.face_colours import face_colours
from face_mesh.fidelity.faults import faults
from face_mesh.fidelity.smoothness import skin_grain
from face_mesh.skin.colour import circles_excess, usual_amount, usual_shade
from face_mesh.skin.lower_face import _relief, _submental_fullness, border_shade, extent
from face_mesh.skin.melanin_field import melanin_field
from face_mesh.skin.neck_view import _neck_view
from face_mesh.skin.relief import relief_scale
from face_mesh.skin.shine import own_colour
from face_mesh.skin.signs import read_skin
from face_mesh.skin.skin_mask import working_mask
from face_mesh.skin.skin_tone import skin_tone, usual_density
from simulate import Plan, simulate
from simulate.geometry.ears import ears_of
from simulate.geometry.neck_and_ears import _prior_grid
from simulate.recovery.discolouration import _blood
from simulate.shading.headroom import headroom
from simulate.shading.light import fit_light
from simulate.shading.shading import shade_unit
from tests.face_mesh.faces import hopper, kept_of
from tests.face_mesh.skins import uncovered
from tests.helpers import ROOT

# Told by the pixels, and yet kept when a face is repainted: one light, skin and usual colour for
# all that is tried on a face. They are read off whichever size asks first.
OF_THE_SKIN = (relief_scale, usual_amount, usual_shade, melanin_field, own_colour, circles_excess)
OF_THE_PHOTO = (
    _neck_view,
    skin_tone,
    usual_density,
    faults,
    face_colours,
    colour_cast,
    block_edges,
)
OF_THE_NECK = (_neck_view, _relief, border_shade, _submental_fullness, extent, _prior_grid, ears_of)
OF_THE_LIGHT = (fit_light, shade_unit, skin_grain, headroom, _blood)
PIXELS_ONCE = {name_of(f) for f in (*OF_THE_LIGHT, *OF_THE_SKIN, *OF_THE_PHOTO, *OF_THE_NECK)}
PLAN = "lip_filler=1", "neck_lift=10", "crows_feet_toxin=12"


class Numbered:
    """A value that is told from others that are equal."""


@cached_per(Scope.HEAD)
def of_head(face: Face, first: str, second: str = "") -> list[str]:
    return [first, second]


@cached_per(Scope.SIZE)
def of_size(face: Face) -> tuple[int, int]:
    return face.photo.width, face.photo.height


@cached_per(Scope.PIXELS)
def of_pixels(face: Face) -> int:
    return int(face.photo.image.sum())


@cached_per(Scope.HEAD)
def worth(face: Face, name: str) -> Numbered:
    return Numbered()


def fresh(image: np.ndarray | None = None) -> Face:
    """A measured face for which nothing was worked out yet, on other pixels if any are given."""
    face = replace(hopper(), workspace=uncovered())
    return face if image is None else face.repainted(image)


# --- keys


def test_every_argument_is_part_of_the_key() -> None:
    face = fresh()
    asked = [of_head(face, *given) for given in (("a",), ("b",), ("a", "b"), ("a", "c"))]
    assert asked == [["a", ""], ["b", ""], ["a", "b"], ["a", "c"]]
    assert of_head(face, "a", second="d") == ["a", "d"]
    assert of_head(face, "a") is asked[0]
    assert len(kept_of(face, of_head)) == 5


def test_what_is_no_argument_cannot_be_read() -> None:
    """A function inside another could read what its key does not name."""
    hidden = 3
    with pytest.raises(TypeError, match="no arguments of it"):

        @cached_per(Scope.HEAD)
        def forgetful(face: Face) -> int:
            return hidden


def test_what_cannot_be_told_apart_is_refused() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        of_head(fresh(), [1])  # type: ignore[arg-type]


def test_nobody_keeps_things_by_a_key_of_their_own() -> None:
    """The dictionary behind it is read and written in two modules alone."""
    own = {"face_mesh/face.py", "face_mesh/cache.py"}
    files = [p for name in ("face_mesh", "simulate", "ui") for p in (ROOT / name).rglob("*.py")]
    assert len(files) > 200
    touching = {str(p.relative_to(ROOT)) for p in files if re.search(r"\.workspace\b", text(p))}
    assert touching <= own


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- how much of the face


def test_a_size_has_its_own_and_all_share_what_is_of_the_head() -> None:
    face = fresh()
    small = face.resized(300)
    assert of_size(face) != of_size(small) == (small.photo.width, small.photo.height)
    assert of_pixels(face) != of_pixels(small) == int(small.photo.image.sum())
    assert of_head(face, "a") is of_head(small, "a")


def test_a_repainted_face_drops_what_was_read_off_the_pixels_and_keeps_the_rest() -> None:
    face = fresh()
    simulate(face, Plan.parse(PLAN), engine="fake")
    before = dict(face.workspace)
    seen = face.repainted(255 - face.photo.image)
    assert {key.scope for key, _ in before} == set(Scope)
    for place, value in before.items():
        kept = place[0].scope is not Scope.PIXELS
        assert (place in seen.workspace) == kept
        assert not kept or seen.workspace[place] is value
    assert of_pixels(face) + of_pixels(seen) == 255 * face.photo.image.size
    assert set(before) <= set(face.workspace)


def worked_out(face: Face) -> Face:
    """A face for which all kinds of things were worked out."""
    simulate(face, Plan.parse(PLAN), when="2d", reactions="all", engine="fake")
    read_skin(face)
    return face


def test_what_is_said_to_be_of_the_head_is_the_same_at_every_size() -> None:
    """Or one size would be shown with what belongs to another."""
    large, small = (worked_out(face) for face in (fresh(), fresh().resized(400)))
    for (key, size), value in large.workspace.items():
        if key.scope is Scope.HEAD and key.function not in PIXELS_ONCE:
            assert alike(value, small.workspace[key, size]), key


def test_what_is_kept_when_repainted_is_told_by_the_landmarks() -> None:
    """But for what is kept on purpose; grid and skin mask are those of the original."""
    face = worked_out(fresh())
    # Of other pixels on which the same neck, hair and mouth are seen.
    noise = np.random.default_rng(0).integers(-2, 3, face.photo.image.shape)
    other = worked_out(fresh(np.asarray(np.clip(face.photo.image + noise, 0, 255), np.uint8)))
    compared = 0
    for place, value in face.workspace.items():
        if place[0].scope is Scope.HEAD and place in other.workspace:
            same = place[0].function in PIXELS_ONCE | {name_of(working_mask)}
            same |= "surface='neck'" in repr(place)  # where skin of a neck is seen
            assert same or alike(value, other.workspace[place]), place
            compared += not same
    assert compared > 20


def alike(one: object, other: object) -> bool:
    """Whether two values hold the same numbers, but for the rounding of another size's px."""
    if isinstance(one, np.ndarray):
        return np.allclose(one, np.asarray(other), rtol=1e-9, atol=1e-9)
    if issparse(one):
        return abs(one - other).max() < 1e-9  # type: ignore[operator]
    if is_dataclass(one):
        return all(alike(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, dict):
        return all(alike(value, other[name]) for name, value in one.items())  # type: ignore[index]
    if isinstance(one, tuple):
        return all(map(alike, one, other))  # type: ignore[arg-type]
    return bool(one == other or np.isclose(one, other))  # type: ignore[call-overload]


# --- for how long, and for whom


def test_it_dies_with_the_face() -> None:
    face = fresh()
    small, seen = face.resized(300), face.repainted(face.photo.image)
    kept = weakref.ref(worth(small, "a"))
    del small, seen
    assert kept() is worth(face, "a")
    del face
    gc.collect()
    assert kept() is None


def test_two_threads_get_the_same_value() -> None:
    face, both, got = fresh(), Barrier(2), []
    key = Key("test", (), Scope.HEAD)

    def build() -> Numbered:
        both.wait(10.0)  # each is building before either has built
        return Numbered()

    threads = run_twice(lambda: got.append(face.cached(key, build)))
    assert not any(one.is_alive() for one in threads)
    assert len(got) == 2
    assert got[0] is got[1]


def run_twice(do: Callable[[], None]) -> list[Thread]:
    threads = [Thread(target=do, daemon=True) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20.0)
    return threads
