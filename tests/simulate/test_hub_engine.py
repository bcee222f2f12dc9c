"""The hub engine, with real pipelines of toy size, and a hub of our own on this machine."""

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from huggingface_hub import constants

from face_mesh import EngineError
from simulate.inpaint import hub_model
from simulate.inpaint.engine import Fill, Step
from simulate.inpaint.hub import (
    BLACKED_OUT,
    NEGATIVE,
    NO_PICTURE,
    HubEngine,
)
from simulate.inpaint.hub_model import FAMILIES, Model
from simulate.inpaint.square_crop import Crop
from tests.helpers import ROOT
from tests.simulate import toy_models

PX_PER_MM = 4.0
SAVED = {
    "sd_inpaint": toy_models.save_sd_inpaint,
    "sd": toy_models.save_sd,
    "sdxl_inpaint": toy_models.save_sdxl_inpaint,
    "flux_fill": toy_models.save_flux_fill,
}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("models")
    return {name: save(top / name) for name, save in SAVED.items()}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small wait for their threads longer than they work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.inpaint.hub.STEPS", 4)


@pytest.fixture
def copied(models: dict[str, Path], tmp_path: Path) -> Path:
    """A model of our own to break."""
    return Path(shutil.copytree(models["sd_inpaint"], tmp_path / "model"))


def asked(seed: int = 0, anatomy: str = "skin of the cheek") -> Fill:
    """A photo of 96 x 120 with a soft-edged rectangle to fill."""
    draw = np.random.default_rng(7)
    rgb = np.full((96, 120, 3), (190, 150, 130), np.uint8)
    rgb += draw.integers(0, 20, rgb.shape, np.uint8)
    mask = np.zeros(rgb.shape[:2], np.float32)
    mask[40:56, 50:70] = 0.5
    mask[43:53, 53:67] = 1.0
    return Fill(rgb, mask, PX_PER_MM, seed, anatomy=anatomy)


def filled(model: Path | str, fill: Fill) -> np.ndarray:
    *_, last = HubEngine(str(model)).steps(fill)
    assert last.picture is not None
    return last.picture


def loaded(model: Path) -> Model:
    return hub_model.load(str(model), lambda lock: lock.__enter__() and None)


def refusal(model: Path | str) -> str:
    with pytest.raises(EngineError) as caught:
        filled(model, asked())
    sentence = str(caught.value)
    assert sentence.count(". ") == 0
    assert sentence.endswith(".")
    assert str(model) not in sentence
    return sentence


# ---- what it paints


@pytest.mark.parametrize("name", SAVED)
def test_every_family_paints_inside_the_mask_and_nowhere_else(
    models: dict[str, Path], name: str
) -> None:
    fill = asked()
    before = fill.rgb.copy()
    picture = filled(models[name], fill)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture[fill.mask == 0], fill.rgb[fill.mask == 0])
    assert (picture != fill.rgb).any(axis=2)[fill.mask == 1].mean() > 0.9
    assert np.array_equal(fill.rgb, before)


@pytest.mark.parametrize("name", SAVED)
def test_the_same_seed_gives_the_same_picture_and_another_another(
    models: dict[str, Path], name: str
) -> None:
    one, again, other = (filled(models[name], asked(seed)) for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_picture_is_the_one_the_pipeline_makes(models: dict[str, Path]) -> None:
    size = toy_models.SIZE_PX
    rgb = np.random.default_rng(1).integers(0, 256, (size, size, 3), np.uint8)
    mask = np.zeros((size, size), np.float32)
    mask[24:40, 24:40] = 1.0
    fill = Fill(rgb, mask, px_per_mm=10.0, seed=5)
    crop = Crop.around(fill, size)
    assert (crop.rows, crop.columns) == (slice(0, size), slice(0, size))
    model = loaded(models["sd_inpaint"])
    direct = model.pipe(
        prompt="close-up photograph of natural skin of the face, realistic pores, same light",
        negative_prompt=NEGATIVE,
        image=rgb.astype(np.float32) / 255.0,
        mask_image=crop.mask(model.cell_px),
        height=size,
        width=size,
        num_inference_steps=4,
        generator=torch.Generator().manual_seed(5),
        output_type="np",
    ).images[0]
    expected = np.round(direct * 255.0).astype(np.uint8)
    assert np.array_equal(filled(models["sd_inpaint"], fill)[mask == 1], expected[mask == 1])


def test_a_photo_smaller_or_larger_than_the_model_is_filled(models: dict[str, Path]) -> None:
    for height, width in ((9, 30), (300, 200)):
        rgb = np.full((height, width, 3), 128, np.uint8)
        mask = np.zeros((height, width), np.float32)
        mask[3 : height - 3, 8 : width - 8] = 1.0
        picture = filled(models["sd_inpaint"], Fill(rgb, mask, PX_PER_MM))
        assert picture.shape == rgb.shape
        assert (picture != rgb).any(axis=2).sum() > 0.5 * mask.sum()
        assert np.array_equal(picture[mask == 0], rgb[mask == 0])


def test_nothing_to_fill_needs_no_model() -> None:
    fill = Fill(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.float32), 1.0)
    (only,) = HubEngine("nowhere").steps(fill)
    assert only.fraction == 1.0
    assert only.picture is not None
    assert np.array_equal(only.picture, fill.rgb)


