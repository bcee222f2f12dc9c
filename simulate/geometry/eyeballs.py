"""What of a picture stays where it is whatever moves around it: the eyes between their lids.

Skin is moved on a grid whose nodes are wider apart than a lid margin is thick, so that what moves a
lid's skin would draw the iris along. No procedure of the catalogue moves an eye: between the lids
every field is taken to nothing, pixel by pixel, and the bytes of iris and white are the photo's;
beside them skin moves by less than its way to them, so that nothing folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Field, Mask
from face_mesh.landmarks.anatomy import curve
from face_mesh.ramp import smooth_ramp

STILL_MM = 0.3  # beyond the opening of the lids by landmarks: the margin and the roots of lashes
# Beyond that skin moves no farther than this share of the way to what is still, or the picture
# would fold there; beyond the second nothing is held.
MOST_OF_WAY, REACH_MM = 0.7, 10.0
LIGHT_MM = 0.6  # beyond it, over which light and colour come in: they reach to the margin of a lid
EDGE_PX = 1.0
_SUBPIXEL = 16  # of cv2's fixed points, 4 bits


@dataclass(frozen=True, eq=False)
class Eyeball:
    """An eye between its lids in a photo.

    Attributes:
        rows, columns: window of the photo around it.
        lit: (h, w, 1) float32, how far light and colour act: 0 on the eye, 1 beside it.
        most_px: (h, w, 1) float32, how far skin moves at most.
    """

    rows: slice
    columns: slice
    lit: Mask
    most_px: Mask

    def hold(self, field: Field, rows: slice, columns: slice) -> None:
        """Take a field on a window of the photo to nothing on the eye, in place.

        Args:
            field: (h, w, 2) float32 displacements in px, or (h, w) or (h, w, 3) of light or colour.
            rows: of the photo.
            columns: of the photo.
        """
        both = [
            slice(max(one.start, own.start), min(one.stop, own.stop))
            for one, own in ((rows, self.rows), (columns, self.columns))
        ]
        if any(one.stop <= one.start for one in both):
            return
        y, x = both
        here = field[_from(y, rows), _from(x, columns)]
        inside = _from(y, self.rows), _from(x, self.columns)
        if field.ndim == 3 and field.shape[2] == 2:
            away = np.linalg.norm(here, axis=2, keepdims=True)
            here *= np.minimum(1.0, self.most_px[inside] / np.maximum(away, 1e-6))
        else:
            here *= self.lit[inside] if field.ndim == 3 else self.lit[inside][..., 0]


def eyeballs(face: Face) -> tuple[Eyeball, ...]:
    """Return the eyes of a face that lie in its photo."""
    found = (_eyeball(face, side) for side in ("left", "right"))
    return tuple(one for one in found if one is not None)


def _from(part: slice, whole: slice) -> slice:
    return slice(part.start - whole.start, part.stop - whole.start)


def _eyeball(face: Face, side: str) -> Eyeball | None:
    lids = curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}")[::-1]
    at = face.landmarks_px[list(lids), :2]
    room = (STILL_MM + REACH_MM) * face.px_per_mm + EDGE_PX + 2.0
    low = np.floor(at.min(axis=0) - room).astype(int)
    width, height = (np.ceil(at.max(axis=0) + room).astype(int) - low).tolist()
    inside = np.zeros((height, width), np.uint8)  # beyond the photo too, if the eye lies there
    outline = np.round((at - low) * _SUBPIXEL).astype(np.int32)
    cv2.fillPoly(inside, [outline], 1, cv2.LINE_8, 4)
    away = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # A px on the outline is of the eye too, however coarse the photo is.
    way_mm = np.maximum((away - EDGE_PX) / face.px_per_mm - STILL_MM, 0.0)
    lit = smooth_ramp(way_mm / LIGHT_MM)[..., None]
    most_px = np.asarray(MOST_OF_WAY * face.px_per_mm * way_mm, np.float32)[..., None]
    left, top = low.tolist()
    rows = slice(max(0, top), min(face.photo.height, top + height))
    columns = slice(max(0, left), min(face.photo.width, left + width))
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return None
    seen = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return Eyeball(rows, columns, *(np.ascontiguousarray(one[seen]) for one in (lit, most_px)))
