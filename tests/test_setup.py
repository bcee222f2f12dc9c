"""What `.ci/provide pytorch` installs, on computers made up of stand-ins on the path."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a shell script")
WANTED = "2.13.0"
CPU = "https://download.pytorch.org/whl/cpu"
# pip of a made-up computer: writes down what it was asked, and installs what its index has.
PYTHON = """#!/bin/sh
case "$*" in
    *'m.version("torch")'*) cat torch 2>/dev/null || exit 1 ;;
    "-m pip install "*) echo "$*" >>asked; [ -z "$HAS" ] && exit 1; echo "$HAS" >torch ;;
    *) exit 9 ;;
esac
"""


@dataclass(frozen=True)
class Computer:
    """A checkout on a computer that has what a test says it has."""

    top: Path

    def provide(self, system: str = "Linux", index_has: str = "", **told: str) -> str:
        """Run the script; return what it said."""
        self.program("uname", f"echo {system}")
        done = subprocess.run(
            [self.top / ".ci" / "provide", "pytorch"],
            env={"PATH": f"{self.top / 'bin'}:/usr/bin:/bin", "HAS": index_has, **told},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.stdout + done.stderr

    def program(self, name: str, script: str) -> None:
        path = self.top / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def asked(self) -> list[str]:
        """How often pip was asked, and for what."""
        path = self.top / "asked"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """One without a graphics card, whatever this one has."""
    script = (ROOT / ".ci" / "provide").read_text()
    for path in ("/proc/driver/nvidia/version", "/dev/nvidia0"):
        assert script.count(path) == 1
        script = script.replace(path, f"{tmp_path}{path}")
    for folder in (".ci", ".venv/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".ci" / "provide").write_text(script)
    (tmp_path / ".ci" / "provide").chmod(0o755)
    (tmp_path / ".venv" / "bin" / "python").write_text(PYTHON)
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    (tmp_path / "requirements.txt").write_text(f"numpy==1\ntorch=={WANTED}\n")
    if shutil.which("nvidia-smi", path="/usr/bin:/bin"):
        pytest.skip("this computer's own driver cannot be hidden")
    return Computer(tmp_path)


def test_linux_without_a_driver_gets_the_cpu_build_and_is_told_why(computer: Computer) -> None:
    said = computer.provide(index_has=f"{WANTED}+cpu")
    because = "as no NVIDIA driver was found"
    assert said == f"PyTorch is its CPU build, {because}; PYTORCH=default takes another.\n"
    (asked,) = computer.asked()
    for part in (f"--index-url {CPU}", "--retries 0", "--timeout 5", "--no-deps"):
        assert f" {part} " in asked
    assert asked.endswith(f" torch=={WANTED}")


@pytest.mark.parametrize("index_has", ["", WANTED], ids=["not reached", "another index's build"])
def test_where_the_index_gives_none_the_default_is_named(
    computer: Computer, index_has: str
) -> None:
    said = computer.provide(index_has=index_has)
    assert said.startswith("PyTorch is the default build")
    assert CPU in said
    assert said.count("\n") == 1
    assert len(computer.asked()) == 1


@pytest.mark.parametrize("sign", ["nvidia-smi", "/proc/driver/nvidia/version", "/dev/nvidia0"])
def test_with_a_driver_nothing_is_asked(computer: Computer, sign: str) -> None:
    if sign.startswith("/"):
        path = Path(f"{computer.top}{sign}")
        path.parent.mkdir(parents=True)
        path.touch()
    else:
        computer.program(sign, "exit 0")
    assert computer.provide(index_has=f"{WANTED}+cpu") == ""
    assert computer.asked() == []


@pytest.mark.parametrize("system", ["Darwin", "MINGW64_NT-10.0"])
def test_elsewhere_nothing_is_asked(computer: Computer, system: str) -> None:
    assert computer.provide(system, index_has=f"{WANTED}+cpu") == ""
    assert computer.asked() == []


def test_what_is_chosen_is_taken(computer: Computer) -> None:
    assert computer.provide(index_has=f"{WANTED}+cpu", PYTORCH="default") == ""
    assert computer.asked() == []
    computer.program("nvidia-smi", "exit 0")
    assert "as PYTORCH=cpu" in computer.provide(index_has=f"{WANTED}+cpu", PYTORCH="cpu")
    assert len(computer.asked()) == 1


def test_another_choice_is_refused_in_a_sentence(computer: Computer) -> None:
    assert computer.provide(PYTORCH="rocm") == "PYTORCH is cpu or default, not rocm.\n"


@pytest.mark.parametrize("build", ["", "+cpu", "+cu130"])
def test_what_is_installed_stays(computer: Computer, build: str) -> None:
    (computer.top / "torch").write_text(f"{WANTED}{build}\n")
    assert computer.provide(index_has=f"{WANTED}+cpu") == ""
    assert computer.asked() == []


def test_the_makefile_asks_before_it_installs_the_rest() -> None:
    recipe = (ROOT / "Makefile").read_text()
    asks, installs = recipe.index(".ci/provide pytorch"), recipe.index("-r requirements.txt ")
    assert asks < installs
    assert re.search(r"^torch==", (ROOT / "requirements.txt").read_text(), re.M)


def test_an_index_that_cannot_be_reached_is_not_waited_for() -> None:
    """With pip itself, at an address where nothing listens; the script's own, in a word."""
    asked = re.search(
        r"pip (install -qq .*?--timeout 5)", (ROOT / ".ci" / "provide").read_text(), re.S
    )
    assert asked
    words = asked[1].replace("\\\n", "").split()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            *words,
            "--index-url",
            "http://127.0.0.1:9",
            "beforehand-none",
        ],
        capture_output=True,
        check=False,
        timeout=30,  # the address alone takes none; retries of pip would take minutes
    )
    assert done.returncode != 0
