"""Which kind of picture a file holds, told by its first bytes and never by its name."""

from __future__ import annotations

JPEG, PNG, HEIC, WEBP, TIFF, GIF, BMP = "JPEG", "PNG", "HEIC", "WebP", "TIFF", "GIF", "BMP"

_STARTS = {
    b"\xff\xd8\xff": JPEG,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"II*\0": TIFF,
    b"MM\0*": TIFF,
    b"II+\0": TIFF,  # of files over 4 GB, but written for small ones too
    b"MM\0+": TIFF,
    b"GIF87a": GIF,
    b"GIF89a": GIF,
    b"BM": BMP,
}
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1")


def kind_of(data: bytes) -> str:
    """Return one of the names above; "" is no picture that people photograph in."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return HEIC
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")
