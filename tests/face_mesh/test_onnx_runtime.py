"""The runtime of the networks reports to nobody and leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT

# Under these it is silent by itself, as on the machines of a CI.
SILENT = ("CI", "TF_BUILD", "GITHUB_ACTIONS", "ORT_RUNNING_UNIT_TESTS", "ORT_DISABLE_TELEMETRY")
RUN = "import {}, onnxruntime"


def left_by(code: str, folder: Path) -> list[str]:
    """The files that a program leaves in its temporary folder and in the home of its user."""
    env = {name: value for name, value in os.environ.items() if name not in SILENT}
    env |= {"TMPDIR": str(folder), "HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_loading_it_gives_the_machine_no_name(tmp_path: Path) -> None:
    assert left_by(RUN.format("face_mesh"), tmp_path) == []
    assert left_by(RUN.format("simulate.inpaint.network"), tmp_path) == []
    code = "from face_mesh.covers.network import _session; _session('glasses')"
    assert left_by(code, tmp_path) == []
