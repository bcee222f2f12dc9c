"""Trains the skin model: `python -m training.train --out RUN FOLDER [FOLDER ...]`.

Stops and goes on: a checkpoint is written every few minutes, and the same command resumes it.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from simulate.inpaint.network import conditions
from simulate.inpaint.schedule import NOISE_STEPS, alpha_sigma
from training.network import network, predict
from training.people import held_out, portraits
from training.samples import Batch, Feeder, Sampler

if TYPE_CHECKING:
    from diffusers.training_utils import EMAModel

KNOWN_WEIGHT = 0.1  # of the loss on kept skin: seen beside the fill, so it teaches edges
WARM_UP = 200
EMA_DECAY = 0.998


def main() -> None:
    """Train until the asked number of steps."""
    from diffusers.training_utils import EMAModel  # takes seconds

    asked = _parser().parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(asked.seed)
    people = [p for p in portraits(asked.folders, asked.out / "prepared") if not held_out(p.person)]
    print(f"{len(people)} photos of {len({p.person for p in people})} people", flush=True)
    net = network()
    average = EMAModel(net.parameters(), decay=EMA_DECAY, use_ema_warmup=True, power=0.75)
    optimiser = torch.optim.AdamW(net.parameters(), lr=asked.rate, weight_decay=0.01)
    done = _resume(asked.out, net, average, optimiser)
    feeder = Feeder(Sampler(people, asked.seed + done), asked.batch)
    began, losses = time.time(), []
    while done < asked.steps:
        for group in optimiser.param_groups:
            group["lr"] = asked.rate * _share(done, asked.steps)
        loss = _loss(net, next(feeder))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        average.step(net.parameters())
        done += 1
        losses.append(float(loss.detach()))
        if done % 50 == 0:
            mean = sum(losses[-50:]) / 50
            print(f"{done} loss {mean:.4f} {time.time() - began:.0f} s", flush=True)
        if done % asked.keep == 0 or done == asked.steps:
            _keep(asked.out, done, net, average, optimiser)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train the skin model on folders of portraits.")
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints go here")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--keep", type=int, default=250, help="steps between checkpoints")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _share(done: int, steps: int) -> float:
    """Warm up, then fall along a cosine to a fiftieth."""
    if done < WARM_UP:
        return (done + 1) / WARM_UP
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done / steps)))


def _loss(net: Any, batch: Batch) -> torch.Tensor:
    """v-prediction, on what is wanted and a little on what is kept."""
    detail, known, wanted, given = (
        torch.from_numpy(values)
        for values in (
            batch["detail"],
            batch["known"],
            batch["wanted"],
            conditions(batch["detail"], batch["known"], batch["wanted"], batch["px_per_mm"]),
        )
    )
    # Low-discrepancy times: one in each of as many equal parts, so that no batch lacks any noise.
    count = len(detail)
    times = ((torch.rand(()) + torch.arange(count) / count) % 1.0 * NOISE_STEPS).long()
    alpha, sigma = (
        torch.from_numpy(part)[:, None, None, None] for part in alpha_sigma(times.numpy())
    )
    noise = torch.randn_like(detail)
    noisy = alpha * detail + sigma * noise
    target = alpha * noise - sigma * detail
    with torch.autocast("cpu", torch.bfloat16):
        v = predict(net, noisy, given, times)
    weight = wanted + KNOWN_WEIGHT * known
    return (weight * (v - target).square()).sum() / (3 * weight.sum())


def _keep(out: Path, done: int, net: Any, average: EMAModel, optimiser: Any) -> None:
    state = {
        "done": done,
        "net": net.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    torch.save(state, out / "checkpoint.part")
    (out / "checkpoint.part").replace(out / "checkpoint.pt")
    (out / "progress.json").write_text(json.dumps({"steps": done}), encoding="utf-8")


def _resume(out: Path, net: Any, average: EMAModel, optimiser: Any) -> int:
    path = out / "checkpoint.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=False)
    net.load_state_dict(state["net"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["done"])


if __name__ == "__main__":
    main()