def test_the_words_are_the_anatomy_and_only_some_families_read_what_not_to_paint(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads_negative = {"sd_inpaint": True, "sdxl_inpaint": True, "flux_fill": False}
    for name, both in reads_negative.items():
        pipe, said = loaded(models[name]).pipe, list[str]()
        for part in {pipe.tokenizer, getattr(pipe, "tokenizer_2", pipe.tokenizer)}:
            listened(part, said, monkeypatch)
        filled(models[name], asked(anatomy="skin beside the nose"))
        prompt = "close-up photograph of natural skin beside the nose, realistic pores, same light"
        assert set(said) == ({prompt, NEGATIVE} if both else {prompt})


def listened(tokenizer: Any, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Note every text a tokenizer is called with."""

    class Listening(type(tokenizer)):  # type: ignore[misc]
        def __call__(self, text: str | list[str], *args: Any, **kwargs: Any) -> Any:
            said.extend([text] if isinstance(text, str) else text)
            return super().__call__(text, *args, **kwargs)

    monkeypatch.setattr(tokenizer, "__class__", Listening)


# ---- steps, stopping, and two at a time


@pytest.mark.parametrize("name", ["sd_inpaint", "flux_fill"])
def test_the_fraction_rises_with_every_step_of_the_model(
    models: dict[str, Path], name: str
) -> None:
    steps = list(HubEngine(str(models[name])).steps(asked()))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert len(set(fractions) - {0.0}) == 5  # four steps, and the picture
    assert fractions[-1] == 1.0
    assert [step.picture is None for step in steps] == [True] * (len(steps) - 1) + [False]


def begun(engine: HubEngine, fill: Fill) -> Iterator[Step]:
    """Steps that have come so far that the model is painting."""
    steps = engine.steps(fill)
    while next(steps).fraction == 0.0:
        pass
    return steps


def test_closing_stops_the_model_and_leaves_it_usable(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = filled(models["sd_inpaint"], asked())
    monkeypatch.setattr("simulate.inpaint.hub.STEPS", 500)
    calls = list[None]()
    unet = loaded(models["sd_inpaint"]).pipe.unet
    hook = unet.register_forward_pre_hook(lambda *_: calls.append(None))
    threads = threading.active_count()
    steps = begun(HubEngine(str(models["sd_inpaint"])), asked())
    steps.close()  # type: ignore[attr-defined]
    hook.remove()
    assert threading.active_count() == threads
    assert 0 < len(calls) < 400  # of the 500 it would have been
    monkeypatch.setattr("simulate.inpaint.hub.STEPS", 4)
    assert np.array_equal(filled(models["sd_inpaint"], asked()), expected)


def test_closing_while_somebody_else_paints_gives_up_waiting(models: dict[str, Path]) -> None:
    with loaded(models["sd_inpaint"]).busy:
        steps = HubEngine(str(models["sd_inpaint"])).steps(asked())
        assert [next(steps).fraction, next(steps).fraction] == [0.0, 0.0]
        (waiting,) = (t for t in threading.enumerate() if t.name == "hub fill")
        steps.close()  # type: ignore[attr-defined]
        waiting.join(timeout=10.0)
        assert not waiting.is_alive()


def test_two_at_a_time_get_what_each_would_alone(models: dict[str, Path]) -> None:
    alone = [filled(models["sd_inpaint"], asked(seed)) for seed in (1, 2)]
    got: dict[int, np.ndarray] = {}

    def work(seed: int) -> None:
        got[seed] = filled(models["sd_inpaint"], asked(seed))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(got[1], alone[0])
    assert np.array_equal(got[2], alone[1])


def test_a_model_is_loaded_once_a_process_and_name(copied: Path) -> None:
    found = list[Model]()
    threads = [threading.Thread(target=lambda: found.append(loaded(copied))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


# ---- what can go wrong with a model in a folder


def test_a_folder_that_is_not_there() -> None:
    for name in ("./no/such/folder", "/no/such/folder", "~/no-such", "a/b/c", "C:\\no"):
        assert refusal(name) == hub_model.NO_FOLDER


def test_a_folder_without_a_model_or_a_single_file(tmp_path: Path, copied: Path) -> None:
    assert refusal(tmp_path) == hub_model.NO_PIPELINE
    assert refusal(copied / "unet" / "diffusion_pytorch_model.safetensors") == hub_model.NO_PIPELINE
    (copied / "model_index.json").write_text('{"_class_name":')
    assert refusal(copied) == hub_model.NO_PIPELINE
    (copied / "model_index.json").write_text("[]")
    assert refusal(copied) == hub_model.NO_PIPELINE


def test_a_model_that_cannot_fill(tmp_path: Path, copied: Path) -> None:
    assert refusal(toy_models.save_unconditional(tmp_path / "ddpm")) == hub_model.WRONG_KIND
    for kind in ("FluxPipeline", ["own_code", "Pipeline"]):
        index = json.loads((copied / "model_index.json").read_text())
        (copied / "model_index.json").write_text(json.dumps({**index, "_class_name": kind}))
        assert refusal(copied) == hub_model.WRONG_KIND


WEIGHTS = [
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
    "text_encoder/model.safetensors",
]


@pytest.mark.parametrize("name", [*WEIGHTS, "unet/config.json", "scheduler/scheduler_config.json"])
def test_a_missing_file(copied: Path, name: str) -> None:
    (copied / name).unlink()
    assert refusal(copied) == hub_model.DAMAGED


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("kept", [0, 5, 0.5])
def test_a_file_cut_short(copied: Path, name: str, kept: float) -> None:
    data = (copied / name).read_bytes()
    (copied / name).write_bytes(data[: int(kept * len(data) if kept < 1 else kept)])
    assert refusal(copied) == hub_model.DAMAGED


def test_weights_of_another_size(copied: Path) -> None:
    config = json.loads((copied / "unet" / "config.json").read_text())
    config["block_out_channels"] = [16, 32]
    (copied / "unet" / "config.json").write_text(json.dumps(config))
    assert refusal(copied) == hub_model.DAMAGED


def test_a_failed_load_is_tried_again(copied: Path) -> None:
    name = copied / WEIGHTS[0]
    data = name.read_bytes()
    name.write_bytes(data[:100])
    assert refusal(copied) == hub_model.DAMAGED
    name.write_bytes(data)
    assert filled(copied, asked()).shape == (96, 120, 3)


def test_missing_packages(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "accelerate", None)
    assert refusal(copied) == hub_model.PACKAGES


# ---- memory, devices, and the checks of a picture


def test_a_model_larger_than_the_memory_is_refused_before_it_is_loaded(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = loaded(copied).pipe
    parts = (part for part in pipe.components.values() if isinstance(part, torch.nn.Module))
    count = sum(p.numel() for part in parts for p in part.parameters())
    assert hub_model._weights_bytes(copied, 4) == pytest.approx(4 * count, rel=0.01)
    monkeypatch.setattr(hub_model, "_LOADED", {})
    memory = psutil.virtual_memory()._replace(available=count)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert refusal(copied) == hub_model.MEMORY


def cpu_memory() -> None:
    torch.empty(10**15)  # the allocator of the CPU says so in words of its own


def gpu_memory() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")


def apple_memory() -> None:
    raise RuntimeError("MPS backend out of memory (MPS allocated: 9.00 GB)")


def python_memory() -> None:
    raise MemoryError


def another() -> None:
    raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [(f, hub_model.MEMORY) for f in (cpu_memory, gpu_memory, apple_memory, python_memory)]
    + [(another, NO_PICTURE)],
)
def test_a_failure_while_painting(
    models: dict[str, Path], failure: Callable[[], None], sentence: str
) -> None:
    unet = loaded(models["sd_inpaint"]).pipe.unet
    hook = unet.register_forward_pre_hook(lambda *_: failure())
    try:
        assert refusal(models["sd_inpaint"]) == sentence
    finally:
        hook.remove()
    filled(models["sd_inpaint"], asked())  # the model is free again


def test_a_picture_of_no_numbers_is_not_shown(copied: Path) -> None:
    torch.nn.init.constant_(loaded(copied).pipe.vae.decoder.conv_out.bias, float("nan"))
    assert refusal(copied) == NO_PICTURE


def test_a_safety_check_is_kept_and_what_it_blacks_out_is_said(tmp_path: Path) -> None:
    passing = toy_models.save_sd_inpaint(tmp_path / "passing", blacks_out=False)
    assert loaded(passing).pipe.safety_checker is not None
    filled(passing, asked())
    assert refusal(toy_models.save_sd_inpaint(tmp_path / "not", blacks_out=True)) == BLACKED_OUT


class Placed:
    """Notes where a pipeline is put."""

    def to(self, device: str) -> str:
        return device

    def enable_model_cpu_offload(self) -> None:
        self.offloaded = True


def test_a_model_too_large_for_the_gpu_is_brought_over_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (1000, 2000))
    assert hub_model._placed(Placed(), "cuda", 700) == "cuda"
    large = hub_model._placed(Placed(), "cuda", 701)
    assert large.offloaded
    assert hub_model._placed(Placed(), "cpu", 10**9) == "cpu"


def test_the_best_device_is_taken_in_a_type_that_suits_the_family(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sd, fill = FAMILIES["StableDiffusionPipeline"], FAMILIES["FluxFillPipeline"]
    for cuda, mps, device in ((True, True, "cuda"), (False, True, "mps")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert hub_model._device(sd) == (device, torch.float16)
        assert hub_model._device(fill) == (device, torch.bfloat16)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for able, kind in (({"avx512_bf16": True}, torch.bfloat16), ({}, torch.float32)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        assert hub_model._device(sd) == ("cpu", kind)


# ---- the network


def test_a_model_in_a_folder_needs_no_network(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[object]()

    def refuse(_socket: object, address: object) -> None:
        tried.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **_: refuse(None, where))
    filled(copied, asked())
    assert tried == []


def test_importing_the_engines_turns_telemetry_off() -> None:
    code = "import simulate.inpaint.registry, huggingface_hub.constants as c; print(c.{})"
    said = subprocess.run(
        [sys.executable, "-c", code.format("HF_HUB_DISABLE_TELEMETRY")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "True\n"


Answer = tuple[int, dict[str, str], bytes]


class Hub(ThreadingHTTPServer):
    """A hub on this machine that answers every question alike."""

    answer: Answer = (404, {}, b"")
    asked_for: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self.server.asked_for.append(self.path)
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Have the library ask another address, and keep what it gets in a folder of its own."""

    def address(url: str) -> None:
        monkeypatch.setattr(constants, "ENDPOINT", url)
        template = url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _seconds: None)
    return address


@pytest.fixture
def hub(at: Callable[[str], None]) -> Iterator[Hub]:
    server = Hub(("127.0.0.1", 0), Handler)
    server.asked_for = []
    at(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (401, "RepoNotFound", hub_model.NOT_ON_HUB),
        (404, "RepoNotFound", hub_model.NOT_ON_HUB),
        (401, "GatedRepo", hub_model.GATED),
        (403, "GatedRepo", hub_model.GATED),
        (403, "", hub_model.GATED),
        (404, "EntryNotFound", hub_model.NO_PIPELINE),
    ],
)
def test_what_the_hub_refuses(hub: Hub, status: int, code: str, sentence: str) -> None:
    hub.answer = (status, {"X-Error-Code": code}, b"")
    assert refusal("somebody/some-model") == sentence
    assert hub.asked_for


