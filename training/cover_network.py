"""The networks that tell covers and glasses, in torch; the product runs them as ONNX files."""

from __future__ import annotations

import torch
from torch import nn


class CoverNetwork(nn.Module):
    """A map of what is covered, and two marks of the whole: glasses, upside down.

    Convolutions with growing gaps see the whole face at a quarter of its size: an absent mouth is
    told by where it should be. Its mark of glasses helped it to learn; the product asks
    `glasses_network`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(3, 16, 5, 2, 2), nn.ReLU()),
            *(nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()),
            *(nn.Conv2d(32, 32, 3, 1, 1), nn.ReLU()),
            *(nn.Conv2d(32, 40, 3, 1, 2, 2), nn.ReLU()),
            *(nn.Conv2d(40, 40, 3, 1, 4, 4), nn.ReLU()),
            *(nn.Conv2d(40, 40, 3, 1, 8, 8), nn.ReLU()),
        )
        self.cover = nn.Conv2d(40, 1, 1)
        self.whole = nn.Sequential(
            *(nn.Conv2d(40, 48, 3, 2, 1), nn.ReLU()),
            *(nn.AvgPool2d(3), nn.Flatten(), nn.Dropout(0.2)),
            *(nn.Linear(48 * 36, 32), nn.ReLU()),
            nn.Linear(32, 2),
        )

    def forward(self, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits of covered cells (N, S / 4, S / 4) and of glasses and upside down (N, 2).

        Args:
            seen: (N, 3, S, S) float32, `face_mesh.covers.face_crop.input_of` of crops.
        """
        features = self.body(seen)
        return self.cover(features)[:, 0], self.whole(features)


def glasses_network() -> nn.Sequential:
    """Return the network from bands about the eyes, (N, 3, 56, 128), to a logit of glasses."""
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 5, 2, 2), nn.ReLU()),
        *(nn.Conv2d(16, 24, 3, 1, 1), nn.ReLU()),
        *(nn.Conv2d(24, 32, 3, 2, 1), nn.ReLU()),
        *(nn.Conv2d(32, 32, 3, 1, 1), nn.ReLU()),
        *(nn.Conv2d(32, 48, 3, 2, 1), nn.ReLU()),
        *(nn.Conv2d(48, 48, 3, 1, 1), nn.ReLU()),
        *(nn.Conv2d(48, 24, 1), nn.ReLU()),
        *(nn.Flatten(), nn.Dropout(0.3)),
        *(nn.Linear(24 * 16 * 7, 32), nn.ReLU()),
        nn.Linear(32, 1),
    )
