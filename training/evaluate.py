"""Evaluates the skin model on people it never saw.

`python -m training.evaluate FOLDER [FOLDER ...] --out DIR`

Fills the same patches by ours and by three classical ways, and writes to DIR: `figures.json`,
`figures.md` (the same as tables), `short.md` (those of the model card), and a sheet of pictures a
group. Bars and parts: `report.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path

import cv2
import numpy as np

from face_mesh.arrays import Rgb
from face_mesh.skin.skin_tone import tone_class
from simulate.inpaint import embedded, weights
from training.figures import FIGURES
from training.fills import WAYS
from training.patches import Case, cases
from training.people import Portrait, held_out, portraits
from training.report import BEHIND, OURS, REFERENCE, Row, as_json, markdown, short, strata
from training.sheets import sheet
from training.tell_apart import Told, told_apart
from training.tell_apart import markdown as markdown_told

ON_A_SHEET = 15  # cases: each shape three times
SHEET_WAYS = (OURS, REFERENCE, "Telea")
ANY_SCALE = float("inf")  # photos at their own scale, as the product gets them


def main() -> None:
    """Evaluate, write everything, print the tables."""
    parser = _parser()
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.weights is not None:
        _use(asked.weights)
    embedded.STEPS = asked.steps
    everybody = list(portraits(asked.folders, asked.cache or asked.out / "prepared", ANY_SCALE))
    people = [one for one in everybody if held_out(one.person)]
    if not people:
        parser.error("nobody in these folders is held out")
    some = cases(people, asked.each, asked.seed)
    filled = {name: _filled(name, some) for name in WAYS}
    found = strata(_rows(some, filled), asked.seed)
    _draw(asked.out, some, filled)
    told = _told(everybody, asked) if asked.tell_apart else []
    about = _about(asked, people, some)
    text = "\n".join([_heading(about), markdown(found), _told_text(told)])
    (asked.out / "figures.md").write_text(text, encoding="utf-8")
    (asked.out / "short.md").write_text(f"{short(found)}\n{_told_text(told)}", encoding="utf-8")
    values = {**about, "strata": as_json(found), "told_apart": [one.as_json() for one in told]}
    (asked.out / "figures.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
    print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Evaluate the skin model on held-out people.")
    parser.add_argument("folders", type=Path, nargs="+", help="of JPEGs, as for the training")
    parser.add_argument("--out", type=Path, required=True, help="figures and sheets go here")
    parser.add_argument("--weights", type=Path, help="default: the product's")
    parser.add_argument("--each", type=int, default=100, help="patches of every group")
    parser.add_argument("--steps", type=int, default=embedded.STEPS, help="of the sampler")
    parser.add_argument(
        "--tell-apart", type=int, default=80, help="patches of every group to train on; 0: skip"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="measured photos; default: DIR/prepared")
    return parser


def _use(file: Path) -> None:
    """Take other weights than the product's, whatever they are."""
    weights.FILE = file
    weights.SHA256 = hashlib.sha256(file.read_bytes()).hexdigest()


def _filled(way: str, some: list[Case]) -> list[Rgb]:
    began = time.time()
    pictures = [WAYS[way](case, seed) for seed, case in enumerate(some)]
    print(f"{way}: {(time.time() - began) / len(some):.2f} s a patch", flush=True)
    return pictures


def _rows(some: list[Case], filled: dict[str, list[Rgb]]) -> list[Row]:
    rows = []
    for i, case in enumerate(some):
        of_case = {
            way: {name: figure(case, pictures[i]) for name, (_, figure) in FIGURES.items()}
            for way, pictures in filled.items()
        }
        for way, figures in of_case.items():
            figures[BEHIND] = figures["psnr_db"] - of_case[REFERENCE]["psnr_db"]
            tone, camera = tone_class(case.ita_deg), case.person.partition("-")[0]
            rows.append(Row(way, case.group, tone, camera, case.shape, case.person, figures))
    return rows


def _draw(out: Path, some: list[Case], filled: dict[str, list[Rgb]]) -> None:
    for group in sorted({case.group for case in some}):
        at = [i for i, case in enumerate(some) if case.group == group][:ON_A_SHEET]
        columns = [(way, [filled[way][i] for i in at]) for way in SHEET_WAYS]
        picture = sheet([some[i] for i in at], columns)
        cv2.imwrite(str(out / f"{group}.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _told(everybody: list[Portrait], asked: argparse.Namespace) -> list[Told]:
    trained_on = [one for one in everybody if not held_out(one.person)]
    people = [one for one in everybody if held_out(one.person)]
    # Other patches than the figures are of, so that no seed of a fill is used twice.
    sets = (
        cases(trained_on, asked.tell_apart, asked.seed + 1),
        cases(people, asked.each, asked.seed + 1),
    )
    return [told_apart(way, *sets, asked.seed) for way in WAYS]


def _about(
    asked: argparse.Namespace, people: list[Portrait], some: list[Case]
) -> dict[str, object]:
    return {
        "weights_sha256": weights.SHA256,
        "steps": asked.steps,
        "seed": asked.seed,
        "people_held_out": len({one.person for one in people}),
        "patches": len(some),
        "mean_masked_px": round(float(np.mean([case.mask.sum() for case in some])), 1),
    }


def _heading(about: dict[str, object]) -> str:
    listed = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items())
    return (
        f"{listed}.\n\nMedian [95 % interval over people] and mean of the patches. Bold: ours"
        " misses the bar (texture energy and edge gradient 0.9 to 1.1, colour error at most 1.5,"
        " PSNR at most 2 dB under biharmonic; medians).\n"
    )


def _told_text(told: list[Told]) -> str:
    if not told:
        return ""
    patches = f"trained on {told[0].trained_on} and tested on {told[0].tested_on} patches"
    return (
        "### Told from real skin by a classifier\n\nArea under the ROC curve on held-out people"
        f" [95 % interval over them]; 0.5 is not at all. Each {patches}.\n\n{markdown_told(told)}\n"
    )


if __name__ == "__main__":
    main()
