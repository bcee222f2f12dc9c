"""Inpainting models of the hub: found, checked for their kind, loaded once, and put on a device.

Everything that can go wrong with somebody else's model is turned into one sentence here. No network
is used for a name that is a folder on this computer; for other names huggingface_hub keeps what it
has downloaded, and its HF_HUB_OFFLINE and login are respected.
"""

from __future__ import annotations

import errno
import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from face_mesh.errors import EngineError
from face_mesh.messages import N_, Message
from simulate.inpaint.out_of_memory import out_of_memory

INDEX = "model_index.json"
# A GPU holds the weights at once only if they leave this share of it for the work (author's
# estimate); otherwise each part of the model is brought over when its turn comes.
GPU_SHARE = 0.7

NO_FOLDER = N_("There is no model folder of that name; check the path.")
NOT_ON_HUB = N_(
    "There is no such model on the hub, or it is private; check its name, which looks like "
    "owner/model."
)
UNREACHABLE = N_(
    "The model is not on this computer and the hub cannot be reached; check the connection, or "
    "name a folder that holds the model."
)
GATED = N_(
    "The makers of this model want their terms accepted first; do so on its page on the hub, then "
    "log in with: hf auth login."
)
NO_PIPELINE = Message(
    "This is no diffusers model, for it has no {index} that can be read; choose a folder or hub "
    "name that has one.",
    index=INDEX,
)
WRONG_KIND = N_(
    "This model cannot fill in a part of a picture; choose an inpainting model of the Stable "
    "Diffusion, SDXL or FLUX-Fill family."
)
DAMAGED = N_("A file of this model is missing or damaged; download the model again.")
MEMORY = N_(
    "There is not enough memory for this model; close other programs, choose a smaller model, or "
    "use the engine embedded."
)
DISK_FULL = N_("There is not enough space on the disk to download this model; free some.")
PACKAGES = N_(
    "Models of the hub need more packages; pip install -r requirements-hub.txt brings them."
)


@dataclass(frozen=True)
class Family:
    """What models of one kind have in common.

    Attributes:
        loader: the class of diffusers that loads them for inpainting.
        negative: whether they also read what is not wanted.
        gpu_dtype: name of the torch type they are meant for on a GPU.
    """

    loader: str
    negative: bool
    gpu_dtype: str


_DIFFUSION = Family("AutoPipelineForInpainting", negative=True, gpu_dtype="float16")
# The auto class knows no Fill checkpoints, and FLUX overflows in float16.
_FILL = Family("FluxFillPipeline", negative=False, gpu_dtype="bfloat16")
FAMILIES = {
    "StableDiffusionInpaintPipeline": _DIFFUSION,
    "StableDiffusionPipeline": _DIFFUSION,
    "StableDiffusionXLInpaintPipeline": _DIFFUSION,
    "StableDiffusionXLPipeline": _DIFFUSION,
    "FluxFillPipeline": _FILL,
}


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model.

    Attributes:
        pipe: the diffusers pipeline; it holds the state of a run, so one run at a time.
        family: its family.
        busy: to be held during a run.
    """

    pipe: Any
    family: Family
    busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size_px(self) -> int:
        """Side of the square pictures it was trained on."""
        pipe = self.pipe
        latent = pipe.unet.config.sample_size if "unet" in pipe.components else None
        return int((latent or pipe.default_sample_size) * pipe.vae_scale_factor)

    @property
    def cell_px(self) -> int:
        """Side of the squares it thinks in."""
        packed = 1 if "unet" in self.pipe.components else 2
        return int(self.pipe.vae_scale_factor) * packed


_LOADED: dict[str, Model] = {}
_LOADING: dict[str, threading.Lock] = {}


def load(name: str, wait: Callable[[threading.Lock], None]) -> Model:
    """Return a model, loaded once a process and name.

    Args:
        name: a folder on this computer, or a name on the hub.
        wait: takes a lock, or raises what is raised here; somebody else may be loading the model.

    Raises:
        EngineError: there is no such model, it is of another kind, damaged or too large.
    """
    lock = _LOADING.setdefault(name, threading.Lock())
    wait(lock)
    try:
        if name not in _LOADED:
            _LOADED[name] = _load(name)
        return _LOADED[name]
    finally:
        lock.release()


def _load(name: str) -> Model:
    _quieten()
    local = Path(name).expanduser()
    if local.is_dir():
        family, folder = _family(local / INDEX), local
    else:
        family, folder = _fetched(name, looks_local=local.exists() or _is_path(name))
    return _opened(folder, family)


def _quieten() -> None:
    """Load the libraries, and have them say nothing: standard error is for one sentence."""
    try:
        transformers_logging: Any = import_module("transformers.utils.logging")
        transformers_logging.set_verbosity_error()  # before it remarks on packages nobody needs
        diffusers_logging: Any = import_module("diffusers.utils.logging")
        hub: Any = import_module("huggingface_hub.utils")
        import_module("accelerate")  # without it loading takes twice the memory
    except ImportError as error:
        raise EngineError(PACKAGES) from error
    diffusers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    diffusers_logging.disable_progress_bar()
    hub.disable_progress_bars()


def _is_path(name: str) -> bool:
    """Whether a name can only be one of a folder: the hub's are owner/model."""
    return name.startswith((".", "~", "/")) or "\\" in name or name.count("/") > 1


