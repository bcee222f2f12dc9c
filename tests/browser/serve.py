"""The page as users start it, in a process that can be asked what it still holds of a photo.

Each line on standard input is answered by one line of JSON that starts with ANSWER: a question mark
by what is held, a number by how many steps of painting skin were taken so far. From now on each of
those takes that many seconds, as does each step of a film or range; a number below 0 breaks the
engine. It is one that needs no model and is used only in tests.

How often the server looks after what is let go, and how long a file stays that was fetched, can be
set by the environment: SWEEP_SECONDS, FETCHED_SECONDS.
"""

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from streamlit.runtime import get_instance
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.web import cli

from face_mesh import EngineError, Face, Photo
from simulate import Outcome
from simulate.inpaint.engine import Fill, Step
from simulate.inpaint.fake import FakeEngine
from simulate.skin.treated_patch import TreatedPatch
from ui.compute import files
from ui.server import media_access, memory_cleanup

ANSWER = "holds: "
BROKEN = "The skin model is damaged; install Beforehand again."


SHEET_STEPS = 20  # more that a film or range takes where it is slowed down


@dataclass
class Pace:
    """How fast skin is painted."""

    seconds: float = 0.0
    steps: int = 0


PACE = Pace()


def held() -> dict[str, int]:
    """Counts of what must be 0 when no photo is in use."""
    gc.collect()
    things = gc.get_objects()
    kinds = (Photo, Face, Outcome, TreatedPatch, UploadedFile, UploadedFileRec)
    counts = {kind.__name__: sum(isinstance(thing, kind) for thing in things) for kind in kinds}
    # What the guided camera sends; the portraits that anybody may see are kept under other keys.
    frames = {
        id(value)
        for thing in things
        if type(thing) is dict
        for key, value in list(thing.items())
        if isinstance(key, str) and isinstance(value, str)
        if value.startswith("data:image/jpeg;base64,")
    }
    counts["camera frames"] = len(frames)
    media = get_instance().media_file_mgr
    return counts | {
        "downloads": len(media._file_metadata) + len(media_access.SHELF),
        "promised downloads": len(media._deferred_callables),
    }


def answer() -> None:
    for line in sys.stdin:
        if line.strip() != "?":
            PACE.seconds = float(line)
        said = held() if line.strip() == "?" else PACE.steps
        print(ANSWER + json.dumps(said), flush=True)


def slow_down() -> None:
    """Let each step take as long as was asked for, and those of painting be counted."""
    quick, at_once = FakeEngine.steps, files.sheet

    def steps(self: FakeEngine, request: Fill) -> Iterator[Step]:
        for step in quick(self, request):
            if PACE.seconds < 0:
                raise EngineError(BROKEN)
            time.sleep(PACE.seconds)
            PACE.steps += 1
            yield step

    def sheet(*of: Any) -> Generator[float, None, files.Sheet]:
        for _ in range(SHEET_STEPS if PACE.seconds > 0 else 0):  # of painted skin it has hardly any
            time.sleep(PACE.seconds)
            yield 0.0
        with closing(at_once(*of)) as working:
            while True:
                try:
                    share = next(working)
                except StopIteration as end:
                    return end.value
                time.sleep(max(PACE.seconds, 0.0))
                yield share

    FakeEngine.steps, files.sheet = steps, sheet


def hurry() -> None:
    """Shorten the times that the environment names."""
    for module, name in ((memory_cleanup, "SWEEP_SECONDS"), (media_access, "FETCHED_SECONDS")):
        if name in os.environ:
            setattr(module, name, float(os.environ[name]))


if __name__ == "__main__":
    os.environ.setdefault("BEFOREHAND_SKIN_ENGINE", "fake")
    slow_down()
    hurry()
    threading.Thread(target=answer, daemon=True).start()
    sys.argv = ["streamlit", "run", "streamlit_app.py", f"--server.port={sys.argv[1]}"]
    cli.main()
