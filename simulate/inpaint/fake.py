"""An engine for tests of pages: quick, without torch, and the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from face_mesh.skin.masked_blur import across
from simulate.inpaint.composite import composite
from simulate.inpaint.engine import Fill, Step

STEPS = 4
SMOOTH_MM = 1.0
GRAIN = 2.0  # levels


class FakeEngine:
    """Fills a mask smoothly from around it, with a faint grain."""

    id = "fake"

    def steps(self, request: Fill) -> Iterator[Step]:
        """Yield the steps of one fill."""
        for i in range(1, STEPS):
            yield Step(i / STEPS)
        known = np.asarray(request.mask <= 0, np.float32)
        smooth = across(request.rgb.astype(np.float32), known, SMOOTH_MM * request.px_per_mm)
        grain = np.random.default_rng(request.seed).normal(0.0, GRAIN, (*request.mask.shape, 1))
        filled = np.clip(np.round(smooth + grain), 0, 255).astype(np.uint8)
        yield Step(1.0, composite(request, filled))
