"""What painted skin costs: ours beside a big model's steps and a cubic remap, in one run.

    python -m benchmarks.skin [PHOTO] [--rounds 5] [--no-peer] [--short]

The task is both crow's feet of a 1350 x 1350 photo: found, painted, read again, blended. The peer
is the U-Net of Stable Diffusion 1.5 inpainting (860 million parameters, random weights: what it
paints does not matter for how long it takes) at 512 px, three of the 40 or more forwards that a
guided fill of 20 steps needs, without its autoencoder. Rounds alternate, so that a busy machine
slows both; trust the ratios. With --short the peer is a toy of the same make.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import ROOT, SIDE_PX, default_photo, options, parse, resized, save
from benchmarks.geometry import medians_ms
from face_mesh import Face, measure_face, open_photo
from simulate import Plan, Treatment, procedures, simulate

NAME = "crows_feet_toxin"
PEER_STEPS = 3
# The published configuration of the inpainting U-Net; what is not named is diffusers' default.
PEER = {
    "sample_size": 64,
    "in_channels": 9,
    "out_channels": 4,
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
}
TOY = {"block_out_channels": (32, 32, 32, 32), "layers_per_block": 1}  # in place of the default
TOY_SIDE = 16  # of the latent picture; 64 otherwise
_RUN = """
import resource, sys
from face_mesh import measure_face, open_photo
from simulate import Plan, simulate
face = measure_face(open_photo(sys.argv[1]))
simulate(face, Plan.parse(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "torch" in sys.modules)
"""


def plan(dose: float) -> Plan:
    """Return crow's feet on both sides."""
    return Plan((Treatment(NAME, dose),))


def paint(face: Face) -> None:
    """Paint both crow's feet of a face of which nothing is known yet but its landmarks."""
    simulate(replace(face, workspace={}), plan(procedures()[NAME].dose.usual))


def peer_steps(*, toy: bool) -> float:
    """Return ms of three forwards of the peer's U-Net, bf16, one picture, in this process."""
    import torch
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        net = UNet2DConditionModel(**(PEER | TOY if toy else PEER))
    net = net.to_empty(device="cpu").to(torch.bfloat16).eval()
    with torch.inference_mode():
        for parameter in net.parameters():
            parameter.normal_(0.0, 0.02)
        side = peer_side(toy)
        noisy = torch.randn(1, 9, side, side, dtype=torch.bfloat16)
        words = torch.randn(1, 77, 768, dtype=torch.bfloat16)
        net(noisy, 999, words)
        start = time.perf_counter()
        for step in (999, 666, 333):
            net(noisy, step, words)
        return 1e3 * (time.perf_counter() - start)


def peer_side(toy: bool) -> int:
    """Return the side of the peer's latent picture, an eighth of that of the picture."""
    return TOY_SIDE if toy else 64


def memory_mb(photo: Path, treat: str) -> tuple[float, bool]:
    """Return the peak memory of a new process that simulates, and whether it loaded torch."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(photo), treat],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    peak, loaded = done.stdout.split()
    return float(peak), loaded == "True"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = options(__doc__)
    parser.add_argument("photo", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--no-peer", action="store_true", help="leave the large U-Net out")
    asked = parse(parser, arguments)
    what, photo = default_photo(short=asked.short)
    if asked.photo:
        what, photo = "the photo given", open_photo(asked.photo)
    if not asked.short:
        photo = resized(photo, SIDE_PX / max(photo.image.shape))
    face = measure_face(photo)
    print(f"{what}, {photo.width} x {photo.height}")

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "photo.png"
        save(file, photo.image)
        for treat in (f"{NAME}=24", "lip_filler=1"):
            peak, loaded = memory_mb(file, treat)
            print(f"  {treat:24s} peak memory {peak:6.0f} MB, torch loaded: {loaded}")

    begun = time.perf_counter()
    paint(face)
    first_ms = 1e3 * (time.perf_counter() - begun)
    print(f"  first fill of the process, with loading {first_ms:5.0f} ms")
    ours, theirs = [], []
    for _ in range(asked.rounds or (1 if asked.short else 5)):
        begun = time.perf_counter()
        paint(face)
        ours.append(1e3 * (time.perf_counter() - begun))
        if not asked.no_peer:
            theirs.append(peer_steps(toy=asked.short))
    print(f"  both crow's feet, face new            {np.median(ours):7.0f} ms")
    if theirs:
        ratio = np.median(theirs) / np.median(ours)
        what = f"{PEER_STEPS} U-Net steps at {8 * peer_side(asked.short)} px"
        print(f"  {what:37s} {np.median(theirs):7.0f} ms")
        print(f"  ours is {ratio:.1f} times as fast")

    simulate(face, plan(24.0))
    doses = (1.0 + 22.0 * (n % 89) / 89 for n in count())
    y, x = np.mgrid[: photo.height, : photo.width].astype(np.float32)
    xy = np.dstack([x + 0.3, y])
    spent = medians_ms(
        {
            "new dose to picture": lambda: simulate(face, plan(next(doses))),
            "cubic remap": lambda: cv2.remap(
                photo.image, xy, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            ),
        },
        1 if asked.short else 9,
    )
    for name, ms in spent.items():
        print(f"  {name:36s} {ms:8.1f} ms")
    print(f"  ratio {spent['new dose to picture'] / spent['cubic remap']:.2f}")
    print(
        f"  peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
