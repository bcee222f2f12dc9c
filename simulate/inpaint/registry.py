"""Engines by name. Each is loaded when it is first asked for, and only then."""

from __future__ import annotations

import os
import re

from face_mesh.errors import PlanError
from face_mesh.messages import Message
from simulate.inpaint.engine import Engine

EMBEDDED = "embedded"

# Read once by huggingface_hub, which comes with models of others.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
# Read once by the OpenMP of torch, which those run on. By default its threads spin while they wait
# for each other; where the cores had something else to do too (another visitor's picture), a fill
# took 20 times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def check_engine(name: str) -> None:
    """Refuse a name that no engine has, without loading any.

    Raises:
        PlanError: there is no such engine.
    """
    if name not in (EMBEDDED, "fake") and not re.fullmatch(r"hub:.+", name):
        raise PlanError(
            Message("There is no engine {name!r}; use embedded or hub:NAME.", name=name[:40])
        )


def engine(name: str) -> Engine:
    """Return an engine: "embedded", or "hub:NAME" for a local folder or a name on the hub.

    Raises:
        PlanError: there is no such engine.
    """
    check_engine(name)
    if name == EMBEDDED:
        from simulate.inpaint.embedded import EmbeddedEngine

        return EmbeddedEngine()
    if name == "fake":
        from simulate.inpaint.fake import FakeEngine

        return FakeEngine()
    from simulate.inpaint.hub import HubEngine

    return HubEngine(name.removeprefix("hub:"))
