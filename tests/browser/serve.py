"""The page as users start it, in a process that can be asked what it still holds of a photo.

A question mark on standard input is answered by one line of JSON that starts with ANSWER. Any other
line is a number: the seconds that a step of painting skin takes from now on, of an engine that is
quick, needs no model, and is used only here.
"""

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator

from streamlit.runtime import get_instance
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.web import cli

from face_mesh import Face, Photo
from simulate import Outcome
from simulate.skin.engine import Fill, Step
from simulate.skin.fake import FakeEngine
from simulate.skin.treated import Treated

ANSWER = "holds: "
PACE = {"seconds": 0.0}


def held() -> dict[str, int]:
    """Counts of what must be 0 when no photo is in use."""
    gc.collect()
    things = gc.get_objects()
    kinds = (Photo, Face, Outcome, Treated, UploadedFile, UploadedFileRec)
    counts = {kind.__name__: sum(isinstance(thing, kind) for thing in things) for kind in kinds}
    media = get_instance().media_file_mgr
    return counts | {
        "downloads": len(media._file_metadata),
        "promised downloads": len(media._deferred_callables),
    }


def answer() -> None:
    for line in sys.stdin:
        if line.strip() == "?":
            print(ANSWER + json.dumps(held()), flush=True)
        else:
            PACE["seconds"] = float(line)


def slow_down() -> None:
    """Let each step of painting take as long as was asked for."""
    quick = FakeEngine.steps

    def steps(self: FakeEngine, asked: Fill) -> Iterator[Step]:
        for step in quick(self, asked):
            time.sleep(PACE["seconds"])
            yield step

    FakeEngine.steps = steps


if __name__ == "__main__":
    os.environ.setdefault("BEFOREHAND_SKIN_ENGINE", "fake")
    slow_down()
    threading.Thread(target=answer, daemon=True).start()
    sys.argv = ["streamlit", "run", "streamlit_app.py", f"--server.port={sys.argv[1]}"]
    cli.main()
