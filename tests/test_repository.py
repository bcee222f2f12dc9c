"""What the repository itself promises: pinned packages, private defaults, nothing that leaks."""

import hashlib
import re
import shutil
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from face_mesh.photo.photo import MAX_BYTES
from tests.helpers import ROOT

LARGE_BYTES = 1_000_000
# Path of a larger file that belongs here -> why.
DECLARED_LARGE: dict[str, str] = {
    "simulate/inpaint/weights/skin.onnx": "the skin model: nothing is downloaded to paint",
}

# A path of somebody's machine: one that starts with such a folder, and no part of a URL.
MACHINE_PATH = re.compile(rb"(?<![\w./}~$*-])/(?:work|root|home)\b(?!-|\.\w)")


def repository_files() -> list[Path]:
    """Every file that is tracked, or would be by `git add .`."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout, so there is no list of files to look through")
    listed = sorted(set(listing.stdout.decode().split("\0")) - {""})
    return [path for name in listed if (path := ROOT / name).is_file()]


def large_files(paths: list[Path], root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in paths if p.stat().st_size > LARGE_BYTES}


def machine_paths(content: bytes) -> list[bytes]:
    """The lines that name a path of a machine; none in a binary file."""
    if b"\0" in content:
        return []
    return [line for line in content.splitlines() if MACHINE_PATH.search(line)]


def copies(paths: list[Path], originals: list[Path]) -> list[Path]:
    """Those of `paths` whose bytes are those of an original; only equal sizes are read."""
    sizes = {path.stat().st_size for path in paths}
    digests = {digest(original) for original in originals if original.stat().st_size in sizes}
    return [path for path in paths if digest(path) in digests]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def requirements(name: str) -> list[str]:
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def installed_version(package: str) -> str:
    """Its version; which build of it, the +cpu of torch, is the machine's matter."""
    return metadata.version(package).partition("+")[0]


def names(lines: list[str]) -> list[str]:
    return [line.partition("==")[0] for line in lines]


def test_no_large_file_but_the_declared() -> None:
    assert large_files(repository_files(), ROOT) == set(DECLARED_LARGE)


def test_a_large_file_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "edge.bin").write_bytes(bytes(LARGE_BYTES))
    (tmp_path / "over.bin").write_bytes(bytes(LARGE_BYTES + 1))
    assert large_files(list(tmp_path.iterdir()), tmp_path) == {"over.bin"}


def test_no_file_names_a_path_of_a_machine() -> None:
    found = {
        path.name: lines
        for path in repository_files()
        if (lines := machine_paths(path.read_bytes()))
    }
    assert found == {}


@pytest.mark.parametrize("top", ["work", "root", "home"])
def test_a_path_of_a_machine_would_be_seen(top: str) -> None:
    assert machine_paths(f"see\nopen('/{top}/x')".encode()) == [f"open('/{top}/x')".encode()]
    assert machine_paths(f"cd /{top}".encode())
    assert not machine_paths(f"https://example.org/{top}/x and paper/{top} and ../{top}".encode())


def test_no_shared_photo_is_in_the_repository(faces_dir: Path) -> None:
    originals = [path for path in faces_dir.rglob("*") if path.suffix in {".jpg", ".tem", ".csv"}]
    assert len(originals) > 100
    assert copies(repository_files(), originals) == []


def test_a_copied_photo_would_be_seen(tmp_path: Path) -> None:
    for name, content in {"a.jpg": b"face", "b.png": b"face", "c.png": b"mesh"}.items():
        (tmp_path / name).write_bytes(content)
    candidates = [tmp_path / "b.png", tmp_path / "c.png"]
    assert copies(candidates, [tmp_path / "a.jpg"]) == [tmp_path / "b.png"]


@pytest.mark.parametrize(
    "name",
    [
        "requirements.txt",
        "requirements-hub.txt",
        "requirements-dev.txt",
        "requirements-model.txt",
        "requirements-training.txt",
    ],
)
def test_every_requirement_is_pinned_and_this_run_uses_it(name: str) -> None:
    lines = requirements(name)
    assert lines
    assert lines == [f"{package}=={installed_version(package)}" for package in names(lines)]


def test_what_the_requirements_bring_is_pinned_too() -> None:
    lines = requirements("constraints.txt")
    installed = {distribution.name for distribution in metadata.distributions()}
    used = [line for line in lines if line.partition("==")[0] in installed]
    assert len(used) > 20
    assert used == [f"{package}=={metadata.version(package)}" for package in names(used)]


def test_exactly_one_opencv_is_installed() -> None:
    installed = [distribution.name.lower() for distribution in metadata.distributions()]
    assert [name for name in installed if "opencv" in name] == ["opencv-contrib-python"]


def test_the_page_is_private_by_default() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    server = config["server"]
    assert server["address"] == "localhost"
    assert server["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert server["enableXsrfProtection"] is True
    assert server["disconnectedSessionTTL"] == 60
    assert "enableAgentApi" not in server


def test_the_server_takes_what_a_photo_may_weigh() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] * 2**20 == MAX_BYTES


@pytest.mark.parametrize(("recipe", "status"), [("true", 0), ("false", 2)])
def test_ci_runs_make_test_and_ends_as_it_does(tmp_path: Path, recipe: str, status: int) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text(f"test:\n\t@echo 3 passed; {recipe}\n")
    (tmp_path / ".venv").mkdir()
    done = subprocess.run([tmp_path / ".ci" / "run"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (status, "3 passed\n", "")
    assert not (tmp_path / ".venv").exists()
