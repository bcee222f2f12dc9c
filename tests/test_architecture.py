"""Who may import whom, and what starting up may not load.

The contracts of pyproject.toml are read by import-linter from every import of every package. What
it cannot read are rules of ours: each a function from a folder to sentences, one a violation. All
are also tried on something that breaks them, so that none of them can pass by looking at nothing.
"""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

ENTRY = "streamlit_app.py"  # a file and no package, which import-linter does not read
PACKAGES = ("face_mesh", "simulate", "ui", "training", "benchmarks")
NEURAL = {"torch", "diffusers"}
NOT_FROM_THE_ENTRY = {"training", "benchmarks", "tests", *NEURAL}
NOT_IN_A_SCREEN = {"numpy", "cv2", "torch", "mediapipe"}
MAY_REMAP = {"simulate/geometry/warp.py"}
# Names of jobs, of what is loaded when it is first asked for, and of packages that may be missing.
MAY_IMPORT_BY_NAME = {
    "face_mesh/isolation/worker.py",
    "simulate/__init__.py",
    "simulate/inpaint/hub_model.py",
}

Rule = Callable[[Path], list[str]]


def sources(root: Path, *parts: str) -> Iterator[tuple[str, ast.Module]]:
    """The posix path under `root` and the parsed source of every Python file of `parts`."""
    for part in parts:
        top = root / part
        for path in [top] if top.is_file() else sorted(top.rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_bytes())


def imported(tree: ast.Module) -> set[str]:
    """The top-level names of all that the file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module or "")
    return {module.split(".")[0] for module in found}


def callee(node: ast.Call) -> str:
    """The last name of what is called: `remap` for `cv2.remap(...)`."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def imports_by_name(root: Path) -> list[str]:
    """What is imported by a text, which no tool follows."""
    return [
        f"{name} imports by name"
        for name, tree in sources(root, *PACKAGES, ENTRY)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and callee(node) in {"import_module", "__import__"}
        if name not in MAY_IMPORT_BY_NAME
    ]


def thick_entry(root: Path) -> list[str]:
    return [
        f"{name} imports {module}"
        for name, tree in sources(root, ENTRY)
        for module in sorted(imported(tree) & NOT_FROM_THE_ENTRY)
    ]


def thick_screens(root: Path) -> list[str]:
    broken = []
    for name, tree in sources(root, "ui/screens"):
        broken += [f"{name} imports {m}" for m in sorted(imported(tree) & NOT_IN_A_SCREEN)]
        nodes = ast.walk(tree)
        broken += [f"{name} defines {n.name}" for n in nodes if isinstance(n, ast.ClassDef)]
    return broken


def uses_remap(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "remap" for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr == "remap"


def remap_elsewhere(root: Path) -> list[str]:
    return [
        f"{name} uses remap"
        for name, tree in sources(root, "face_mesh", "simulate", "ui", "training", ENTRY)
        if name not in MAY_REMAP and any(map(uses_remap, ast.walk(tree)))
    ]


RULES: list[Rule] = [imports_by_name, thick_entry, thick_screens, remap_elsewhere]


@pytest.mark.parametrize("rule", RULES)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


def test_the_rules_look_at_the_product() -> None:
    seen = {name for name, _ in sources(ROOT, *PACKAGES, ENTRY)}
    assert {"face_mesh/__init__.py", "simulate/__init__.py", "ui/app/router.py", ENTRY} <= seen
    assert any(name.startswith("ui/screens/") for name in seen)
    assert seen >= MAY_REMAP | MAY_IMPORT_BY_NAME


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (imports_by_name, "simulate/plan/plan.py", "import importlib\nimportlib.import_module(a)"),
        (imports_by_name, ENTRY, "__import__('torch')"),
        (thick_entry, ENTRY, "from benchmarks import visitor"),
        (thick_entry, ENTRY, "def late():\n    import torch.nn as nn"),
        (thick_screens, "ui/screens/compare.py", "import numpy as np"),
        (thick_screens, "ui/screens/deep/compare.py", "from mediapipe import tasks"),
        (thick_screens, "ui/screens/compare.py", "class State: ..."),
        (remap_elsewhere, "simulate/composite.py", "import cv2 as c\nc.remap(a, b, None, 1)"),
        (remap_elsewhere, "ui/compute/faces.py", "from cv2 import remap"),
        (remap_elsewhere, "simulate/skin/warp.py", "import cv2\nf = cv2.remap"),
    ],
)
def test_each_rule_sees_a_break(tmp_path: Path, rule: Rule, name: str, source: str) -> None:
    write(tmp_path, name, source)
    (sentence,) = rule(tmp_path)
    assert sentence.startswith(name)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("simulate/geometry/warp.py", "import cv2\ncv2.remap(a, b, None, 1)"),
        ("simulate/inpaint/hub_model.py", "from importlib import import_module\nimport_module(a)"),
        ("ui/screens/compare.py", "import streamlit as st\nfrom simulate import simulate"),
        (ENTRY, "import streamlit as st\nfrom ui.server.security_headers import PrivateHeaders"),
    ],
)
def test_no_rule_minds_what_is_allowed(tmp_path: Path, name: str, source: str) -> None:
    write(tmp_path, name, source)
    assert [sentence for rule in RULES for sentence in rule(tmp_path)] == []


