"""Files put together from parts, as cameras do it and as somebody who means harm does."""

import io
import struct
import zlib

from PIL import Image

SIDE = 80  # px of the pictures made here


def picture(kind: str, **options: object) -> bytes:
    """A small picture of a format of Pillow's."""
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


# --- JPEG --------------------------------------------------------------------------------------


def segment(marker: int, content: bytes = b"") -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg(before: bytes = b"", after: bytes = b"", **options: object) -> bytes:
    """A JPEG with parts before its first segment, and before its end."""
    data = picture("JPEG", **options)
    return data[:2] + before + data[2:-2] + after + data[-2:]


def many_scans(scans: int, width: int = SIDE, height: int = SIDE) -> bytes:
    """A grey progressive JPEG whose one scan of details is there again and again."""
    stream = io.BytesIO()
    Image.new("L", (64, 64), 128).save(stream, "JPEG", progressive=True)
    data = stream.getvalue().replace(
        struct.pack(">HH", 64, 64), struct.pack(">HH", height, width), 1
    )
    first = data.index(b"\xff\xda")
    tables = data.index(b"\xff\xc4", first)
    length = int.from_bytes(data[tables + 2 : tables + 4], "big") + 2
    scan = segment(0xDA, bytes((1, 1, 0, 1, 63, 0))) + b"\0\0"
    start = data[: first + 10] + b"\0\0" + data[tables : tables + length]
    return start + scan * (scans - 1) + b"\xff\xd9"


# --- PNG and WebP ------------------------------------------------------------------------------


def png_chunk(kind: bytes, content: bytes = b"") -> bytes:
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def png(before: bytes = b"", after: bytes = b"", **options: object) -> bytes:
    """A PNG with chunks before its pixels, and behind them."""
    data = picture("PNG", **options)
    return data[:33] + before + data[33:-12] + after + data[-12:]


def webp_chunk(kind: bytes, content: bytes = b"") -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def webp(after: bytes = b"") -> bytes:
    """A WebP with chunks behind its pixels."""
    data = picture("WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    return data[:4] + struct.pack("<I", len(data) - 8 + len(after)) + data[8:] + after


# --- GIF and BMP -------------------------------------------------------------------------------


def gif(before: bytes = b"") -> bytes:
    """A GIF with extensions before its first frame."""
    stream = io.BytesIO()
    Image.new("P", (SIDE, SIDE), 3).save(stream, "GIF")
    data = stream.getvalue()
    at = 13 + (3 * 2 ** (data[10] % 8 + 1) if data[10] & 0x80 else 0)
    return data[:at] + before + data[at:]


def bmp_of_runs() -> bytes:
    """A BMP of 256 colours as run lengths."""
    head = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 8, 1, 0, 0, 0, 256, 0)
    start = b"BM" + struct.pack("<IHHI", 0, 0, 0, 14 + 40 + 1024)
    return start + head + b"\x10\x20\x30\0" * 256 + bytes((1, 5)) * SIDE * SIDE


# --- TIFF --------------------------------------------------------------------------------------

SHORT, LONG, RATIONAL = 3, 4, 5
SIZES = {SHORT: 2, LONG: 4, RATIONAL: 8}


def tiff(*more: tuple[int, int, int], big: bool = False, order: str = "<") -> bytes:
    """A grey TIFF with further entries (tag, type, how many numbers), all of them 1."""
    pixels = b"\x44" * SIDE * SIDE
    one = {256: SIDE, 257: SIDE, 258: 8, 259: 1, 262: 1, 277: 1, 278: SIDE, 279: len(pixels)}
    count = len({*one, 273} | {tag for tag, _, _ in more})
    entry, number, head = (20, "Q", 16) if big else (12, "L", 8)
    behind = head + (8 if big else 2) + entry * count + (8 if big else 4)
    entries = {tag: (LONG, 1, struct.pack(order + number, value)) for tag, value in one.items()}
    if order == ">":
        entries = {tag: (LONG, 1, struct.pack(">L", value)) for tag, value in one.items()}
    blob = pixels
    entries[273] = (LONG, 1, struct.pack(order + "L", behind))
    for tag, kind, number_of in more:
        values = struct.pack(order + "L", 1) * (number_of * SIZES[kind] // 4 or 1)
        if number_of * SIZES[kind] <= (8 if big else 4):
            entries[tag] = (kind, number_of, struct.pack(order + ("L" if kind == LONG else "H"), 1))
        else:
            entries[tag] = (kind, number_of, struct.pack(order + number, behind + len(blob)))
            blob += values
    rows = b"".join(
        struct.pack(order + "HH" + number, tag, kind, n) + value.ljust(8 if big else 4, b"\0")
        for tag, (kind, n, value) in sorted(entries.items())
    )
    mark = b"II" if order == "<" else b"MM"
    if big:
        start = mark + struct.pack(order + "HHHQ", 43, 8, 0, 16) + struct.pack(order + "Q", count)
        return start + rows + b"\0" * 8 + blob
    start = mark + struct.pack(order + "HLH", 42, 8, count)
    return start + rows + b"\0" * 4 + blob


# --- HEIC --------------------------------------------------------------------------------------


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full_box(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return box(kind, bytes((version, 0, 0, 0)) + content)


def heic(
    sizes: dict[int, tuple[int, int]],
    made_of: dict[int, list[int]],
    items: int | None = None,
    boxes: bytes = b"",
) -> bytes:
    """The structure of a HEIC without its pixels.

    Args:
        sizes: (width, height) in px of each item.
        made_of: the items that an item is put together from.
        items: how many it says there are.
        boxes: beside all others.
    """
    said = len(sizes) if items is None else items
    infos = b"".join(
        full_box(b"infe", struct.pack(">HH4sB", one, 0, b"hvc1", 0), 2) for one in sizes
    )
    properties = b"".join(full_box(b"ispe", struct.pack(">II", *size)) for size in sizes.values())
    links = b"".join(
        struct.pack(">HBH", item, 1, number) for number, item in enumerate(sizes, start=1)
    )
    association = box(
        b"ipma", bytes((0, 0, 0, 1)) + struct.pack(">I", len(sizes)) + links
    )  # indices of 15 bits
    references = b"".join(
        box(b"dimg", struct.pack(f">HH{len(parts)}H", item, len(parts), *parts))
        for item, parts in made_of.items()
    )
    meta = (
        full_box(b"pitm", struct.pack(">H", 1))
        + full_box(b"iinf", struct.pack(">H", said) + infos)
        + full_box(b"iref", references)
        + box(b"iprp", box(b"ipco", properties) + association)
        + boxes
    )
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + full_box(b"meta", meta)
