"""What a picture costs: ours beside the floor and beside peers, on the same photo in one run.

    python -m benchmarks.geometry [PHOTO] [--rounds 9] [--short] [--write]

The floor is what nobody can go below: one cubic remap of the whole picture, the landmarker by
itself. Peers get the landmarks that we displace: scikit-image's piecewise affine warp, and moving
least squares (Schaefer 2006, affine) on every tenth pixel in numpy, as open projects write it.
Times are medians of rounds in which every candidate takes its turn, so that a busy machine slows
all of them; trust the ratios. Without PHOTO a shared portrait is taken, or else a sample portrait
enlarged to 1350 px.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from skimage.transform import PiecewiseAffineTransform, warp

from benchmarks.common import (
    ROOT,
    default_photo,
    markdown_table,
    options,
    parse,
    resized,
    save,
    stamp,
    write_figures,
)
from face_mesh import Face, Photo, measure_face, open_photo
from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.model_file import model_bytes
from simulate import (
    Outcome,
    Plan,
    Treatment,
    procedures,
    simulate,
)
from simulate.geometry.basis import displaced_landmarks

TWELVE = (  # that move skin all over the face and may be in one plan; always the same, to compare
    *("lip_filler", "lip_flip", "chin_filler", "genioplasty", "jawline_filler", "masseter_toxin"),
    *("cheek_filler", "buccal_fat_removal", "nasal_narrowing", "nasal_tip_rotation"),
    *("alar_base_reduction", "surgical_brow_lift"),
)
MLS_STEP_PX = 10
ONES = ("lip_filler", "masseter_toxin", "surgical_brow_lift")  # a small, a middling, a large one
Job = Callable[[], object]
Key = TypeVar("Key")
Row = tuple[str, str, str]  # what, how much, and how much it may be at most or must be at least


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        rounds: of everything but what follows.
        slow: rounds of the peers, one of which takes several seconds.
        starts: of a new Python.
        peer_px: longest side of the photo that the peers get; None is the photo as it is.
        megapixels: sizes of photo; growth is told from the first of them on that `base` names.
        base: one of `megapixels`.
        memory_megapixels: of the photo whose memory is measured.
    """

    rounds: int
    slow: int
    starts: int
    peer_px: int | None
    megapixels: tuple[float, ...]
    base: float
    memory_megapixels: float


WHOLE = Extent(9, 3, 5, None, (0.5, 2.0, 8.0, 12.0, 24.0), 2.0, 12.0)
SHORT = Extent(1, 1, 1, 96, (0.1, 0.2), 0.1, 0.1)