def broken_contracts(folder: Path) -> set[str]:
    """The ids of the contracts of the pyproject.toml of `folder` that its packages break."""
    options = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["importlinter"]
    names = {one["name"]: one["id"] for one in options["contracts"]}
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},  # so that no line with a name is broken
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = done.stdout.splitlines()
    kept = {id_ for name, id_ in names.items() if any(f"{name} KEPT" in line for line in lines)}
    broken = {id_ for name, id_ in names.items() if any(f"{name} BROKEN" in line for line in lines)}
    assert kept | broken == set(names.values()), done.stdout + done.stderr
    return broken


def test_the_product_keeps_its_contracts() -> None:
    assert broken_contracts(ROOT) == set()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source of all packages, to be broken."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            write(folder, path.relative_to(ROOT).as_posix(), path.read_text())
    return folder


@pytest.mark.parametrize(
    ("contract", "name", "source"),
    [
        ("packages", "face_mesh/arrays.py", "import simulate"),
        ("packages", "simulate/progress.py", "def late():\n    from ui import text"),
        ("packages", "benchmarks/geometry.py", "import ui.compute.faces"),
        ("beside", "simulate/plan/plan.py", "from tests.helpers import ROOT"),
        ("face_mesh", "face_mesh/face.py", "from face_mesh import quality"),
        ("face_mesh", "face_mesh/a_new_room.py", ""),
        ("simulate", "simulate/geometry/warp.py", "from simulate.shading import light"),
        ("simulate", "simulate/provenance/png_metadata.py", "import simulate.export.comparison"),
        ("ui", "ui/compute/faces.py", "from ui.planner import retouch"),
        ("ui", "ui/results/view_switch.py", "from ui.screens import about"),
        ("circles", "simulate/geometry/volume.py", "from simulate.geometry import operators"),
        ("circles", "ui/components/viewer/viewer.py", "from ui.components import player"),
        ("streamlit", "simulate/progress.py", "import streamlit as st"),
        ("streamlit", "benchmarks/geometry.py", "import streamlit"),
        ("networks", "simulate/inpaint/embedded.py", "def late():\n    import torch.nn as nn"),
        ("networks", "ui/compute/faces.py", "if True:\n    from diffusers import UNet2DModel"),
    ],
)
def test_each_contract_sees_a_break(copy: Path, contract: str, name: str, source: str) -> None:
    path = copy / name
    before = path.read_text() if path.exists() else None
    write(copy, name, f"{before or ''}\n{source}\n")
    try:
        assert contract in broken_contracts(copy)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)


def write(root: Path, name: str, source: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def loaded_by(statement: str, folder: Path) -> set[str]:
    """The heavy modules that a fresh Python in `folder` holds after `statement`."""
    code = f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return (NEURAL | {"streamlit"}) & set(done.stdout.split())


def test_importing_the_product_loads_nothing_heavy() -> None:
    statement = "import simulate.command_line.command, simulate.outcome.pipeline, face_mesh"
    assert loaded_by(statement, ROOT) == set()


def test_a_heavy_import_would_be_seen(tmp_path: Path) -> None:
    write(tmp_path, "torch.py", "")
    write(tmp_path, "simulate.py", "import torch")
    assert loaded_by("import simulate", tmp_path) == {"torch"}