def test_a_model_of_the_wrong_kind_is_not_downloaded(hub: Hub) -> None:
    index = b'{"_class_name": "DDPMPipeline"}'
    hub.answer = (200, {"ETag": '"1"', "X-Repo-Commit": "a" * 40}, index)
    assert refusal("somebody/some-model") == hub_model.WRONG_KIND
    assert {path.rpartition("/")[2] for path in hub.asked_for} == {"model_index.json"}


def test_a_name_that_no_hub_has(hub: Hub) -> None:
    assert refusal("some model") == hub_model.NOT_ON_HUB
    assert hub.asked_for == []


def test_a_hub_that_cannot_be_reached(at: Callable[[str], None]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # a port on which nobody answers
        at(f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert refusal("somebody/some-model") == hub_model.UNREACHABLE


def test_offline_asks_nobody_and_takes_what_was_downloaded(
    hub: Hub, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert refusal("somebody/some-model") == hub_model.UNREACHABLE
    kept = Path(constants.HF_HUB_CACHE) / "models--somebody--some-model"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("a" * 40)
    shutil.copytree(models["sd_inpaint"], kept / "snapshots" / ("a" * 40))
    fill = asked()
    assert np.array_equal(filled("somebody/some-model", fill), filled(models["sd_inpaint"], fill))
    assert hub.asked_for == []
