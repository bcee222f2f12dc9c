"""The page as users start it, in a process that can be asked what it still holds of a photo.

A line on standard input is answered by one line of JSON that starts with ANSWER.
"""

import gc
import json
import sys
import threading

from streamlit.runtime import get_instance
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.web import cli

from face_mesh import Face, Photo
from simulate import Outcome

ANSWER = "holds: "


def held() -> dict[str, int]:
    """Counts of what must be 0 when no photo is in use."""
    gc.collect()
    things = gc.get_objects()
    kinds = (Photo, Face, Outcome, UploadedFile, UploadedFileRec)
    counts = {kind.__name__: sum(isinstance(thing, kind) for thing in things) for kind in kinds}
    media = get_instance().media_file_mgr
    return counts | {
        "downloads": len(media._file_metadata),
        "promised downloads": len(media._deferred_callables),
    }


def answer() -> None:
    for _ in sys.stdin:
        print(ANSWER + json.dumps(held()), flush=True)


if __name__ == "__main__":
    threading.Thread(target=answer, daemon=True).start()
    sys.argv = ["streamlit", "run", "streamlit_app.py", f"--server.port={sys.argv[1]}"]
    cli.main()
