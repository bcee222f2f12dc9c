"""The network that tells covers: its weights, and running it.

It is made and trained by torch (`training/cover_network.py`) and run by ONNX Runtime. What it was
trained on and how well it does: `weights/MODEL_CARD.md`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from face_mesh.arrays import Mask, Points, Rgb
from face_mesh.covers.face_crop import SIZE_PX, band_input, eye_band, frame_of, input_of
from face_mesh.errors import EngineError
from face_mesh.onnx_runtime import load_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FOLDER = Path(__file__).with_name("weights")
SHA256 = {
    "covers": "14e1dbcfdcf09c7a1bffd69de0d88645b1d6be7348283a8cbcf536dfefb1f251",
    "glasses": "792a8d5aae99ebd059ea560e505373a482e961b5c0ca495fa5af8c87c7c52f56",
}
UPSIDE_DOWN = 1  # of the marks of the whole face
INPUT, OUTPUTS = "seen", ("covered", "whole")  # what the files call them


@dataclass(frozen=True, eq=False)
class Sight:
    """What the network sees in a face.

    Attributes:
        covered: (S, S) float32 in [0, 1], how surely each pixel of the crop is covered.
        glasses: how surely glasses are worn, as a logit: 0 is even.
        upside_down: how surely the face in the photo is upside down, its landmarks not.
    """

    covered: Mask
    glasses: float
    upside_down: float


def look(rgb: Rgb, landmarks_px: Points) -> Sight:
    """Return what covers a face: the mean of the face as it is and mirrored.

    Args:
        rgb: (H, W, 3) uint8.
        landmarks_px: (478, 2 or 3).

    Raises:
        EngineError: the weights are missing or damaged.
    """
    frame = frame_of(landmarks_px)
    crop = frame.image(rgb)
    seen = np.stack([input_of(crop), input_of(np.ascontiguousarray(crop[:, ::-1]))])
    covered, whole = _session("covers").run(list(OUTPUTS), {INPUT: seen})
    sure = _sigmoid((covered[0] + covered[1][:, ::-1]) / 2.0)
    size = (SIZE_PX, SIZE_PX)
    band = eye_band(rgb, landmarks_px)
    bands = np.stack([band_input(band), band_input(np.ascontiguousarray(band[:, ::-1]))])
    (worn,) = _session("glasses").run(list(OUTPUTS[1:]), {INPUT: bands})
    over = float(_sigmoid(whole[:, UPSIDE_DOWN].mean()))
    soft = np.asarray(cv2.resize(sure, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return Sight(soft, float(worn.mean()), over)


def _sigmoid(logit: Mask) -> Mask:
    return np.asarray(1.0 / (1.0 + np.exp(-logit)), np.float32)


@cache
def _session(name: str) -> InferenceSession:
    try:
        data = (FOLDER / f"{name}.onnx").read_bytes()
    except OSError as error:
        raise EngineError(
            "The cover model is missing from this installation; install Beforehand again."
        ) from error
    if hashlib.sha256(data).hexdigest() != SHA256[name]:
        raise EngineError(
            "The cover model is damaged or not the tested one; install Beforehand again."
        )
    return load_session(data)
