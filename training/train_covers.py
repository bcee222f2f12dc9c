"""Trains the networks of covers and glasses: `python -m training.train_covers FACES [--minutes M]`.

`FACES` is the folder of shared portraits. Writes `covers.onnx` and `glasses.onnx` for the product
and prints their SHA-256, which `face_mesh.covers.network` checks.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from face_mesh.covers.face_crop import BAND_HEIGHT_PX, BAND_WIDTH_PX, SIZE_PX
from face_mesh.covers.network import FOLDER, INPUT, OUTPUTS
from training.cover_crops import cover_crops
from training.cover_network import CoverNetwork, glasses_network
from training.cover_samples import Crop, glasses_sample, mirrored, sample

BATCH, RATE, SMOOTH = 32, 2e-3, 0.01  # SMOOTH: of labels, a few of which may be wrong
AVERAGE = 0.01  # share of a step in the moving average that is written
DARK = 105.0  # median level of a face from which on it is drawn more often: such faces are few
OPSET = 18
Step = Callable[[], torch.Tensor]


def main() -> None:
    """Train both, one after the other, on those who are not held out."""
    parser = argparse.ArgumentParser(description="Train the networks of covers and glasses.")
    parser.add_argument("faces", type=Path)
    parser.add_argument("--minutes", type=float, default=20.0, help="of each network")
    parser.add_argument("--out", type=Path, default=FOLDER, help="default: the product's folder")
    asked = parser.parse_args()
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    crops = [crop for crop, held in cover_crops(asked.faces) if not held]
    covers = CoverNetwork()
    _train(covers, asked.minutes, lambda: _cover_loss(covers, crops, rng))
    _write(covers, (SIZE_PX, SIZE_PX), OUTPUTS, asked.out / "covers.onnx")
    glasses = glasses_network()
    upright = [crop for crop in crops if not crop.turned]
    _train(glasses, asked.minutes, lambda: _glasses_loss(glasses, upright, rng))
    _write(glasses, (BAND_HEIGHT_PX, BAND_WIDTH_PX), OUTPUTS[1:], asked.out / "glasses.onnx")


def _train(net: nn.Module, minutes: float, step: Step) -> None:
    """Train for a time and leave the moving average of the weights in the network."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=2e-4)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    start, steps = time.monotonic(), 0
    while (done := (time.monotonic() - start) / 60.0 / minutes) < 1.0:
        warm = min(1.0, steps / 30 + 0.05)
        for group in optimizer.param_groups:
            group["lr"] = RATE * warm * (0.5 * (1.0 + np.cos(np.pi * done)) + 0.01)
        net.train()
        optimizer.zero_grad()
        step().backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        steps += 1
        with torch.no_grad():
            for name, value in net.state_dict().items():
                average[name].lerp_(value, AVERAGE if steps > 300 else 0.1)
    net.load_state_dict(average)
    print(f"{steps * BATCH} samples")


def _odds(crops: list[Crop]) -> np.ndarray:
    """How often each is drawn: dark faces and real glasses more, the upside down less."""
    odds = np.array(
        [
            (0.2 if crop.turned else 1.0)
            * (2.0 if np.median(crop.rgb[100:190, 90:200].mean(axis=2)) < DARK else 1.0)
            * (2.0 if crop.glasses else 1.0)
            for crop in crops
        ]
    )
    return odds / odds.sum()


def _cover_loss(net: nn.Module, crops: list[Crop], rng: np.random.Generator) -> torch.Tensor:
    drawn = [
        sample(mirrored(crops[i]) if rng.random() < 0.5 else crops[i], rng)
        for i in rng.choice(len(crops), BATCH, p=_odds(crops))
    ]
    seen, covered, counts, classes = (
        torch.from_numpy(np.stack([getattr(one, name) for one in drawn]))
        for name in ("seen", "covered", "counts", "classes")
    )
    cells, whole = net(seen)
    twice = torch.tensor(2.0)  # a missed cover is worse than a false one at the edge of it
    of_cells = cross_entropy(cells, covered, reduction="none", pos_weight=twice) * counts
    soft = classes * (1.0 - 2.0 * SMOOTH) + SMOOTH
    of_whole = cross_entropy(whole, soft, reduction="none") * torch.tensor([0.3, 1.5])
    return 6.0 * of_cells.sum() / counts.sum() + of_whole.mean()


def _glasses_loss(net: nn.Module, crops: list[Crop], rng: np.random.Generator) -> torch.Tensor:
    worn = [crop for crop in crops if crop.glasses]
    bare = [crop for crop in crops if not crop.glasses]
    odds, drawn = _odds(bare), []
    for chance in rng.random(BATCH):  # a quarter real glasses, a third painted ones
        real = chance < 0.22
        crop = worn[rng.integers(len(worn))] if real else bare[rng.choice(len(bare), p=odds)]
        crop = mirrored(crop) if rng.random() < 0.5 else crop
        drawn.append(glasses_sample(crop, 0.22 <= chance < 0.52, rng))
    seen = torch.from_numpy(np.stack([band for band, _ in drawn]))
    truth = torch.tensor([float(has) for _, has in drawn])
    return cross_entropy(net(seen)[:, 0], truth * (1.0 - 2.0 * SMOOTH) + SMOOTH)


def _write(net: nn.Module, size: tuple[int, int], outputs: tuple[str, ...], path: Path) -> None:
    data = io.BytesIO()
    net.eval()
    torch.onnx.export(
        net,
        (torch.zeros(2, 3, *size),),
        data,
        input_names=[INPUT],
        output_names=list(outputs),
        dynamic_axes={name: {0: "n"} for name in (INPUT, *outputs)},
        opset_version=OPSET,
        dynamo=False,
    )
    path.write_bytes(data.getvalue())
    print(path.name, hashlib.sha256(data.getvalue()).hexdigest())


if __name__ == "__main__":
    main()
