"""Writes the averaged weights of a run for the product: `python -m training.export RUN [FILE]`."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch
from safetensors.torch import save

from simulate.skin.network import network
from simulate.skin.weights import FILE

MOST_BYTES = 25_000_000  # that the repository takes


def main() -> None:
    """Write the file and print its SHA-256, which `simulate.skin.weights` checks."""
    parser = argparse.ArgumentParser(description="Export the weights of a training run.")
    parser.add_argument("run", type=Path)
    parser.add_argument("file", type=Path, nargs="?", default=FILE, help="default: the product's")
    asked = parser.parse_args()
    data = exported(asked.run / "checkpoint.pt")
    if len(data) > MOST_BYTES:
        parser.error(f"{len(data)} bytes are more than the {MOST_BYTES} that may be committed")
    asked.file.parent.mkdir(parents=True, exist_ok=True)
    asked.file.write_bytes(data)
    print(hashlib.sha256(data).hexdigest())


def exported(checkpoint: Path) -> bytes:
    """Return the moving average of a checkpoint as float16 safetensors."""
    state = torch.load(checkpoint, weights_only=False)
    net = network()
    # The average is a list in the order of the parameters; the network has no buffers.
    for parameter, value in zip(net.parameters(), state["average"]["shadow_params"], strict=True):
        parameter.data = value
    return save({name: value.half().contiguous() for name, value in net.state_dict().items()})


if __name__ == "__main__":
    main()
