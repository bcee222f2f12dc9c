"""The network that predicts detail of skin: what goes in, what comes out, and running it.

It is made and trained by torch (`training/network.py`) and run by ONNX Runtime, which is loaded in
a fifth of the time and in half of the memory. Everything is float32.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from face_mesh.onnx_runtime import CPU, load_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

TILE_PX = 64
SCALE_PX_PER_MM = 3.2  # the finest scale it was trained at; the scale channel is 0 there
COARSEST_PX_PER_MM = 1.3  # and the coarsest
INPUTS = ("noisy", "given", "step")  # what its file calls them
OUTPUT = "v"

Channels = npt.NDArray[np.float32]  # (N, channels, h, w)


def conditions(
    detail: Channels, source: Channels, target: Channels, px_per_mm: npt.NDArray[np.float32]
) -> Channels:
    """Return what stays the same over all steps, (N, 6, h, w).

    Args:
        detail: (N, 3, h, w) standardised detail; only its known part is used.
        source: (N, 1, h, w), 1 where skin is kept.
        target: (N, 1, h, w), 1 where skin is to be made. Where both are 0 there is something else.
        px_per_mm: (N,).
    """
    octaves = np.log2(px_per_mm / np.float32(SCALE_PX_PER_MM))[:, None, None, None]
    scale = np.broadcast_to(octaves, source.shape)
    return np.concatenate([detail * source, source, target, scale], axis=1, dtype=np.float32)


def load_network(data: bytes) -> InferenceSession:
    """Return the network of a file's content, ready to run.

    Raises:
        RuntimeError: it is no such network, or memory ran out.
    """
    try:
        return load_session(data, threads=_cores(), wanted=("CUDAExecutionProvider", CPU))
    except Exception as error:  # its errors have no class in common but this one
        raise RuntimeError(str(error)) from error


def _cores() -> int:
    """Cores this process may use."""
    able = getattr(os, "sched_getaffinity", None)
    return len(able(0)) if able else os.cpu_count() or 1


def predict(net: InferenceSession, noisy: Channels, condition: Channels, step: int) -> Channels:
    """Return the predicted v, (N, 3, h, w), of noisy detail under `conditions`.

    Raises:
        RuntimeError: it failed, or memory ran out.
    """
    steps = np.full(len(noisy), step, np.int64)
    try:
        (v,) = net.run([OUTPUT], dict(zip(INPUTS, (noisy, condition, steps), strict=True)))
    except Exception as error:  # as above
        raise RuntimeError(str(error)) from error
    return np.asarray(v, np.float32)
