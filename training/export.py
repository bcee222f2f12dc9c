"""Writes the averaged weights of a run for the product: `python -m training.export RUN [FILE]`."""

from __future__ import annotations

import argparse
import hashlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from simulate.inpaint.network import INPUTS, OUTPUT, TILE_PX
from simulate.inpaint.weights import FILE
from training.network import CHANNELS_IN, CHANNELS_OUT, network, predict

if TYPE_CHECKING:
    from diffusers.models.unets.unet_2d import UNet2DModel

MOST_BYTES = 25_000_000  # that the repository takes
# Of the operators in the file: the newest in which the normalisation of groups is taken apart, as
# the runtime has no quick way of its own for all of it (measured: 98 against 118 ms a batch).
OPSET = 20


def main() -> None:
    """Write the file and print its SHA-256, which `simulate.inpaint.weights` checks."""
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
    """Return the network with the moving average of a checkpoint, as `onnx_of` does."""
    state = torch.load(checkpoint, weights_only=False)
    net = network()
    # The average is a list in the order of the parameters; the network has no buffers.
    for parameter, value in zip(net.parameters(), state["average"]["shadow_params"], strict=True):
        parameter.data = value
    return onnx_of(net)


def onnx_of(net: UNet2DModel) -> bytes:
    """Return a network as an ONNX file: parameters by their names in float16, all else in float32.

    The runtime makes them float32 when it loads the file, and works in that.
    """
    model = _traced(net)
    names = {f"net.{name}": name for name in net.state_dict()}
    casts = []
    for tensor in model.graph.initializer:
        if tensor.name in names:
            name = names[tensor.name]
            casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
            half = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, name))
    for i, cast in enumerate(casts):
        model.graph.node.insert(i, cast)
    _without_remarks(model)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


class _Predicting(torch.nn.Module):
    def __init__(self, net: UNet2DModel) -> None:
        super().__init__()
        self.net = net

    def forward(self, noisy: torch.Tensor, given: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
        return predict(self.net, noisy, given, step)


def _traced(net: UNet2DModel) -> onnx.ModelProto:
    tiles = {0: torch.export.Dim("tiles", min=1)}
    like = (
        torch.zeros(3, CHANNELS_OUT, TILE_PX, TILE_PX),
        torch.zeros(3, CHANNELS_IN - CHANNELS_OUT, TILE_PX, TILE_PX),
        torch.zeros(3, dtype=torch.int64),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own use of torch, which is pinned
        program = torch.onnx.export(
            _Predicting(net).eval(),
            like,
            input_names=INPUTS,
            output_names=(OUTPUT,),
            dynamic_shapes=(tiles, tiles, tiles),
            opset_version=OPSET,
            dynamo=True,
            optimize=False,  # keeps parameters whole and by name; the runtime does it at loading
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def _without_remarks(model: onnx.ModelProto) -> None:
    """Drop where in which source each part came from: a path of whoever exports it."""
    graph = model.graph
    del graph.value_info[:]
    parts = (graph.node, graph.input, graph.output, graph.initializer)
    for one in (model, graph, *(one for part in parts for one in part)):
        del one.metadata_props[:]
        one.doc_string = ""


if __name__ == "__main__":
    main()
