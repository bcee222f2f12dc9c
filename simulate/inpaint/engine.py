"""The one protocol of the inpainting engines: a generator of steps, the last carries the picture.

Progress, a cancel button and a time limit need nothing else: whoever draws the steps may stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from face_mesh.arrays import Mask, Rgb


@dataclass(frozen=True, eq=False)
class Fill:
    """What an engine is asked to fill.

    Attributes:
        rgb: (H, W, 3) uint8, the crop to work on; never written to.
        mask: (H, W) float32 in [0, 1]; above 0 is replaced, the value says how fully.
        px_per_mm: scale of the crop.
        seed: of the noise; the same seed gives the same picture on one machine.
        skin: (H, W) float32 in [0, 1], 1 where bare skin may be looked at for texture; None is
            everywhere. Lashes, brows and frames outside it never bleed into the fill.
        anatomy: what the place is called, for an engine that reads words.
    """

    rgb: Rgb
    mask: Mask
    px_per_mm: float
    seed: int = 0
    skin: Mask | None = None
    anatomy: str = "skin of the face"


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the work.

    Attributes:
        fraction: of the whole work that is done, rising to 1.
        picture: (H, W, 3) uint8, None but in the last step; equal to `Fill.rgb` to the byte where
            the mask is 0.
    """

    fraction: float
    picture: Rgb | None = None


class Engine(Protocol):
    """An inpainting engine.

    Attributes:
        id: what the command line calls it; part of every cache key.
    """

    id: str

    def steps(self, request: Fill) -> Iterator[Step]:
        """Yield the steps of one fill.

        Raises:
            EngineError: the model is missing, broken, of the wrong kind or out of memory.
        """
        ...
