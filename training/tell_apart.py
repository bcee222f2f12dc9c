"""How well a small classifier tells filled skin from real: one trained for each way of filling.

All have the same architecture, the same seeds, the same patches and the same number of steps, are
trained on people the skin model was trained on, and tested on people that neither saw. A classifier
sees the patch and the mask, for real skin as for filled, so it knows where to look.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import rankdata
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from face_mesh.arrays import Bool, Rgb
from training.fills import WAYS
from training.patches import Case

SIDE_PX = 48
SEEDS = (0, 1)  # of the first weights and the order; figures are the mean over them
STEPS = 250
BATCH = 64
RATE = 2e-3
CONTRAST = 8.0  # of what a classifier sees, around the mean of the patch
RESAMPLES = 400  # of the people, for an interval

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """How well one way of filling is told from real skin.

    Attributes:
        way: of filling.
        auc: area under the ROC curve on held-out people, mean over `SEEDS`; 0.5 is not at all.
        low, high: 95 % interval over people.
        groups: the same by group of people.
        trained_on, tested_on: patches, each once real and once filled.
    """

    way: str
    auc: float
    low: float
    high: float
    groups: dict[str, float]
    trained_on: int
    tested_on: int

    def as_json(self) -> dict[str, object]:
        """Return plain values, rounded."""
        return {
            **asdict(self),
            "auc": round(self.auc, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "groups": {name: round(auc, 4) for name, auc in self.groups.items()},
            "seeds": list(SEEDS),
        }


def told_apart(way: str, learnt: list[Case], tested: list[Case], seed: int) -> Told:
    """Train classifiers on some people's patches and test them on others'."""
    train = _pairs(learnt, [WAYS[way](case, seed + i) for i, case in enumerate(learnt)])
    test = _pairs(tested, [WAYS[way](case, seed + i) for i, case in enumerate(tested)])
    scores = [_scores(_trained(*train, one), test[0]) for one in SEEDS]
    people = np.array([case.person for case in tested])
    groups = np.array([case.group for case in tested])
    low, high = np.percentile(_resampled(scores, people, seed), [2.5, 97.5])
    return Told(
        way,
        _mean_auc(scores, np.arange(len(tested))),
        float(low),
        float(high),
        {str(g): _mean_auc(scores, np.flatnonzero(groups == g)) for g in np.unique(groups)},
        len(learnt),
        len(tested),
    )


def auc(real: Scores, filled: Scores) -> float:
    """Return how often a filled patch scores above a real one; a tie counts half."""
    ranks = rankdata(np.concatenate([filled, real]))[: len(filled)]
    least = len(filled) * (len(filled) + 1) / 2
    return float((ranks.sum() - least) / (len(filled) * len(real)))


def _mean_auc(scores: list[Scores], at: npt.NDArray[np.intp]) -> float:
    return float(np.mean([auc(one[0, at], one[1, at]) for one in scores]))


def _resampled(scores: list[Scores], people: npt.NDArray[np.str_], seed: int) -> list[float]:
    random = np.random.default_rng(seed)
    places = [np.flatnonzero(people == person) for person in np.unique(people)]
    drawn = (random.integers(len(places), size=len(places)) for _ in range(RESAMPLES))
    return [_mean_auc(scores, np.concatenate([places[i] for i in some])) for some in drawn]


def _pairs(some: list[Case], filled: list[Rgb]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (2, N, 4, s, s) patches with masks, real first, and (2, N) whether they are filled."""
    real = torch.stack([_seen(case.rgb, case.mask) for case in some])
    made = torch.stack([_seen(one, case.mask) for case, one in zip(some, filled, strict=True)])
    both = torch.stack([real, made])
    return both, torch.tensor([0.0, 1.0])[:, None].expand(2, len(some))


def _seen(rgb: Rgb, mask: Bool) -> torch.Tensor:
    """A window around the middle of the mask, at the photo's own pixels, and the mask."""
    rows, columns = np.nonzero(mask)
    y, x = (
        int(np.clip(round(float(at.mean())) - SIDE_PX // 2, 0, size - SIDE_PX))
        for at, size in ((rows, mask.shape[0]), (columns, mask.shape[1]))
    )
    window = (slice(y, y + SIDE_PX), slice(x, x + SIDE_PX))
    colour = rgb[window].astype(np.float32) / 255.0
    colour = CONTRAST * (colour - colour.mean(axis=(0, 1)))
    both = np.dstack([colour, mask[window].astype(np.float32)])
    return torch.from_numpy(np.ascontiguousarray(both.transpose(2, 0, 1)))


def classifier() -> nn.Module:
    """Return the network: four convolutions, then the mean over the window."""
    parts: list[nn.Module] = []
    for width_in, width, stride in ((4, 24, 1), (24, 32, 2), (32, 48, 2), (48, 64, 2)):
        parts += [nn.Conv2d(width_in, width, 3, stride, 1), nn.GroupNorm(8, width), nn.SiLU()]
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1))


def _trained(patches: torch.Tensor, labels: torch.Tensor, seed: int) -> nn.Module:
    random = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    net = classifier()
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
    for _ in range(STEPS):
        some = torch.randint(patches.shape[1], (BATCH // 2,), generator=random)
        batch, wanted = patches[:, some].flatten(0, 1), labels[:, some].flatten()
        batch = _turned(batch, int(torch.randint(8, (), generator=random)))
        loss = binary_cross_entropy_with_logits(net(batch)[:, 0], wanted)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        plan.step()
    return net.eval()


def _turned(batch: torch.Tensor, way: int) -> torch.Tensor:
    out = torch.rot90(batch, way % 4, (2, 3))
    return out.flip(3) if way >= 4 else out


def _scores(net: nn.Module, patches: torch.Tensor) -> Scores:
    """Return (2, N) scores of real and filled patches."""
    with torch.inference_mode():
        return np.stack([net(part)[:, 0].numpy().astype(np.float64) for part in patches])


def markdown(told: list[Told]) -> str:
    """Return a table of how well each way is told from real skin."""
    groups = list(told[0].groups)
    head = ["fill", "AUC", *(group.replace("_", " ") for group in groups)]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for one in told:
        cells = [one.way, f"{one.auc:.3f} [{one.low:.3f}, {one.high:.3f}]"]
        lines.append("| " + " | ".join(cells + [f"{one.groups[g]:.3f}" for g in groups]) + " |")
    return "\n".join(lines)
