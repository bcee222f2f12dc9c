"""The weights of the skin model: where they lie, and that they are the ones that were tested."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from face_mesh.errors import EngineError
from simulate.inpaint.network import load_network
from simulate.inpaint.out_of_memory import out_of_memory

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FILE = Path(__file__).with_name("weights") / "skin.onnx"
SHA256 = "b84666b7b74a093fef807f81930156b1f31641ecea3dc07b531fa91332d6d8a1"

_LOADING = threading.Lock()


def model() -> InferenceSession:
    """Return the network with its trained weights, loaded once a process.

    Raises:
        EngineError: the file is missing or is not the tested one.
        RuntimeError, ImportError: memory ran out, or the library that runs it cannot be loaded.
    """
    with _LOADING:
        return _loaded(FILE)


@lru_cache(maxsize=1)
def _loaded(path: Path) -> InferenceSession:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EngineError(
            "The skin model is missing from this installation; install Beforehand again."
        ) from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise EngineError(
            "The skin model is damaged or not the tested one; install Beforehand again."
        )
    try:
        return load_network(data)
    except RuntimeError as error:
        if out_of_memory(error):
            raise
        raise EngineError("The skin model cannot be read; install Beforehand again.") from error
