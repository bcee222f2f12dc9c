"""What the installed wheels hold besides their own code: libraries of others, by file and version.

Read from the files, not from what a wheel says of itself: one of OpenCV names no OpenSSL and holds
one. What was linked in without a file of its own is looked for only where it matters most, in
cryptography.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

GPL, LGPL2, LGPL3 = "GPL-2.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-or-later"
# How its files are called -> its name, its licence, and what its version looks like inside.
LIBRARIES: dict[str, tuple[str, str, bytes]] = {
    r"aom": ("libaom", "BSD-2-Clause", b""),
    r"asound": ("ALSA", LGPL2, b""),
    r"av(codec|device|filter|format|util)|swresample|swscale": ("FFmpeg", LGPL2, b""),
    r"avif": ("libavif", "BSD-2-Clause", b""),
    r"brotli(common|dec|enc)": ("Brotli", "MIT", b""),
    r"bz2": ("bzip2", "bzip2-1.0.6", b""),
    r"c2pa_c": ("c2pa-rs", "MIT or Apache-2.0", b""),
    r"crypto|ssl": ("OpenSSL", "OpenSSL or Apache-2.0", rb"(?<!\w)OpenSSL (\d+\.\d+\.\d+[a-z]*) "),
    r"dav1d": ("dav1d", "BSD-2-Clause", b""),
    r"de265": ("libde265", LGPL3, b""),
    r"drm": ("libdrm", "MIT", b""),
    r"freetype": ("FreeType", "FTL", b""),
    r"gfortran|quadmath|gomp|omp": ("GCC runtime", "GPL-3.0 with its runtime exception", b""),
    r"gmp": ("GMP", f"{LGPL3} or {GPL}", rb"\0(6\.\d+\.\d+)\0"),
    r"gnutls": ("GnuTLS", LGPL2, rb"GnuTLS (\d[\d.]+) "),
    r"harfbuzz": ("HarfBuzz", "MIT", b""),
    r"heif": ("libheif", LGPL3, b""),
    r"hogweed|nettle": ("Nettle", f"{LGPL3} or {GPL}", b""),
    r"jpeg|turbojpeg": ("libjpeg-turbo", "IJG and BSD-3-Clause", b""),
    r"lcms2": ("Little CMS", "MIT", b""),
    r"lzma": ("XZ Utils", "0BSD", b""),
    r"mp3lame": ("LAME", "LGPL-2.0-or-later", b""),
    r"opencore-amr(nb|wb)": ("opencore-amr", "Apache-2.0", b""),
    r"openblas\w*|scipy_openblas\w*": ("OpenBLAS", "BSD-3-Clause", rb"OpenBLAS (\d[\d.]+)"),
    r"openjp2": ("OpenJPEG", "BSD-2-Clause", b""),
    r"opus": ("Opus", "BSD-3-Clause", rb"libopus (\d[\d.]+)"),
    r"pcre2-\d+": ("PCRE2", "BSD-3-Clause", b""),
    r"png16": ("libpng", "libpng-2.0", rb"libpng version (\d[\d.]+)"),
    r"Qt5\w+": ("Qt 5", LGPL3, b""),
    r"sharpyuv|webp|webpdemux|webpmux|webpdecoder": ("libwebp", "BSD-3-Clause", b""),
    r"SvtAv1Enc": ("SVT-AV1", "BSD-3-Clause-Clear", b""),
    r"tiff": ("libtiff", "libtiff", rb"LIBTIFF, Version (\d[\d.]+)"),
    r"unistring": ("libunistring", f"{LGPL3} or {GPL}", b""),
    r"vpl": ("Intel VPL", "MIT", b""),
    r"vpx": ("libvpx", "BSD-3-Clause", b""),
    r"X11(-xcb)?|Xau|xcb(-\w+)*|xkbcommon(-x11)?": ("X11 libraries", "MIT", b""),
    r"x264": ("x264", GPL, rb"x264 - core (\d+)"),
    r"x265": ("x265", GPL, b""),
    r"z": ("zlib", "Zlib", b""),
    r"zstd": ("Zstandard", "BSD-3-Clause", b""),
}
# FFmpeg's terms depend on what it was built with, and it says which they are.
OWN_TERMS = re.compile(rb"lib\w+ license: (L?GPL) version (\d[\d.]*) or later")
# Linked into a wheel's own code, without a file of its own.
LINKED_IN = {
    "OpenSSL": re.compile(rb"(?<!\w)OpenSSL (\d+\.\d+\.\d+[a-z]*) +(?:\w+ )?\d+ \w+ \d{4}"),
    "BoringSSL": re.compile(rb"(?<!\w)BoringSSL()"),
    "AWS-LC": re.compile(rb"(?<!\w)AWS-LC (?:FIPS )?(\d[\d.]*)"),
}
# Release line of OpenSSL -> the last day it was mended for everybody.
OPENSSL_ENDS = {
    "1.0.2": "2019-12-31",
    "1.1.0": "2019-09-11",
    "1.1.1": "2023-09-11",
    "3.0": "2026-09-07",
    "3.1": "2025-03-14",
    "3.2": "2025-11-23",
    "3.3": "2026-04-09",
    "3.4": "2026-10-22",
    "3.5": "2030-04-08",
    "3.6": "2026-11-01",
}
_OWN_FOLDER = re.compile(r"^(?P<wheel>.+)\.(libs|dylibs)$")
_FILE = re.compile(
    r"^(?:lib)?(?P<stem>[A-Za-z0-9_+.-]+?)(?:-[0-9a-f]{8}(?:-[0-9a-f]{8})?|p-r0-[0-9a-f]{8})?"
    r"(?:\.(?P<before>\d[\w.]*))?\.(?:so|dylib|dll)(?:\.(?P<version>\d[\w.]*))?$"
)


@dataclass(frozen=True)
class Library:
    """A file of somebody else's inside a wheel, or code linked into one.

    Attributes:
        wheel: distribution it came with.
        name: what it is called; its file's name where it is not in `LIBRARIES`.
        licence: empty where it is not known.
        version: of its release, or of its file where the file does not say; may be empty.
        file: relative to the folder of packages.
    """

    wheel: str
    name: str
    licence: str
    version: str
    file: str

    @cached_property
    def ended(self) -> str:
        """The day after which nobody mends this version, or empty."""
        if self.name != "OpenSSL":
            return ""
        lines = [line for line in OPENSSL_ENDS if re.match(rf"{line}(?!\d)", self.version)]
        return OPENSSL_ENDS[lines[0]] if lines else ""

    @property
    def is_gpl(self) -> bool:
        """Whether whoever hands it on must hand on sources under the GPL."""
        return self.licence.startswith("GPL-") and "exception" not in self.licence


def files_of_others(site: Path) -> list[Library]:
    """Return the libraries that lie in the wheels as files of their own, by wheel and name."""
    found = []
    for folder in sorted(site.iterdir()):
        match = _OWN_FOLDER.match(folder.name)
        if match and folder.is_dir():
            found += [_library(match["wheel"], path, site) for path in sorted(folder.iterdir())]
    return found


def linked_in(site: Path, least_bytes: int = 1_000_000) -> list[Library]:
    """Return cryptography that is linked into the wheels' own code; reads all large files of it."""
    found = []
    for path in sorted(site.rglob("*")):
        if not re.search(r"\.(so|dylib|dll|pyd)(\.|$)", path.name) or not path.is_file():
            continue
        top = path.relative_to(site).parts[0]
        if _OWN_FOLDER.match(top) or path.stat().st_size < least_bytes:
            continue
        data = path.read_bytes()
        for name, pattern in LINKED_IN.items():
            # Looked for as plain bytes first, which is a hundred times as fast.
            if name.encode() in data and (match := pattern.search(data)):
                where = path.relative_to(site).as_posix()
                found.append(Library(top, name, "", match[1].decode(), where))
    return found


def _library(wheel: str, path: Path, site: Path) -> Library:
    name, licence, version = path.name, "", ""
    if match := _FILE.match(path.name):
        version = match["version"] or match["before"] or ""
        for pattern, (called, terms, inside) in LIBRARIES.items():
            if re.fullmatch(pattern, match["stem"]):
                data = path.read_bytes()
                said, own = re.search(inside or b"(?!)", data), OWN_TERMS.search(data)
                name, licence = called, terms
                version = said[1].decode() if said else version
                if own:
                    licence = f"{own[1].decode()}-{float(own[2])}-or-later"
    return Library(wheel, name, licence, version, path.relative_to(site).as_posix())
