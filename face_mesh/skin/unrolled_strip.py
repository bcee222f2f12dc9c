"""The skin along an anatomical curve, laid out straight: where a fold may lie, and how deep it is.

Folds follow their landmarks only to some millimetres, so they are looked for in a band: rows run
along the curve, columns across it from the midline outwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, gaussian_filter1d, map_coordinates

from face_mesh.arrays import Bool
from face_mesh.landmarks.anatomy import curve
from face_mesh.skin.working_view import View

STEP_MM = 0.4  # finer than the sharpest thing looked for here

Values = npt.NDArray[np.float32]
_CURVE_SOFT_MM = 2.4  # the polygon of the landmarks has corners, a fold has none
_STUBBLE_FINE_MM, _STUBBLE_ALONG_MM, _STUBBLE_WIDE_MM = 0.25, 1.5, 1.5
_LEAST_GRAIN = 0.008  # ln of light: what the noise of a good photo leaves


@dataclass(frozen=True, eq=False)
class Band:
    """Skin along a curve.

    Attributes:
        middle: (n, 2) px of the view, the curve, `STEP_MM` apart.
        outward: (n, 2) unit normals, away from the midline of the face.
        across_mm: (m,) of the columns, 0 on the curve, growing outwards.
        shade: (n, m) mean density.
        bare: (n, m) share of bare skin, from 0 to 1.
        step_px: px of the view from row to row and from column to column.
    """

    middle: Values
    outward: Values
    across_mm: Values
    shade: Values
    bare: Values
    step_px: float

    @classmethod
    def of(cls, view: View, name: str, half_mm: float, shade: Values, bare: Bool) -> Band:
        """Lay out the skin within `half_mm` of a named curve of anatomy.

        Args:
            view: of the face.
            name: of a curve with its side.
            half_mm: to either side.
            shade: (H, W) of the view.
            bare: (H, W) of the view, where it may be read.
        """
        middle = _smooth(view.face.landmarks_px[list(curve(name)), :2], view.px_per_mm)
        along = np.gradient(middle, axis=0)
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
        outward = np.column_stack([-along[:, 1], along[:, 0]])
        midline = view.face.landmarks_px[[0, 17], :2].mean(axis=0)  # the middle of the mouth
        if float(((middle - midline) * outward).sum()) < 0:
            outward = -outward
        steps = round(half_mm / STEP_MM)
        across = np.arange(-steps, steps + 1) * STEP_MM
        at = middle[:, None] + (across * view.px_per_mm)[None, :, None] * outward[:, None]
        there = [at[..., 1], at[..., 0]]
        return cls(
            np.asarray(middle, np.float32),
            np.asarray(outward, np.float32),
            np.asarray(across, np.float32),
            _read(shade, there),
            _read(bare.astype(np.float32), there),
            STEP_MM * view.px_per_mm,
        )

    def drop(self, fine_mm: float, along_mm: float, beside_mm: float) -> Values:
        """Return (n, m), how much darker the skin is than that beside it.

        Args:
            fine_mm: standard deviation of a blur across the curve.
            along_mm: the same along it.
            beside_mm: how far out what it is compared with lies; inwards below 0.
        """
        smooth = gaussian_filter1d(self.shade, along_mm / STEP_MM, axis=0)
        smooth = gaussian_filter1d(smooth, fine_mm / STEP_MM, axis=1)
        by = round(beside_mm / STEP_MM)
        columns = np.clip(np.arange(smooth.shape[1]) + by, 0, smooth.shape[1] - 1)
        return np.asarray(smooth - smooth[:, columns], np.float32)

    def stubble(self) -> Values:
        """Return (n, m), fine detail that does not run along the curve, over that of the cheek."""
        fine = gaussian_filter1d(self.shade, _STUBBLE_FINE_MM / STEP_MM, axis=1)
        fine = fine - gaussian_filter1d(fine, _STUBBLE_ALONG_MM / STEP_MM, axis=0)
        power = gaussian_filter(fine * fine, _STUBBLE_WIDE_MM / STEP_MM)
        grain = np.sqrt(np.maximum(power, 0.0))
        rows = slice(len(grain) // 5, len(grain) // 2)  # the upper cheek, free of beard in most
        usual = max(float(np.median(grain[rows, self.across_mm > 3.0])), _LEAST_GRAIN)
        return np.asarray(grain / usual, np.float32)

    def laid_back(self, values: Values, x: Values, y: Values) -> Values:
        """Return values of the band at (h, w) places of the view; 0 beyond the band."""
        off_x = x[..., None] - self.middle[:, 0]
        off_y = y[..., None] - self.middle[:, 1]
        row = np.argmin(off_x * off_x + off_y * off_y, axis=2)
        normal = self.outward[row]
        there = np.stack([x, y], axis=-1) - self.middle[row]
        out_px = (there * normal).sum(axis=-1)
        on_px = there[..., 0] * normal[..., 1] - there[..., 1] * normal[..., 0]
        column = out_px / self.step_px + (len(self.across_mm) - 1) / 2
        found = map_coordinates(values, [row, column], order=1, mode="constant", cval=0.0)
        beyond = np.abs(on_px) > 2.0 * self.step_px  # above the first and below the last row
        return np.asarray(np.where(beyond, 0.0, found), np.float32)


def _read(layer: Values, there: list[npt.NDArray[np.float64]]) -> Values:
    return np.asarray(map_coordinates(layer, there, order=1, mode="nearest"), np.float32)


def _smooth(points: npt.NDArray[np.float64], px_per_mm: float) -> npt.NDArray[np.float64]:
    """A smooth curve along points, `STEP_MM` apart, (n, 2)."""
    pieces = np.hypot(*np.diff(points, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(pieces)])
    at = np.arange(0.0, length[-1], STEP_MM * px_per_mm)
    line = np.column_stack([np.interp(at, length, points[:, i]) for i in (0, 1)])
    pad = 10  # steps by which the ends go on straight, so that smoothing does not draw them in
    steps = np.arange(1, pad + 1)[:, None]
    before = line[0] - steps[::-1] * (line[1] - line[0])
    after = line[-1] + steps * (line[-1] - line[-2])
    soft = gaussian_filter1d(
        np.concatenate([before, line, after]), _CURVE_SOFT_MM / STEP_MM, axis=0
    )
    return np.asarray(soft[pad:-pad], np.float64)
