"""The measured face: one value that holds all that was read off a photo."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

import cv2
import numpy as np

from face_mesh.arrays import Points, Rgb
from face_mesh.cache import Key, Scope, get_or_build
from face_mesh.landmarks.pose import Pose
from face_mesh.landmarks.scale import Scale
from face_mesh.photo.photo import Photo

Severity = Literal["info", "warn", "block"]
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One thing noticed about a photo, in a patient's words.

    Attributes:
        id: snake_case name.
        severity: "info", "warn" or "block" (a simulation from this photo would be wrong).
        message: what was seen.
        advice: how to fix it.
    """

    id: str
    severity: Severity
    message: str
    advice: str


@dataclass(frozen=True)
class Measure:
    """One anthropometric measure with its standard uncertainty, in `unit` (mm, deg or ratio)."""

    id: str
    name: str
    value: float
    unit: str
    sd: float


@dataclass(frozen=True, eq=False)
class Face:
    """A photo and everything read off it. Equal and hashed by content.

    Attributes:
        photo: the photo.
        landmarks_px: (478, 3) float64; x, y px, z on the scale of x, negative to the camera.
        mesh_mm: (478, 3) float64, the same points in the head frame, mm.
        pose: head pose and projection.
        scale: px per mm, its uncertainty and its source.
        expression: blendshape name to score in [0, 1].
        findings: photo quality, worst first.
        workspace: what was worked out once for this face (`face_mesh.cache`), by key and size;
            shared by all sizes of the same face and freed with it.
    """

    photo: Photo
    landmarks_px: Points
    mesh_mm: Points
    pose: Pose
    scale: Scale
    expression: dict[str, float]
    findings: tuple[Finding, ...] = ()
    workspace: dict[tuple[Key, tuple[int, int] | None], Any] = field(
        default_factory=dict, repr=False
    )

    @property
    def px_per_mm(self) -> float:
        """Photo px per mm in the plane of the eyes."""
        return self.scale.px_per_mm

    @property
    def px_per_mm_sd(self) -> float:
        """Standard uncertainty of `px_per_mm`."""
        return self.scale.px_per_mm_sd

    @property
    def smile(self) -> float:
        """How much the mouth smiles, mean of both sides, 0 to 1."""
        return sum(self.expression.get(f"mouthSmile{s}", 0.0) for s in ("Left", "Right")) / 2.0

    @cached_property
    def key(self) -> str:
        """Hash of the photo, landmarks and scale: what any result of this face depends on."""
        digest = hashlib.sha256(self.photo.sha256.encode())
        digest.update(np.ascontiguousarray(self.landmarks_px).tobytes())
        digest.update(repr(self.scale).encode())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Two faces are equal when photo, landmarks and scale are."""
        return isinstance(other, Face) and self.key == other.key

    def __hash__(self) -> int:
        """Hash by content."""
        return hash(self.key)

    def cached(self, key: Key, build: Callable[[], T]) -> T:
        """Return the value of a key, worked out by `build` once a face, or once a size of it.

        `face_mesh.cache.cached_per` makes the key and is what functions of a face use.
        """
        size = None if key.scope is Scope.HEAD else (self.photo.width, self.photo.height)
        return get_or_build(self.workspace, (key, size), build)

    def resized(self, longest_px: int) -> Face:
        """Return this face on a photo reduced to `longest_px`; itself if that is no reduction.

        Nothing is measured again: the mesh, the scale in mm and the workspace are shared.
        """
        height, width = self.photo.image.shape[:2]
        factor = longest_px / max(height, width)
        if factor >= 1.0:
            return self
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = cv2.resize(self.photo.image, size, interpolation=cv2.INTER_AREA)
        points = self.landmarks_px * factor
        points[:, :2] += 0.5 * factor - 0.5
        s = self.scale
        return replace(
            self,
            photo=Photo.from_rgb(np.asarray(small, np.uint8)),
            landmarks_px=points,
            pose=self.pose.at_scale(factor),
            scale=Scale(s.px_per_mm * factor, s.px_per_mm_sd * factor, s.source),
        )

    def repainted(self, image: Rgb) -> Face:
        """Return this face with other pixels at the same landmarks, to read its skin again.

        What depends on the pixels (`Scope.PIXELS`) is worked out anew; regions and the skin mask,
        which a repainted face shares with its original, are not.
        """
        shared = self.workspace.copy()  # at one go: another thread may be adding to it
        kept = {
            (key, size): v for (key, size), v in shared.items() if key.scope is not Scope.PIXELS
        }
        return replace(self, photo=Photo.from_rgb(image), workspace=kept)
