"""Tests of how well readings repeat, and of the smallest change that is more than noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh import Photo, measure_all, measure_face
from face_mesh.measures import MEASURES
from face_mesh.repeatability import smallest_change
from face_mesh.skin.signs import SIGNS, read_skin
from tests.face_mesh.faces import hopper

# What half a photo of those it was measured on is too small for is not known.
FINE = {sign.id for sign in SIGNS.values() if sign.least_px_per_mm >= 2.0}
READ = sorted({*MEASURES, *SIGNS} - FINE)


def test_what_nobody_reads_has_no_smallest_change() -> None:
    assert all(smallest_change(id_, 1.0) is None for id_ in ("beauty", *FINE))


@pytest.mark.parametrize("id_", READ)
def test_every_reading_says_how_well_it_repeats(id_: str) -> None:
    smallest = smallest_change(id_, 1.0)
    assert smallest is not None
    assert smallest > 0.0


@given(id_=st.sampled_from(READ), value=st.floats(0.0, 100.0), more=st.floats(0.0, 100.0))
def test_more_of_something_never_repeats_better(id_: str, value: float, more: float) -> None:
    assert smallest_change(id_, value) <= smallest_change(id_, value + more)


def test_the_sides_of_a_measure_repeat_alike() -> None:
    assert smallest_change("mrd1_left", 3.0) == smallest_change("mrd1_right", 3.0)


def test_two_frames_of_a_face_hardly_ever_differ_by_more() -> None:
    """Noise alone is a part of what the smallest change allows for."""
    face, rng = hopper(), np.random.default_rng(1)
    noise = rng.normal(0.0, 2.0, face.photo.image.shape)
    frame = np.clip(np.round(face.photo.image + noise), 0, 255).astype(np.uint8)
    again = measure_face(Photo.from_rgb(frame))
    pairs = [
        (a.id, a.value, b.value) for a, b in zip(measure_all(face), measure_all(again), strict=True)
    ]
    pairs += [
        (a.id, a.severity, b.severity)
        for a, b in zip(read_skin(face), read_skin(again), strict=True)
        if a.severity is not None and b.severity is not None
    ]
    inside = [abs(b - a) <= smallest_change(id_, a) for id_, a, b in pairs]
    assert len(inside) > 80
    assert np.mean(inside) > 0.9
