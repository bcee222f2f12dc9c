"""Who is trained on and who is kept for reports, and what is read of a folder."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.inpaint.network import COARSEST_PX_PER_MM, SCALE_PX_PER_MM
from tests.face_mesh.faces import hopper
from tests.helpers import use_photo
from tests.training.conftest import PEOPLE, PX_PER_MM
from training.people import Portrait, held_out, portraits


@given(st.integers(0, 999), st.sampled_from(["london-", "canada-"]))
def test_two_ninths_of_the_numbers_are_held_out_in_every_set(number: int, name: str) -> None:
    assert held_out(f"{name}{number:03d}") == (number % 9 in (2, 7))


def test_people_are_split_and_not_photos(people: list[Portrait]) -> None:
    kept = {one.person for one in people if held_out(one.person)}
    trained_on = {one.person for one in people if not held_out(one.person)}
    assert kept
    assert trained_on
    assert not kept & trained_on
    assert len(people) == 2 * len(kept | trained_on) == 2 * len(PEOPLE)


def test_the_same_person_smiling_and_neutral_is_one(faces_dir: Path, tmp_path: Path) -> None:
    folders = [tmp_path / "london" / name for name in ("neutral", "smiling")]
    cache = tmp_path / "prepared"
    cache.mkdir()
    for folder, ending in zip(folders, ("03", "08"), strict=True):
        folder.mkdir(parents=True)
        for path in sorted((faces_dir / "london" / folder.name).glob("*.jpg")):
            (folder / path.name).touch()
            kept = cache / f"london-{folder.name}-{path.stem}.npz"
            blank = np.full((200, 200, 3), 99, np.uint8)
            np.savez(kept, picture=blank, skin=blank[..., 0], ppm=PX_PER_MM)
            assert path.stem.endswith(ending)
    table = use_table(faces_dir / "london" / "people.csv", tmp_path / "london")
    everybody = list(portraits(folders, cache))
    kept_people = {one.person for one in everybody if held_out(one.person)}
    groups = {one.person: one.group for one in everybody}
    assert len(everybody) == 2 * len(groups) == 2 * table
    counts = {
        group: sum(groups[person] == group for person in kept_people)
        for group in set(groups.values())
    }
    # What the model card says of the split.
    assert counts == {"black": 4, "east_asian": 2, "west_asian": 4, "white": 13}


def use_table(path: Path, folder: Path) -> int:
    text = path.read_text(encoding="utf-8")
    (folder / "people.csv").write_text(text, encoding="utf-8")
    return len(text.splitlines()) - 1


def test_what_the_table_says_of_people_goes_with_them(people: list[Portrait]) -> None:
    assert {one.person: one.group for one in people} == {
        f"neutral-{number:03d}": group for number, group in PEOPLE.items()
    }
    assert {(one.sex, one.age - int(one.person[-3:])) for one in people} == {("female", 20)}


def test_scales_go_from_the_photo_s_own_to_the_coarsest(people: list[Portrait]) -> None:
    for one in people:
        scales = [scale for _, _, scale in one.levels]
        assert scales[0] == min(PX_PER_MM, SCALE_PX_PER_MM)
        assert scales == sorted(scales, reverse=True)
        assert scales[-1] >= COARSEST_PX_PER_MM
        for picture, skin, scale in one.levels:
            assert picture.shape[:2] == skin.shape
            assert picture.shape[0] == pytest.approx(300 * scale / PX_PER_MM, abs=1)


def test_a_real_photo_is_measured_once_and_cropped_to_its_skin(tmp_path: Path) -> None:
    face = hopper()
    large = cv2.resize(face.photo.image, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    folder = tmp_path / "photos"
    folder.mkdir()
    file = folder / "001.jpg"
    cv2.imwrite(str(file), cv2.cvtColor(large, cv2.COLOR_RGB2BGR))
    (folder / "notes.jpg").write_bytes(b"no number, no person")
    (folder / "002.jpg").write_bytes(b"no photo")
    (one,) = portraits([folder], tmp_path / "cache")
    file.write_bytes(b"")  # and not looked at again
    (again,) = portraits([folder], tmp_path / "cache")
    assert np.array_equal(one.levels[0][0], again.levels[0][0])
    picture, skin, scale = one.levels[0]
    assert scale == pytest.approx(2 * face.px_per_mm, rel=0.05)
    assert picture.shape[0] < large.shape[0]
    assert (skin > 0.5).mean() > 0.2
    assert one.group == "white"


def test_a_face_smaller_than_the_coarsest_scale_is_left_out(tmp_path: Path) -> None:
    folder, cache = tmp_path / "a" / "b", tmp_path / "cache"
    folder.mkdir(parents=True)
    cache.mkdir()
    (folder / "001.jpg").touch()
    blank = np.full((200, 200, 3), 99, np.uint8)
    np.savez(cache / "a-b-001.npz", picture=blank, skin=blank[..., 0], ppm=0.9)
    assert list(portraits([folder], cache)) == []


def test_shared_photos_can_be_read(faces_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    data = use_photo(faces_dir / "london" / "neutral" / "061_03.jpg").read_bytes()
    (folder / "061.jpg").write_bytes(data)
    (one,) = portraits([folder], tmp_path / "cache", finest=float("inf"))
    assert one.levels[0][2] == pytest.approx(3.3, abs=0.3)
    assert held_out(one.person)