def _family(index: Path) -> Family:
    """Read from a model's index which family it is of."""
    try:
        kind = json.loads(index.read_bytes())["_class_name"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(NO_PIPELINE) from error
    if str(kind) not in FAMILIES:
        raise EngineError(WRONG_KIND)
    return FAMILIES[kind]


def _fetched(name: str, *, looks_local: bool) -> tuple[Family, Path]:
    """Download a model, or find it where it was downloaded to; its kind first, it is small."""
    if looks_local:
        raise EngineError(NO_PIPELINE if Path(name).expanduser().exists() else NO_FOLDER)
    import diffusers
    import huggingface_hub

    try:
        family = _family(Path(huggingface_hub.hf_hub_download(name, INDEX)))
        pipeline: Any = diffusers.DiffusionPipeline
        return family, Path(pipeline.download(name))
    except EngineError:
        raise
    except Exception as error:
        _not_fetched(error)


def _not_fetched(error: Exception) -> NoReturn:
    from huggingface_hub import errors

    said = error if isinstance(error, errors.HfHubHTTPError) else error.__cause__
    status = said.response.status_code if isinstance(said, errors.HfHubHTTPError) else None
    if isinstance(error, errors.GatedRepoError):
        sentence = GATED
    elif isinstance(error, errors.RepositoryNotFoundError | errors.HFValidationError):
        sentence = NOT_ON_HUB
    elif isinstance(error, errors.RemoteEntryNotFoundError):
        sentence = NO_PIPELINE
    elif status in (401, 403):
        sentence = GATED
    elif isinstance(error, OSError) and error.errno == errno.ENOSPC:
        sentence = DISK_FULL
    else:
        sentence = UNREACHABLE
    raise EngineError(sentence) from error


def _opened(folder: Path, family: Family) -> Model:
    """Load a model from a folder and put it on the best device there is."""
    import diffusers
    import psutil  # type: ignore[import-untyped]

    device, dtype = _device(family)
    try:
        needed = _weights_bytes(folder, dtype.itemsize)
        if needed > psutil.virtual_memory().available:  # before the system ends the program
            raise EngineError(MEMORY)
        loader: Any = getattr(diffusers, family.loader)
        pipe = loader.from_pretrained(folder, dtype=dtype, local_files_only=True)
        pipe.set_progress_bar_config(disable=True)
        return Model(_placed(pipe, device, needed), family)
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(MEMORY if out_of_memory(error) else DAMAGED) from error


def _device(family: Family) -> tuple[str, Any]:
    """The best device there is, and the torch type that is quick and right on it."""
    import torch

    if torch.cuda.is_available():
        return "cuda", getattr(torch, family.gpu_dtype)
    if torch.backends.mps.is_available():
        return "mps", getattr(torch, family.gpu_dtype)
    able = torch.cpu.get_capabilities()
    quick = able.get("amx_bf16") or able.get("avx512_bf16")
    return "cpu", torch.bfloat16 if quick else torch.float32


def _weights_bytes(folder: Path, itemsize: int) -> int:
    """Bytes of all weights that will be loaded, read from the heads of their files."""
    from safetensors import safe_open

    total = 0
    for path in folder.glob("*/*.safetensors"):
        if path.name.count(".") > 1:
            continue  # a variant, model.fp16.safetensors: not the one that is loaded
        with safe_open(path, "pt") as file:
            total += sum(math.prod(file.get_slice(key).get_shape()) for key in file.keys())
    return total * itemsize


def _placed(pipe: Any, device: str, needed_bytes: int) -> Any:
    import torch

    if device == "cuda" and needed_bytes > GPU_SHARE * torch.cuda.mem_get_info()[0]:
        pipe.enable_model_cpu_offload()
        return pipe
    return pipe.to(device)
