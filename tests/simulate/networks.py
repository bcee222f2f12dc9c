"""Networks for tests of the embedded engine: of the right kind, and done in a millisecond."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from simulate.inpaint.network import INPUTS, OUTPUT, TILE_PX

HIDDEN = 8
AXES = {"noisy": (3, TILE_PX, TILE_PX), "given": (6, TILE_PX, TILE_PX), "step": ()}


def tiny() -> bytes:
    """Two convolutions with random weights; what is noisier counts for less."""
    random = np.random.default_rng(0)
    first = random.normal(0, 0.2, (HIDDEN, 9, 3, 3))
    last = random.normal(0, 0.2, (3, HIDDEN, 3, 3))
    return _file(
        [
            helper.make_node("Concat", ["noisy", "given"], ["all"], axis=1),
            helper.make_node("Conv", ["all", "first"], ["hidden"], pads=[1, 1, 1, 1]),
            helper.make_node("Tanh", ["hidden"], ["bent"]),
            helper.make_node("Conv", ["bent", "last"], ["made"], pads=[1, 1, 1, 1]),
            helper.make_node("Cast", ["step"], ["time"], to=TensorProto.FLOAT),
            helper.make_node("Div", ["time", "steps"], ["share"]),
            helper.make_node("Sub", ["one", "share"], ["left"]),
            helper.make_node("Reshape", ["left", "column"], ["amount"]),
            helper.make_node("Mul", ["made", "amount"], [OUTPUT]),
        ],
        first=first.astype(np.float32),
        last=last.astype(np.float32),
        steps=np.float32(2000.0),
        one=np.float32(1.0),
        column=np.array([-1, 1, 1, 1]),
    )


def greedy() -> bytes:
    """A network that asks for more memory than any machine has."""
    return _file(
        [
            helper.make_node("Expand", ["noisy", "shape"], ["huge"]),
            helper.make_node("ReduceMean", ["huge"], ["mean"], keepdims=1),
            helper.make_node("Mul", ["noisy", "mean"], [OUTPUT]),
        ],
        shape=np.array([10**12, 1, 1, 1, 1]),
    )


def failing() -> bytes:
    """A network that can be loaded and not run."""
    return _file(
        [
            helper.make_node("Reshape", ["noisy", "shape"], ["flat"]),
            helper.make_node("Reshape", ["flat", "shape"], [OUTPUT]),
        ],
        shape=np.array([7, 7, 7, 7]),
    )


def _file(nodes: list[onnx.NodeProto], **values: np.ndarray) -> bytes:
    kinds = {"noisy": TensorProto.FLOAT, "given": TensorProto.FLOAT, "step": TensorProto.INT64}
    inputs = [helper.make_tensor_value_info(n, kinds[n], ("n", *AXES[n])) for n in INPUTS]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, None)
    held = [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]
    graph = helper.make_graph(nodes, "toy", inputs, [output], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    data: bytes = model.SerializeToString()
    return data
