"""Training that stops and goes on, its export, and the evaluation, end to end and small."""

import hashlib
import json
import re
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from face_mesh.arrays import Rgb
from simulate.inpaint import embedded, weights
from simulate.inpaint.network import TILE_PX, predict
from tests.training.conftest import PEOPLE
from training import evaluate, export, tell_apart, train
from training.figures import FIGURES, mask_edge
from training.fills import WAYS
from training.network import network
from training.patches import INNER_MM, Case, cases
from training.people import Portrait, held_out
from training.report import BARS, BEHIND, HEADS, Row, as_json, markdown, strata
from training.sheets import AROUND_MM, ENLARGED, sheet


def trained(
    out: Path, made_up: tuple[Path, Path], steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = made_up
    if not (out / "prepared").exists():
        out.mkdir(parents=True, exist_ok=True)
        (out / "prepared").symlink_to(cache)
    said = f"train {folder} --out {out} --steps {steps} --batch 2 --keep 1"
    monkeypatch.setattr(sys, "argv", said.split())
    train.main()


@pytest.fixture(scope="module")
def run(made_up: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two steps, and the file exported of it."""
    out = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        trained(out, made_up, 2, patch)
        patch.setattr(sys, "argv", ["export", str(out), str(out / "skin.onnx")])
        export.main()
    return out


def parameters(run_: Path) -> dict[str, torch.Tensor]:
    net: dict[str, torch.Tensor] = torch.load(run_ / "checkpoint.pt", weights_only=False)["net"]
    return net


# ---- training


def test_a_run_learns_goes_on_where_it_stopped_and_stops_when_done(
    run: Path, made_up: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkpoint.pt").write_bytes((run / "checkpoint.pt").read_bytes())
    before = parameters(tmp_path)
    trained(tmp_path, made_up, 3, monkeypatch)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=False)
    assert state["done"] == 3
    assert json.loads((tmp_path / "progress.json").read_text()) == {"steps": 3}
    assert {float(s["step"]) for s in state["optimiser"]["state"].values()} == {3.0}
    assert state["average"]["optimization_step"] == 3
    after = parameters(tmp_path)
    moved = [name for name in after if not torch.equal(before[name], after[name])]
    assert len(moved) > 0.9 * len(after)
    # Warming up, a step moves a weight by no more than the rate; a new start would move all by 1.
    furthest = max(float((after[name] - before[name]).abs().max()) for name in after)
    assert furthest < 4e-4
    kept = (tmp_path / "checkpoint.pt").read_bytes()
    trained(tmp_path, made_up, 3, monkeypatch)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept
    assert not (tmp_path / "checkpoint.part").exists()


def test_nobody_held_out_is_trained_on(
    made_up: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Reached(Exception):
        pass

    def listened(people: list[Portrait], _seed: int) -> None:
        assert {int(one.person[-3:]) for one in people} == {
            number for number in PEOPLE if number % 9 not in (2, 7)
        }
        raise Reached

    monkeypatch.setattr(train, "Sampler", listened)
    with pytest.raises(Reached):
        trained(tmp_path, made_up, 1, monkeypatch)


def test_the_rate_warms_up_and_falls() -> None:
    shares = [train._share(done, 1000) for done in range(1001)]
    assert shares[0] < 0.01
    assert np.argmax(shares) in (train.WARM_UP - 1, train.WARM_UP)
    assert shares[-1] == pytest.approx(0.02)
    assert all(a >= b for a, b in pairwise(shares[train.WARM_UP :]))


def test_a_network_that_knows_the_answer_has_no_loss(
    people: list[Portrait], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = train.Sampler(people, 0).batch(2)
    said = list[torch.Tensor]()
    torch.manual_seed(0)

    def knowing(
        net: object, noisy: torch.Tensor, given: torch.Tensor, times: torch.Tensor
    ) -> torch.Tensor:
        alpha, sigma = (
            torch.from_numpy(part)[:, None, None, None] for part in train.alpha_sigma(times.numpy())
        )
        said.append(times)
        detail = torch.from_numpy(batch["detail"])
        return (alpha * noisy - detail) / sigma

    monkeypatch.setattr(train, "predict", knowing)
    # At the first times sigma is 0.006, which the rounding of float32 is divided by.
    assert float(train._loss(None, batch)) < 1e-6
    assert abs(int(said[0][0]) - int(said[0][1])) in (499, 500, 501)


# ---- export


def test_the_export_is_the_average_small_and_what_the_product_loads(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (run / "skin.onnx").read_bytes()
    count = sum(p.numel() for p in network().parameters())
    assert 2 * count < len(data) < 2 * count + 100_000 < export.MOST_BYTES
    average = torch.load(run / "checkpoint.pt", weights_only=False)["average"]["shadow_params"]
    tensors = {one.name: one for one in onnx.load_from_string(data).graph.initializer}
    for (name, _), kept in zip(network().named_parameters(), average, strict=True):
        assert np.array_equal(numpy_helper.to_array(tensors[name]), kept.half().numpy())
    monkeypatch.setattr(weights, "FILE", run / "skin.onnx")
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(data).hexdigest())
    noisy, given = (np.zeros((2, n, TILE_PX, TILE_PX), np.float32) for n in (3, 6))
    assert np.isfinite(predict(weights.model(), noisy, given, 7)).all()
    weights._loaded.cache_clear()


@pytest.mark.slow
def test_an_export_that_is_too_large_is_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export, "MOST_BYTES", 1000)
    monkeypatch.setattr(sys, "argv", ["export", str(run), str(tmp_path / "x.onnx")])
    with pytest.raises(SystemExit):
        export.main()
    assert "1000" in capsys.readouterr().err
    assert not (tmp_path / "x.onnx").exists()


# ---- figures


@pytest.fixture(scope="module")
def some(people: list[Portrait]) -> list[Case]:
    return cases([one for one in people if held_out(one.person)], 5, 0)


def test_the_skin_itself_is_perfect(some: list[Case]) -> None:
    for case in some:
        found = {name: figure(case, case.rgb) for name, (_, figure) in FIGURES.items()}
        assert found["psnr_db"] > 100
        del found["psnr_db"]
        assert found == pytest.approx(
            {"texture_energy": 1.0, "texture_rms": 1.0, "colour_error": 0.0, "edge_gradient": 1.0}
        )


def test_figures_see_what_they_are_named_for(some: list[Case]) -> None:
    case = next(one for one in some if one.shape == "patch")
    inside = case.mask[..., None]
    smooth = np.where(inside, np.uint8(case.rgb[case.mask].mean(axis=0)), case.rgb)
    redder = np.where(inside, case.rgb + np.array([9, 0, 0], np.uint8), case.rgb)
    noisy = np.where(inside, np.roll(case.rgb, (7, 5), (0, 1)), case.rgb)
    energy, colour = FIGURES["texture_energy"][1], FIGURES["colour_error"][1]
    assert energy(case, smooth) < 0.2
    assert energy(case, noisy) == pytest.approx(1.0, abs=0.3)
    assert colour(case, redder) > 1.5 > colour(case, noisy)
    assert FIGURES["psnr_db"][1](case, redder) == pytest.approx(
        10 * np.log10(255**2 / (9**2 / 3)), abs=0.01
    )


def test_the_edge_of_a_mask_is_two_pixels_wide() -> None:
    mask = np.zeros((9, 9), np.bool_)
    mask[3:6, 3:6] = True
    edge = mask_edge(mask)
    assert edge.sum() == 8 + 12  # the ring inside and, but for its corners, the one outside
    assert not edge[4, 4]


@pytest.mark.parametrize("way", ["Telea", "Navier-Stokes", "biharmonic"])
def test_classical_fills_keep_the_rest_and_fill_plausibly(some: list[Case], way: str) -> None:
    for seed, case in enumerate(some):
        out = WAYS[way](case, seed)
        assert np.array_equal(out[~case.mask], case.rgb[~case.mask])
        assert FIGURES["colour_error"][1](case, out) < 3.0


# ---- tables and sheets


def row(person: str, value: float, way: str = "ours", shape: str = "lines") -> Row:
    return Row(way, "white", "light", "london", shape, person, dict.fromkeys(HEADS, value))


def test_intervals_are_over_people_and_not_over_patches() -> None:
    rows = [row(f"p{i % 2}", float(i % 2)) for i in range(200)]
    (whole,) = [one for one in strata(rows) if one.by == "all"]
    assert (whole.patches, whole.people) == (200, 2)
    spread = whole.figures["texture_energy"]
    # Were the 200 patches independent, the interval would be a few hundredths around the mean.
    assert (spread.low, spread.high, spread.mean) == (0.0, 1.0, 0.5)


def test_a_missed_bar_is_named_and_bold() -> None:
    good = {"texture_energy": 1.0, "colour_error": 1.0, "edge_gradient": 1.0, BEHIND: -1.0}
    base = row("p", 1.0)
    for name in BARS:
        for bad in [
            value for value in (-99.0, 99.0) if not BARS[name][0] <= value <= BARS[name][1]
        ]:
            figures = {**base.figures, **good, name: bad}
            (whole, *_) = strata([replace(base, figures=figures)])
            assert whole.misses() == [name]
            assert re.search(rf"\*\*{bad:.2f}", markdown([whole]))
    (whole, *_) = strata([replace(base, figures={**base.figures, **good})])
    assert whole.misses() == []
    assert "**" not in markdown([whole])


def test_tables_name_every_part_and_ours_first() -> None:
    rows = [row("p", 1.0, way, shape) for way in ("Telea", "ours") for shape in ("lines", "fold")]
    found = strata(rows)
    assert [(one.part, one.way) for one in found if one.by == "shape of mask"] == [
        ("fold", "ours"),
        ("fold", "Telea"),
        ("lines", "ours"),
        ("lines", "Telea"),
    ]
    assert len(as_json(found)) == len(found)
    assert markdown(found).count("| Telea |") == sum(one.way == "Telea" for one in found)


def test_a_sheet_shows_pixels_as_they_are(some: list[Case]) -> None:
    colours = [(i, 250, 7) for i in range(len(some))]
    pictures: list[Rgb] = [
        np.full_like(case.rgb, colour) for case, colour in zip(some, colours, strict=True)
    ]
    out = sheet(some, [("ours", pictures)])
    for colour, case in zip(colours, some, strict=True):
        area = (out == colour).all(axis=2).sum()
        side = round((INNER_MM + 2 * AROUND_MM) * case.px_per_mm)
        assert area == (ENLARGED * side) ** 2


# ---- telling apart


def test_the_area_under_the_curve_is_a_count_of_pairs() -> None:
    real, filled = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0])
    won = sum((f > r) + 0.5 * (f == r) for f in filled for r in real) / 6
    assert tell_apart.auc(real, filled) == pytest.approx(won)
    assert tell_apart.auc(real, real) == 0.5


def test_real_skin_is_not_told_from_itself_and_a_flat_fill_is(
    people: list[Portrait], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tell_apart, "SEEDS", (0,))
    monkeypatch.setattr(tell_apart, "STEPS", 40)

    def flat(case: Case, _seed: int) -> Rgb:
        colour = np.uint8(case.rgb[case.mask].mean(axis=0))
        return np.where(case.mask[..., None], colour, case.rgb)

    monkeypatch.setitem(tell_apart.WAYS, "itself", lambda case, _seed: case.rgb)
    monkeypatch.setitem(tell_apart.WAYS, "flat", flat)
    trained_on = cases([one for one in people if not held_out(one.person)], 15, 0)
    tested = cases([one for one in people if held_out(one.person)], 15, 0)
    itself = tell_apart.told_apart("itself", trained_on, tested, 0)
    assert (itself.auc, itself.low, itself.high) == (0.5, 0.5, 0.5)
    told = tell_apart.told_apart("flat", trained_on, tested, 0)
    assert told.auc > 0.8
    assert set(told.groups) == {"white", "black"}


# ---- the whole command


@pytest.mark.slow
def test_the_evaluation_end_to_end(
    run: Path,
    made_up: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module, name in ((weights, "FILE"), (weights, "SHA256"), (embedded, "STEPS")):
        monkeypatch.setattr(module, name, getattr(module, name))  # to be put back afterwards
    monkeypatch.setattr(tell_apart, "STEPS", 2)
    folder, cache = made_up
    said = (
        f"evaluate {folder} --out {tmp_path} --weights {run / 'skin.onnx'} --each 5"
        f" --steps 2 --tell-apart 3 --cache {cache}"
    )
    monkeypatch.setattr(sys, "argv", said.split())
    evaluate.main()
    found = json.loads((tmp_path / "figures.json").read_text())
    digest = hashlib.sha256((run / "skin.onnx").read_bytes()).hexdigest()
    assert found["weights_sha256"] == digest
    assert (found["steps"], found["people_held_out"], found["patches"]) == (2, 2, 10)
    groups = [one for one in found["strata"] if one["by"] == "group" and one["way"] == "ours"]
    assert [(one["part"], one["patches"], one["people"]) for one in groups] == [
        ("black", 5, 1),
        ("white", 5, 1),
    ]
    behind = [
        one["figures"][BEHIND]["median"] for one in found["strata"] if one["way"] == "biharmonic"
    ]
    assert set(behind) == {0.0}
    assert {one["way"] for one in found["told_apart"]} == set(WAYS)
    assert {path.name for path in tmp_path.glob("*.png")} == {"black.png", "white.png"}
    brief = (tmp_path / "short.md").read_text()
    parts = [one["by"] for one in found["strata"] if one["way"] == "ours"]
    listed = [by for by in parts if by != "group and shape"]
    assert brief.count("| ours |") == len(listed) + 1  # and the one of the classifiers
    assert len(listed) < len(parts)
    assert brief.count("| Telea |") == 2
    assert (tmp_path / "figures.md").read_text() in capsys.readouterr().out


def test_an_evaluation_of_nobody_held_out_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedded, "STEPS", embedded.STEPS)
    monkeypatch.setattr(sys, "argv", f"evaluate {tmp_path} --out {tmp_path / 'out'}".split())
    with pytest.raises(SystemExit):
        evaluate.main()
    assert "held out" in capsys.readouterr().err
