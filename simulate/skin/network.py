"""The network that predicts detail of skin: what goes in, what comes out, and its weights.

A `UNet2DModel` of diffusers on detail folded 2 by 2 (pixel unshuffle), so that 64 x 64 px of skin
cost what 32 x 32 would. Convolutions only: no attention, so that any tile size works.
"""

from __future__ import annotations

import torch
from diffusers.models.unets.unet_2d import UNet2DModel
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

TILE_PX = 64
FOLD = 2
CHANNELS_IN = 3 + 3 + 1 + 1 + 1  # noisy, known, where known, where wanted, scale
CHANNELS_OUT = 3
SCALE_PX_PER_MM = 3.2  # the finest scale it was trained at; the scale channel is 0 there
COARSEST_PX_PER_MM = 1.3  # and the coarsest


def network() -> UNet2DModel:
    """Return the network with random weights."""
    net: UNet2DModel = UNet2DModel(
        sample_size=TILE_PX // FOLD,
        in_channels=CHANNELS_IN * FOLD**2,
        out_channels=CHANNELS_OUT * FOLD**2,
        down_block_types=("DownBlock2D", "DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D", "UpBlock2D"),
        block_out_channels=(64, 128, 192),
        layers_per_block=1,
        add_attention=False,
    )
    return net


def conditions(
    detail: torch.Tensor, known: torch.Tensor, wanted: torch.Tensor, px_per_mm: torch.Tensor
) -> torch.Tensor:
    """Return what stays the same over all steps, (N, 6, h, w).

    Args:
        detail: (N, 3, h, w) standardised detail; only its known part is used.
        known: (N, 1, h, w), 1 where skin is kept.
        wanted: (N, 1, h, w), 1 where skin is to be made. Where both are 0 there is something else.
        px_per_mm: (N,).
    """
    scale = torch.log2(px_per_mm / SCALE_PX_PER_MM)[:, None, None, None].expand_as(known)
    return torch.cat([detail * known, known, wanted, scale], dim=1)


def predict(
    net: UNet2DModel, noisy: torch.Tensor, given: torch.Tensor, step: torch.Tensor
) -> torch.Tensor:
    """Return the predicted v, (N, 3, h, w) float32, of noisy detail under `conditions`."""
    folded = pixel_unshuffle(torch.cat([noisy, given], dim=1), FOLD)
    out = net(folded, step, return_dict=False)[0]
    return pixel_shuffle(out, FOLD).float()
