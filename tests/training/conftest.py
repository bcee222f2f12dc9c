"""Made-up portraits: grainy skin of several people, as `training.people` would have measured it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from training.people import Portrait, portraits

PX_PER_MM = 3.0
# Number -> group. By their numbers 2 and 7 are held out, as 11 and 16 would be.
PEOPLE = {1: "white", 2: "white", 3: "black", 7: "black", 8: "white", 10: "white"}
SKINS = {"white": (214, 170, 150), "black": (92, 60, 46)}


def picture(group: str, seed: int) -> np.ndarray:
    """(300, 260, 3) uint8 skin with grain and a slope of light."""
    random = np.random.default_rng(seed)
    grain = random.normal(0, 4, (300, 260, 1)) + random.normal(0, 1, (300, 260, 3))
    slope = np.linspace(0.95, 1.05, 260)[None, :, None]
    return np.clip(np.round(np.array(SKINS[group]) * slope + grain), 0, 255).astype(np.uint8)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Networks as small as these are slower in two threads, where something else is running."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of photos and the cache in which they lie measured: no face is looked for."""
    folder = tmp_path_factory.mktemp("set") / "neutral"
    cache = tmp_path_factory.mktemp("prepared")
    folder.mkdir()
    rows = ["face_id,face_age,face_gender,face_eth"]
    for number, group in PEOPLE.items():
        rows.append(f"{number:03d},{20 + number},female,{group}")
        for take in "ab":
            stem = f"{number:03d}_{take}"
            (folder / f"{stem}.jpg").touch()
            np.savez(
                cache / f"{folder.parent.name}-{folder.name}-{stem}.npz",
                picture=picture(group, 2 * number + (take == "b")),
                skin=np.full((300, 260), 255, np.uint8),
                ppm=PX_PER_MM,
            )
    (folder / "people.csv").write_text("\n".join(rows))
    return folder, cache


@pytest.fixture(scope="session")
def people(made_up: tuple[Path, Path]) -> list[Portrait]:
    folder, cache = made_up
    return list(portraits([folder], cache))
