"""The network that is trained, in torch; the product runs what `training.export` makes of it.

A `UNet2DModel` of diffusers on detail folded 2 by 2 (pixel unshuffle), so that 64 x 64 px of skin
cost what 32 x 32 would. Convolutions only: no attention, so that any tile size works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from simulate.inpaint.network import TILE_PX

if TYPE_CHECKING:
    from diffusers.models.unets.unet_2d import UNet2DModel

FOLD = 2
CHANNELS_IN = 3 + 3 + 1 + 1 + 1  # noisy, known, where known, where wanted, scale
CHANNELS_OUT = 3


def network() -> UNet2DModel:
    """Return the network with random weights."""
    from diffusers.models.unets.unet_2d import UNet2DModel  # seconds, which predicting needs not

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


def predict(
    net: UNet2DModel, noisy: torch.Tensor, given: torch.Tensor, step: torch.Tensor
) -> torch.Tensor:
    """Return the predicted v, (N, 3, h, w) float32, of noisy detail under `conditions`."""
    folded = pixel_unshuffle(torch.cat([noisy, given], dim=1), FOLD)
    out = net(folded, step, return_dict=False)[0]
    return pixel_shuffle(out, FOLD).float()
