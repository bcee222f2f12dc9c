"""Which kind of picture a file holds, told by its first bytes and never by its name."""

from __future__ import annotations

JPEG, PNG, HEIC, WEBP, TIFF, GIF, BMP = "JPEG", "PNG", "HEIC", "WebP", "TIFF", "GIF", "BMP"
RAW = "camera raw"  # what the sensor saw, which only its maker's program turns into a picture

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
    b"IIRO": RAW,  # Olympus, as the next two
    b"IIRS": RAW,
    b"MMOR": RAW,
    b"IIU\0": RAW,  # Panasonic, Leica
    b"FUJIFILMCCD-RAW": RAW,
    b"FOVb": RAW,  # Sigma
}
# Of files of HEVC pictures: one, several, and those of pictures that follow each other.
_HEVC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_ANY_BRANDS = (b"mif1", b"mif2", b"msf1")  # pictures of any codec, which the other brands name
_AV1_BRANDS = (b"avif", b"avis")
_CANON_RAW = b"crx "
_MOST_BRANDS = 256  # bytes of them; files have up to ten, of four bytes each


def kind_of(data: bytes) -> str:
    """Return one of the names above; "" is no picture that people photograph in.

    A raw file that is a TIFF by its first bytes is told by `raw_file` alone.
    """
    if data[4:8] == b"ftyp":
        return _kind_of_boxes(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")


def _kind_of_boxes(data: bytes) -> str:
    brand = data[8:12]
    if brand == _CANON_RAW:
        return RAW
    if brand in _HEVC_BRANDS:
        return HEIC
    if brand not in _ANY_BRANDS:
        return ""
    end = min(int.from_bytes(data[:4], "big"), len(data), _MOST_BRANDS)
    others = {data[at : at + 4] for at in range(16, end, 4)}
    return "" if others.intersection(_AV1_BRANDS) else HEIC