def medians_ms(
    jobs: dict[Key, Job], rounds: int, of: Callable[[list[float]], float] = np.median
) -> dict[Key, float]:
    """Return the median (or `of`) time of each job; in every round each is done once, in turn."""
    spent: dict[Key, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()  # what is computed once a face, and what is only read from disk the first time
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            spent[name].append(1e3 * (time.perf_counter() - start))
    return {name: float(of(times)) for name, times in spent.items()}


def new_doses(face: Face, *names: str) -> Job:
    """Return a job that shows the named treatments, each time at doses never shown before."""
    steps = (0.5 + 0.4 * (0.618034 * i % 1.0) for i in count())

    def show() -> Outcome:
        share = next(steps)
        plan = (Treatment(name, share * procedures()[name].dose.max) for name in names)
        return simulate(face, Plan(tuple(plan)))

    return show


# --- the floor


def one_remap(image: Rgb) -> Job:
    """Return a job that moves the whole picture by cubic interpolation."""
    height, width = image.shape[:2]
    xy = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
    xy += np.float32(0.37)
    return lambda: cv2.remap(image, xy, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def bare_landmarker(image: Rgb) -> Job:
    """Return a job that finds the landmarks of one face and nothing else."""
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(BaseOptions(model_asset_buffer=model_bytes()))
    landmarker = vision.FaceLandmarker.create_from_options(options)
    _kept.append(landmarker)
    whole = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(image))
    return lambda: landmarker.detect(whole)


_kept: list[Any] = []  # closed at the end: a landmarker may not be forgotten


# --- peers


def displaced(face: Face) -> tuple[Points, Points]:
    """Return (N, 2) px before and after a usual lip filler, with still points along the border."""
    plan = Plan((Treatment("lip_filler", procedures()["lip_filler"].dose.usual),))
    moved = displaced_landmarks(face, simulate(face, plan).shift_mm_vertices)
    after = face.pose.to_photo(moved)[:468, :2]
    height, width = face.photo.image.shape[:2]
    x, y = np.linspace(0, width - 1, 8), np.linspace(0, height - 1, 8)
    still = [(a, b) for a in x for b in y if a in x[[0, -1]] or b in y[[0, -1]]]
    return np.vstack([face.landmarks_px[:468, :2], still]), np.vstack([after, still])


def piecewise_affine(face: Face) -> Job:
    """Return a job that warps by triangles between the landmarks with scikit-image."""
    before, after = displaced(face)

    def show() -> object:
        transform = PiecewiseAffineTransform.from_estimate(after, before)
        return (255 * warp(face.photo.image, transform)).astype(np.uint8)

    return show


def moving_least_squares(face: Face) -> Job:
    """Return a job that warps by affine moving least squares on every tenth pixel."""
    before, after = displaced(face)
    image = face.photo.image
    height, width = image.shape[:2]

    def show() -> object:
        x, y = (np.arange(0, size, MLS_STEP_PX) + (MLS_STEP_PX - 1) / 2 for size in (width, height))
        nodes = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        shift = (mls_affine(nodes, after, before) - nodes).reshape(len(y), len(x), 2)
        size = (len(x) * MLS_STEP_PX, len(y) * MLS_STEP_PX)
        dense = cv2.resize(shift.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        here = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
        xy = here + dense[:height, :width]
        return cv2.remap(image, xy, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)

    return show


def mls_affine(at: Points, source: Points, target: Points) -> Points:
    """Return where (G, 2) points go when N points move from source to target."""
    away = at[:, None, :] - source[None, :, :]
    weight = 1.0 / np.maximum((away**2).sum(axis=2), 1e-9)
    weight /= weight.sum(axis=1, keepdims=True)
    middle, goal = weight @ source, weight @ target
    p = source[None] - middle[:, None]
    q = target[None] - goal[:, None]
    spread = np.einsum("gn,gni,gnj->gij", weight, p, p)
    cross = np.einsum("gn,gni,gnj->gij", weight, p, q)
    turn = np.linalg.solve(spread, cross)
    moved: Points = np.einsum("gi,gij->gj", at - middle, turn) + goal
    return moved


# --- what is printed


def verdict(found: float, limit: float, at_least: bool = False) -> str:
    """Say whether a target is met."""
    met = found >= limit if at_least else found <= limit
    return f"target {'>=' if at_least else '<='} {limit:g}: {'met' if met else 'MISSED'}"


def print_pictures(face: Face, extent: Extent) -> list[Row]:
    """A new dose on a measured face, beside the floor and the peers."""
    jobs = {name: new_doses(face, name) for name in ONES}
    ms = medians_ms({"remap": one_remap(face.photo.image)} | jobs, extent.rounds)
    slowest = max(ms[name] for name in ONES)
    peers = peer_times(face.resized(extent.peer_px) if extent.peer_px else face, extent.slow)
    print("\nDose to full-size picture, times one cubic remap of it (= 1):")
    for name in ONES:
        print(f"  {name:24s}{ms[name] / ms['remap']:8.2f}   ({ms[name]:.1f} ms)")
    print(f"  the slowest of them: {verdict(slowest / ms['remap'], 2.0)}")
    for name, (times, limit) in peers.items():
        print(f"  {name:18s}{times:8.0f} times as long as ours; {verdict(times, limit, True)}")
    return [
        (
            "a new dose, over one cubic remap of the picture",
            f"{slowest / ms['remap']:.2f} ({slowest:.1f} ms)",
            "at most 2",
        ),
        *(
            (f"{name} warp, over a new dose", f"{times:.0f}", f"at least {limit:g}")
            for name, (times, limit) in peers.items()
        ),
    ]


def peer_times(face: Face, rounds: int) -> dict[str, tuple[float, float]]:
    """Return how many times as long as we each peer takes, and how many it should at least."""
    limits = {"piecewise affine": 200.0, "moving least squares": 30.0}
    peers = dict(zip(limits, (piecewise_affine(face), moving_least_squares(face)), strict=True))
    ms = medians_ms(peers | {"ours": new_doses(face, ONES[-1])}, rounds)
    return {name: (ms[name] / ms["ours"], limit) for name, limit in limits.items()}


def print_face(photo: Photo, extent: Extent) -> list[Row]:
    """From a photo to a measured face, beside the landmarker alone."""
    jobs: dict[str, Job] = {"bare": bare_landmarker(photo.image)}
    ms = medians_ms(jobs | {"ours": lambda: measure_face(photo)}, extent.rounds)
    times = ms["ours"] / ms["bare"]
    print("\nPhoto to measured face, times the landmarker alone (= 1):")
    print(f"  {times:.2f}   ({ms['ours']:.1f} of {ms['bare']:.1f} ms); {verdict(times, 4.0)}")
    how_much = f"{times:.2f} ({ms['ours']:.0f} ms)"
    return [("photo to measured face, over the landmarker alone", how_much, "at most 4")]


def print_sizes(photo: Photo, extent: Extent) -> list[Row]:
    """How time grows with pixels."""
    sizes, base = extent.megapixels, extent.base
    jobs = {(mp, name): job for mp in sizes for name, job in sized_jobs(photo, mp).items()}
    rounds = max(min(3, extent.rounds), extent.rounds // 2)
    ms = medians_ms(jobs, rounds, min)  # of a burst of load only one size may suffer
    print(f"\nGrowth with pixels (fastest round, per megapixel, {base:g} megapixels = 1):")
    print(f"  {'megapixels':>10s}{'dose to picture':>18s}{'photo to face':>16s}{'one remap':>12s}")
    worst = 0.0
    for mp in sizes:
        grown = [ms[mp, name] / ms[base, name] * base / mp for name in ("picture", "face", "remap")]
        worst = max(worst, *grown[:2]) if mp > base else worst
        spent = f"({ms[mp, 'picture']:.0f}, {ms[mp, 'face']:.0f} and {ms[mp, 'remap']:.0f} ms)"
        print(f"  {mp:10.1f}{grown[0]:18.2f}{grown[1]:16.2f}{grown[2]:12.2f}   {spent}")
    print(f"  above {base:g} megapixels at most: {worst:.2f}; {verdict(worst, 1.0)}")
    what = f"time a megapixel, of photos of more than {base:g} megapixels over one of {base:g}"
    largest = sizes[-1]
    return [
        (what, f"{worst:.2f}", "at most 1"),
        (f"a new dose at {largest:g} megapixels", f"{ms[largest, 'picture']:.0f} ms", ""),
    ]


def sized_jobs(photo: Photo, megapixels: float) -> dict[str, Job]:
    """Return what is timed on a photo of another size."""
    sized = resized(photo, float(np.sqrt(megapixels * 1e6 / (photo.height * photo.width))))
    return {
        "picture": new_doses(measure_face(sized), *ONES),
        "face": lambda: measure_face(sized),
        "remap": one_remap(sized.image),
    }


def print_treatments(face: Face, extent: Extent) -> list[Row]:
    """How time grows with the number of treatments."""
    names = list(TWELVE)
    plans = {f"{n} first": new_doses(face, *islice(names, n)) for n in range(1, len(names) + 1)}
    ms = medians_ms(plans | {name: new_doses(face, name) for name in names}, extent.rounds)
    ones = {name: ms[name] for name in names}
    largest = max(ones, key=lambda name: ones[name])
    everything = simulate(
        face, Plan(tuple(Treatment(n, procedures()[n].dose.usual) for n in names))
    )
    print("\nGrowth with the number of treatments, times the mean of one (= 1):")
    mean = float(np.mean(list(ones.values())))
    print("  " + "".join(f"{ms[plan] / mean:6.2f}" for plan in plans))
    print(f"  one: {min(ones.values()) / mean:.2f} to {ones[largest] / mean:.2f} ({largest});")
    print(f"  all move {everything.changed_fraction:.0%} of the picture")
    times = ms[f"{len(names)} first"] / ones[largest]
    print(f"  {len(names)} over the costliest one: {times:.2f}; {verdict(times, 1.3)}")
    print(f"  {len(names)} over the mean of one: {ms[f'{len(names)} first'] / mean:.2f}")
    what = f"{len(names)} treatments, over the costliest of them alone"
    return [(what, f"{times:.2f}", "at most 1.3")]


def print_start(extent: Extent) -> list[Row]:
    """What a start costs before any work."""
    tasks = {
        "python -m simulate --list": ["-m", "simulate", "--list"],
        "import numpy, cv2, scipy.sparse": ["-c", "import numpy, cv2, scipy.sparse"],
        "python itself": ["-c", "pass"],
    }
    ms = medians_ms({name: started(argv) for name, argv in tasks.items()}, extent.starts)
    print("\nStart-up:")
    for name, spent in ms.items():
        print(f"  {name:34s}{spent:7.0f} ms")
    return [(f"`{name}`", f"{spent:.0f} ms", "") for name, spent in list(ms.items())[:1]]


def started(argv: list[str]) -> Job:
    """Return a job that runs Python."""
    command = [sys.executable, *argv]
    return lambda: subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def print_memory(photo: Photo, extent: Extent) -> list[Row]:
    """Peak memory of one run of the command line on a large JPEG."""
    megapixels = extent.memory_megapixels
    print(f"\nPeak memory of the command line on {megapixels:g} megapixels:")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        height, width = photo.image.shape[:2]
        save(path, resized(photo, float(np.sqrt(1e6 * megapixels / (height * width)))).image)
        every = [f"--treat={n}={procedures()[n].dose.usual}" for n in TWELVE]
        for plan in (every[:1], every):
            peak = peak_mb(["-m", "simulate", str(path), *plan, "--out", folder])
            print(f"  {len(plan):2d} treatments: {peak:.0f} MB; {verdict(peak, 700.0)}")
            what = f"memory of a command on {megapixels:g} megapixels, treatments: {len(plan)}"
            rows.append((what, f"{peak:.0f} MB", "at most 700"))
    return rows


# A process begins with the size of the one that started it, so a small one stands between; what
# the run itself prints goes elsewhere, for here a number is read.
_WATCH = """
import os, subprocess, sys
running = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(running.pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak_mb(argv: list[str]) -> float:
    """Return the largest resident memory of a Python run, which may print what it likes."""
    command = [sys.executable, "-S", "-c", _WATCH, sys.executable, *argv]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print everything."""
    parser = options(__doc__, figures=True)
    parser.add_argument("photo", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int)
    asked = parse(parser, arguments)
    extent = SHORT if asked.short else WHOLE
    extent = replace(extent, rounds=asked.rounds or extent.rounds)
    what, photo = default_photo(short=asked.short)
    if asked.photo:
        what, photo = "the given photo", open_photo(asked.photo)
    print(f"{what}, {photo.width} x {photo.height}; {os.cpu_count()} cores, {extent.rounds} rounds")
    face = measure_face(photo)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="skimage")
        rows = print_pictures(face, extent)
    rows += print_face(photo, extent)
    rows += print_treatments(face, extent)
    rows += print_sizes(photo, extent)
    rows += print_start(extent)
    rows += print_memory(photo, extent)
    while _kept:
        _kept.pop().close()
    figures = stamp(timed=True) + "\n" + markdown_table(("what", "measured", "target"), rows)
    write_figures(asked.write, "geometry", {"": figures})


if __name__ == "__main__":
    main()
