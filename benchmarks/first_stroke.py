"""How long a fresh process takes to its first stroke of painted skin, and what memory it holds.

    python -m benchmarks.first_stroke [PHOTO] [--rounds 3] [--short] [--write]

Each round starts a new Python, as the command line does: it imports, measures a face, simulates
lips (which paint nothing), then paints both crow's feet twice. --short fills a line on made-up skin
instead, which shows what the model alone costs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import (
    ROOT,
    SIDE_PX,
    default_photo,
    markdown_table,
    options,
    parse,
    resized,
    save,
    stamp,
    write_figures,
)
from face_mesh import open_photo

SIDE = 40  # px, of the made-up skin
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
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the medians."""
    parser = options(__doc__, figures=True)
    parser.add_argument("photo", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int)
    asked = parse(parser, arguments)
    with tempfile.TemporaryDirectory() as folder:
        prepare, argument = MADE_UP, str(SIDE)
        if not asked.short:
            photo = open_photo(asked.photo) if asked.photo else default_photo()[1]
            photo = resized(photo, SIDE_PX / max(photo.image.shape))
            file = Path(folder) / "photo.png"
            save(file, photo.image)
            prepare, argument = FACE, str(file)
        count = asked.rounds or (1 if asked.short else 3)
        rounds = [once(prepare, argument) for _ in range(count)]
    rows = []
    for name in rounds[0]:
        middle = statistics.median(one[name] for one in rounds)
        unit = UNITS.get(name, "MB")
        value = f"{middle:.{2 if unit == 's' else 0}f}"
        print(f"  {name:16s} {value:>8s} {unit}")
        rows.append((name, f"{value} {unit}"))
    figures = stamp(timed=True) + "\n" + markdown_table(("from a fresh start", "median"), rows)
    write_figures(asked.write, "first_stroke", {"": figures})


if __name__ == "__main__":
    main()
