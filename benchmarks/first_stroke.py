"""How long a fresh process takes to its first stroke of painted skin, and what memory it holds.

    python -m benchmarks.first_stroke [PHOTO] [--rounds 3] [--short]

Each round starts a new Python, as the command line does: it imports, measures a face, simulates
lips (which paint nothing), then paints both crow's feet twice. --short fills a line on made-up skin
instead, which shows what the model alone costs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from benchmarks.geometry import SIDE_PX, default_photo, resized
from face_mesh import open_photo

SIDE = 160  # px, of the made-up skin
FACE = """
from face_mesh import measure_face, open_photo
from simulate import Plan, simulate
face = measure_face(open_photo(sys.argv[2]))
simulate(face, Plan.parse("lip_filler=1"))
strokes = [lambda: simulate(face, Plan.parse("crows_feet_toxin=24"))]
strokes += [lambda: (face.workspace.clear(), strokes[0]())]
"""
MADE_UP = """
import numpy as np
from simulate.skin import fill
side = int(sys.argv[2])
skin = np.random.default_rng(0).integers(110, 140, (side, side, 3), np.uint8)
strokes = 2 * [lambda: fill(skin, np.eye(side), 3.0)]
"""
ROUND = """
import json, resource, sys, time
begun = float(sys.argv[1])
{prepare}
def held_mb():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
found = {{"ready": time.time() - begun, "held before": held_mb()}}
for name, stroke in zip(("first stroke", "second stroke"), strokes):
    started = time.time()
    stroke()
    found[name] = time.time() - started
found["held after"] = held_mb()
found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(found))
"""
UNITS = {"ready": "s", "first stroke": "s", "second stroke": "s"}  # MB otherwise


def once(prepare: str, argument: str) -> dict[str, float]:
    """Return the figures of one fresh process, s and MB."""
    done = subprocess.run(
        [sys.executable, "-c", ROUND.format(prepare=prepare), str(time.time()), argument],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photo", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--short", action="store_true", help="made-up skin, no face")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare, argument = MADE_UP, str(SIDE)
        if not asked.short:
            photo = open_photo(asked.photo) if asked.photo else default_photo()[1]
            photo = resized(photo, SIDE_PX / max(photo.image.shape))
            file = Path(folder) / "photo.png"
            cv2.imwrite(str(file), cv2.cvtColor(np.asarray(photo.image), cv2.COLOR_RGB2BGR))
            prepare, argument = FACE, str(file)
        rounds = [once(prepare, argument) for _ in range(asked.rounds)]
    for name in rounds[0]:
        middle = statistics.median(one[name] for one in rounds)
        unit = UNITS.get(name, "MB")
        print(f"  {name:16s} {middle:8.{2 if unit == 's' else 0}f} {unit}")


if __name__ == "__main__":
    main()
