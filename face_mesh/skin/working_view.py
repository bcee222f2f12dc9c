"""The face at one scale for every detector, in optical density, with its bare skin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask
from face_mesh.cache import Key, Scope, cached_per, get_or_build
from face_mesh.face import Face
from face_mesh.regions import Patch, region_patch
from face_mesh.skin.masked_blur import across
from face_mesh.skin.skin_mask import skin_mask

VIEW_PX_PER_MM = 2.5
BARE = 0.6  # from here on the skin mask says skin
DARKEST = 2e-3  # of linear light: what is darker is taken as that
_BRIDGE_MM = 1.0  # over what is not skin, density goes on from beside it

Values = npt.NDArray[np.float32]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class View:
    """A face at the detectors' scale.

    Attributes:
        face: the face resized; coarser photos keep their own scale.
        density: (h, w, 3) float32, -ln of linear light in R, G, B.
        shade: (h, w) float32, mean of the three densities: relief takes the same from each channel,
            and no channel's noise rules. Where there is no skin it goes on from beside it.
        bare: (h, w) bool, bare skin.
        derived: what detectors worked out once for it (`face_mesh.cache`).
    """

    face: Face
    density: Values
    shade: Values
    bare: Bool
    derived: dict[Key, Any] = field(default_factory=dict, repr=False)

    @property
    def px_per_mm(self) -> float:
        """Scale of the view."""
        return self.face.px_per_mm

    @classmethod
    def of(cls, face: Face) -> View:
        """Return the view of a face, made once a photo size."""
        return _view(face)

    def cached(self, key: Key, build: Callable[[], T]) -> T:
        """Return the value of a key, worked out by `build` once a view."""
        return get_or_build(self.derived, key, build)

    def area(self, region: str) -> Area:
        """Return a named region of the view, with what lies around it."""
        return Area.of(self, region_patch(self.face, region))

    def patch(self, mask: Mask, rows: slice, columns: slice, photo: Face) -> Patch:
        """Bring a mask of a window of the view to the photo's own size."""
        factor = photo.px_per_mm / self.px_per_mm
        if self.face is photo or abs(factor - 1.0) < 1e-9:
            whole = np.ascontiguousarray(np.clip(mask, 0, 1))
            return Patch(whole, columns.start, rows.start)
        height, width = photo.photo.height, photo.photo.width
        full_y, full_x = height / self.face.photo.height, width / self.face.photo.width
        x0, y0 = int(columns.start * full_x), int(rows.start * full_y)
        x1 = min(width, int(np.ceil(columns.stop * full_x)))
        y1 = min(height, int(np.ceil(rows.stop * full_y)))
        # The view's pixel centres in the photo, so that nothing is shifted by half a pixel.
        x = (np.arange(x0, x1) + 0.5) / full_x - 0.5 - columns.start
        y = (np.arange(y0, y1) + 0.5) / full_y - 0.5 - rows.start
        matrix = np.array([[1 / full_x, 0.0, x[0]], [0.0, 1 / full_y, y[0]]])
        out = cv2.warpAffine(
            mask,
            matrix,
            (x1 - x0, y1 - y0),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return Patch(np.asarray(np.clip(out, 0, 1), np.float32), x0, y0)


@cached_per(Scope.PIXELS)
def _view(face: Face) -> View:
    longest = max(face.photo.width, face.photo.height)
    small = face.resized(max(1, round(longest * VIEW_PX_PER_MM / face.px_per_mm)))
    density = -np.log(np.maximum(linear(small.photo.image), DARKEST))
    shade = density.mean(axis=2)
    bare: Bool = skin_mask(small) > BARE
    bridge = across(shade[..., None], bare.astype(np.float32), _BRIDGE_MM * small.px_per_mm)
    shade = np.where(bare, shade, bridge[..., 0])
    return View(small, density, np.asarray(shade, np.float32), bare)


@dataclass(frozen=True, eq=False)
class Area:
    """A region in a view and a window around it.

    Attributes:
        rows, columns: the window, with room for filters.
        inside: (h, w) float32 in [0, 1], the soft region where there is bare skin.
        bare: (h, w) bool, bare skin.
        shade: (h, w) float32, of the view.
    """

    rows: slice
    columns: slice
    inside: Mask
    bare: Bool
    shade: Values

    @classmethod
    def of(cls, view: View, region: Patch) -> Area:
        """Return the area of a region."""
        pad = round(6.0 * view.px_per_mm)
        height, width = view.bare.shape
        h, w = region.mask.shape
        rows = slice(max(0, region.y - pad), min(height, region.y + h + pad))
        columns = slice(max(0, region.x - pad), min(width, region.x + w + pad))
        soft = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.float32)
        y, x = region.y - rows.start, region.x - columns.start
        soft[y : y + h, x : x + w] = region.mask
        bare = view.bare[rows, columns]
        return cls(rows, columns, soft * bare, bare, view.shade[rows, columns])

    def mean(self, values: Values) -> float:
        """Return the mean over the region, 0 where it shows no skin."""
        whole = float(self.inside.sum())
        return float((values * self.inside).sum() / whole) if whole > 1.0 else 0.0

    def places(self) -> tuple[Values, Values]:
        """Return x and y in px of the view at each pixel of the window, each (h, w)."""
        y, x = np.mgrid[self.rows, self.columns]
        return x.astype(np.float32), y.astype(np.float32)


def linear(rgb: npt.NDArray[np.uint8]) -> Values:
    """Return linear light of sRGB bytes, (H, W, 3) float32 in [0, 1] (IEC 61966-2-1)."""
    return np.asarray(cv2.LUT(np.ascontiguousarray(rgb), _LINEAR), np.float32)


_CODE = np.arange(256) / 255.0
_LINEAR = np.where(_CODE <= 0.04045, _CODE / 12.92, ((_CODE + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)
