"""The hub engine: an inpainting model of somebody else, from a folder or from the hub.

A pipeline of diffusers runs to its end in one call. It runs in a thread here, so that whoever draws
the steps sees them come and may stop between any two of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue

import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Rgb
from face_mesh.errors import EngineError
from face_mesh.messages import N_
from simulate.inpaint.composite import composite
from simulate.inpaint.engine import Fill, Step
from simulate.inpaint.hub_model import MEMORY, Model, load
from simulate.inpaint.out_of_memory import out_of_memory
from simulate.inpaint.square_crop import Crop

STEPS = 30  # author's estimate: skin has no composition to settle, so fewer than the usual 50
PAINTED = 0.95  # of the work is done when the last step is; then latents become a picture
BEAT_S = 0.2  # how often the same step comes again while the model works, so that one may stop

# Words about the place and the photograph only: nothing about whose face it is.
PROMPT = "close-up photograph of natural {anatomy}, realistic pores, same light"
NEGATIVE = "airbrushed, plastic, blurred, painted, drawing, make-up, text"

BLACKED_OUT = N_(
    "The safety check that comes with this model blacked its picture out; try another seed or "
    "another model."
)
NO_PICTURE = N_(
    "The model made no usable picture on this computer; try another model, or use the engine "
    "embedded."
)


class HubEngine:
    """A model by the name of its folder or its name on the hub.

    Attributes:
        id: "hub:" and that name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.id = f"hub:{name}"

    def steps(self, request: Fill) -> Iterator[Step]:
        """Yield the steps of one fill; the same step again while the model works on the next.

        Closing the generator stops the model within one of its steps. Only a model that is still
        being loaded or downloaded goes on until it is there, for the next time.

        Raises:
            EngineError: the model is missing, of the wrong kind, damaged or too large.
        """
        if not (request.mask > 0).any():
            yield Step(1.0, request.rgb.copy())
            return
        run = _Run(self.name, request)
        run.thread.start()
        fraction = 0.0
        try:
            while True:
                try:
                    said = run.said.get(timeout=BEAT_S)
                except Empty:
                    said = fraction
                if isinstance(said, Exception):
                    raise said
                if not isinstance(said, float):
                    yield Step(1.0, composite(request, said))
                    return
                fraction = said
                yield Step(fraction)
        finally:
            run.stop()


class _Stopped(Exception):
    """Raised inside the pipeline to leave it."""


class _Run:
    """One fill in its own thread.

    Attributes:
        thread: to be started once.
        said: shares of the work done, then the picture or an EngineError.
    """

    def __init__(self, name: str, request: Fill) -> None:
        self.said: SimpleQueue[float | Rgb | Exception] = SimpleQueue()
        self.thread = threading.Thread(
            target=self._work, args=(name, request), name="hub fill", daemon=True
        )
        self._stopped, self._painting = threading.Event(), threading.Event()

    def stop(self) -> None:
        """End the thread, unless it is loading a model: then it ends when that is done."""
        self._stopped.set()
        if self._painting.is_set():
            self.thread.join()

    def _work(self, name: str, request: Fill) -> None:
        try:
            model = load(name, self._wait)
            self._wait(model.busy)
            try:
                self._painting.set()
                self._check()
                self.said.put(self._painted(model, request))
            finally:
                model.busy.release()
        except _Stopped:
            pass
        except EngineError as error:
            self.said.put(error)
        except Exception as error:
            told = EngineError(MEMORY if out_of_memory(error) else NO_PICTURE)
            told.__cause__ = error
            self.said.put(told)

    def _wait(self, lock: threading.Lock) -> None:
        while not lock.acquire(timeout=BEAT_S):
            self._check()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise _Stopped

    def _painted(self, model: Model, request: Fill) -> Rgb:
        """Run the pipeline on a crop and return the whole picture, not yet blended."""
        import torch

        crop = Crop.around(request, model.size_px)

        def stepped(pipe: object, i: int, _time: object, _kept: object) -> dict[str, object]:
            self._check()
            self.said.put(PAINTED * (i + 1) / model.pipe.num_timesteps)
            return {}

        made = model.pipe(
            prompt=PROMPT.format(anatomy=request.anatomy),
            **({"negative_prompt": NEGATIVE} if model.family.negative else {}),
            image=crop.photo(),
            mask_image=crop.mask(model.cell_px),
            height=model.size_px,
            width=model.size_px,
            num_inference_steps=STEPS,
            generator=torch.Generator("cpu").manual_seed(request.seed),
            output_type="np",
            callback_on_step_end=stepped,
        )
        if any(getattr(made, "nsfw_content_detected", None) or ()):
            raise EngineError(BLACKED_OUT)
        picture: npt.NDArray[np.float32] = np.asarray(made.images[0], np.float32)
        if not np.isfinite(picture).all():
            raise EngineError(NO_PICTURE)
        return crop.on_photo(picture)
