"""The weights of the skin model: where they lie, and that they are the ones that were tested."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from pathlib import Path

import torch
from diffusers.models.unets.unet_2d import UNet2DModel
from safetensors import SafetensorError
from safetensors.torch import load

from face_mesh.errors import EngineError
from simulate.skin.network import network

FILE = Path(__file__).with_name("weights") / "skin.safetensors"
SHA256 = "0b7c88396dd75370ff0a5c8592245b1ac1a1f57f29e2c3ab032057c8bc295971"

_LOADING = threading.Lock()


def model() -> UNet2DModel:
    """Return the network with its trained weights, loaded once a process, in float32.

    Raises:
        EngineError: the file is missing or is not the tested one.
    """
    with _LOADING:
        return _loaded(FILE)


@lru_cache(maxsize=1)
def _loaded(path: Path) -> UNet2DModel:
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
        tensors = load(data)
    except SafetensorError as error:
        raise EngineError("The skin model cannot be read; install Beforehand again.") from error
    with torch.device("meta"):
        net = network()
    net.load_state_dict({k: v.float() for k, v in tensors.items()}, assign=True)
    return net.eval().requires_grad_(False)
