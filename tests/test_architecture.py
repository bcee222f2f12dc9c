"""Who may import whom, read from the source of every file; and what starting up may not load.

A rule is a function from a folder to sentences, one a violation. Each is also tried on a made-up
folder that breaks it, so that none of them can pass by looking at nothing.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

ENTRY = "streamlit_app.py"
CODE = ("face_mesh", "simulate", "ui", "training", "benchmarks", ENTRY)

# What a part may not import: everything above it. Tests stand outside and may import anything.
FORBIDDEN = {
    "face_mesh": {"simulate", "ui", "training", "benchmarks", "tests", "streamlit_app"},
    "simulate": {"ui", "training", "benchmarks", "tests", "streamlit_app"},
    "ui": {"training", "benchmarks", "tests", "streamlit_app"},
    "training": {"ui", "benchmarks", "tests", "streamlit_app"},
    "benchmarks": {"ui", "training", "tests", "streamlit_app"},
    ENTRY: {"training", "benchmarks", "tests"},
}
NEURAL = {"torch", "diffusers"}
# Models of others are read by diffusers, ours is trained by torch and run without it; the last
# measures how long a network of somebody else takes beside ours.
MAY_LOAD_NETWORKS = (
    "simulate/inpaint/hub.py",
    "simulate/inpaint/hub_model.py",
    "training/",
    "benchmarks/skin.py",
)
MAY_SPEAK_STREAMLIT = {"benchmarks/visitor.py"}  # plays the browser's part, which the page ends at
NOT_IN_A_SCREEN = {"numpy", "cv2", "torch", "mediapipe"}
MAY_REMAP = {"simulate/geometry/warp.py"}

Rule = Callable[[Path], list[str]]


def sources(root: Path, *parts: str) -> Iterator[tuple[str, ast.Module]]:
    """The posix path under `root` and the parsed source of every Python file of `parts`."""
    for part in parts:
        top = root / part
        for path in [top] if top.is_file() else sorted(top.rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_bytes())


def imported(name: str, tree: ast.Module) -> set[str]:
    """The top-level names of all that the file imports, anywhere in it and by any spelling."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= import_from(name, node)
        elif isinstance(node, ast.Call) and callee(node) in {"import_module", "__import__"}:
            found |= {str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    return {module.split(".")[0] for module in found}


def import_from(name: str, node: ast.ImportFrom) -> set[str]:
    """The modules a `from` statement may mean; a relative one is resolved against its file."""
    if not node.level:
        return {node.module or ""}
    package = name.split("/")[: -node.level]
    if package:
        return {package[0]}
    return {node.module} if node.module else {alias.name for alias in node.names}


def callee(node: ast.Call) -> str:
    """The last name of what is called: `remap` for `cv2.remap(...)`."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def imports_of(root: Path, *parts: str) -> Iterator[tuple[str, set[str]]]:
    """The path and the imported top-level names of every file of `parts`."""
    for name, tree in sources(root, *parts):
        yield name, imported(name, tree)


def upward_imports(root: Path) -> list[str]:
    return [
        f"{name} imports {module}"
        for part, forbidden in FORBIDDEN.items()
        for name, modules in imports_of(root, part)
        for module in sorted(modules & forbidden)
    ]


def streamlit_outside_ui(root: Path) -> list[str]:
    below = [part for part in CODE if part not in {"ui", ENTRY}]
    return [
        f"{name} imports streamlit"
        for name, modules in imports_of(root, *below)
        if "streamlit" in modules and name not in MAY_SPEAK_STREAMLIT
    ]


def neural_outside_skin(root: Path) -> list[str]:
    return [
        f"{name} imports {module}"
        for name, modules in imports_of(root, *CODE)
        for module in sorted(modules & NEURAL)
        if not name.startswith(MAY_LOAD_NETWORKS)
    ]


def thick_screens(root: Path) -> list[str]:
    broken = []
    for name, tree in sources(root, "ui/screens"):
        broken += [f"{name} imports {m}" for m in sorted(imported(name, tree) & NOT_IN_A_SCREEN)]
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


RULES: list[Rule] = [
    upward_imports,
    streamlit_outside_ui,
    neural_outside_skin,
    thick_screens,
    remap_elsewhere,
]


@pytest.mark.parametrize("rule", RULES)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


def test_the_rules_look_at_the_product() -> None:
    seen = {name for name, _ in sources(ROOT, *CODE)}
    assert {"face_mesh/__init__.py", "simulate/__init__.py", "ui/app/router.py", ENTRY} <= seen
    assert any(name.startswith("ui/screens/") for name in seen)
    assert seen >= MAY_REMAP


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (upward_imports, "face_mesh/mesh.py", "import simulate"),
        (upward_imports, "face_mesh/mesh.py", "from ui.state.session import start"),
        (upward_imports, "simulate/plan/plan.py", "def late():\n    from ui import session"),
        (upward_imports, "simulate/geometry/basis.py", "from ...ui import session"),
        (upward_imports, "simulate/geometry/basis.py", "from ... import ui"),
        (
            upward_imports,
            "simulate/plan/plan.py",
            "import importlib\nimportlib.import_module('ui.compute.run')",
        ),
        (upward_imports, "simulate/plan/plan.py", "from tests.helpers import ROOT"),
        (upward_imports, "benchmarks/geometry.py", "import ui.compute.run"),
        (streamlit_outside_ui, "simulate/outcome/outcome.py", "import streamlit as st"),
        (streamlit_outside_ui, "benchmarks/geometry.py", "import streamlit as st"),
        (streamlit_outside_ui, "face_mesh/a/b.py", "from streamlit.runtime import Runtime"),
        (neural_outside_skin, "simulate/engines.py", "import torch.nn as nn"),
        (neural_outside_skin, "simulate/inpaint/embedded.py", "def late():\n    import torch"),
        (neural_outside_skin, "simulate/skin/hubs.py", "import diffusers"),
        (
            neural_outside_skin,
            "ui/compute/run.py",
            "if True:\n    from diffusers import UNet2DModel",
        ),
        (neural_outside_skin, ENTRY, "__import__('torch')"),
        (thick_screens, "ui/screens/compare.py", "import numpy as np"),
        (thick_screens, "ui/screens/deep/compare.py", "from mediapipe import tasks"),
        (thick_screens, "ui/screens/compare.py", "class State: ..."),
        (remap_elsewhere, "simulate/composite.py", "import cv2 as c\nc.remap(a, b, None, 1)"),
        (remap_elsewhere, "ui/compute/run.py", "from cv2 import remap"),
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
        ("face_mesh/mesh.py", "from . import arrays\nfrom .arrays import Rgb\nimport uimport"),
        ("simulate/geometry/warp.py", "import cv2\ncv2.remap(a, b, None, 1)"),
        ("simulate/geometry/basis.py", "from ..plan import Plan\nfrom face_mesh import Face"),
        ("simulate/inpaint/hub_model.py", "import torch"),
        ("training/network.py", "import torch"),
        ("ui/screens/compare.py", "import streamlit as st\nfrom simulate import simulate"),
        (ENTRY, "import streamlit as st\nfrom ui.server.security_headers import PrivateHeaders"),
    ],
)
def test_no_rule_minds_what_is_allowed(tmp_path: Path, name: str, source: str) -> None:
    write(tmp_path, name, source)
    assert [sentence for rule in RULES for sentence in rule(tmp_path)] == []


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
