"""Small picture files of every format, made here."""

import io

import numpy as np
import pillow_heif
from PIL import Image

ORIENTATION = 0x0112


def pattern(height=80, width=112):
    """(H, W, 3) uint8: a ramp each way and four different corners; no turn of it is itself."""
    y, x = np.mgrid[:height, :width]
    rgb = np.stack([40 + x, 60 + y, np.full_like(x, 90)], -1).clip(0, 255).astype(np.uint8)
    rgb[:16, :16] = 250, 10, 10
    rgb[:16, -16:] = 10, 250, 10
    rgb[-16:, :16] = 10, 10, 250
    rgb[-16:, -16:] = 240, 240, 30
    return rgb


def saved(picture, kind, **options):
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def heic(picture, **options):
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    stream = io.BytesIO()
    pillow_heif.from_pillow(picture).save(stream, quality=-1, chroma=444, **options)
    return stream.getvalue()


def with_orientation(value):
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


def distance(image, expected):
    """Largest difference of any pixel, in levels."""
    assert image.shape == expected.shape
    return int(np.abs(image.astype(int) - expected).max())
