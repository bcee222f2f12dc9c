"""Which colour space a file says it has, where it does so without an ICC profile.

HEIF names it by numbers in a box (nclx), PNG in a chunk (cICP), cameras by a note in their EXIF.
"""

from __future__ import annotations

import struct

from PIL import ExifTags
from PIL.ImageFile import ImageFile

from face_mesh.errors import PhotoError
from face_mesh.photo import refusals
from face_mesh.photo.budget.limits import MAX_EXIF
from face_mesh.photo.colour_space import ADOBE_RGB, SRGB, ColourSpace, coded_space

# DCF 2.0 and EXIF 2.32, 4.6.5: the option file of DCF is Adobe RGB, and says nothing else. Some
# cameras give the colour space as 2 there. An underscore in the file's name is no proof of it.
_INTEROPERABILITY_INDEX, _OPTION_FILE = 1, "R03"
_EXIF_SRGB = 1

_PNG_HEAD = struct.Struct(">I4s")


def tagged_space(picture: ImageFile, data: bytes) -> ColourSpace | None:
    """Return the space by which the colours are to be converted; None if they are sRGB.

    An ICC profile is stronger than all but the chunk of a PNG, as PNG (third edition) has it.

    Raises:
        PhotoError: the file says that its colours are of a kind that no photo has.
    """
    numbers = _numbers(picture, data)
    if numbers is not None:
        try:
            space = coded_space(*numbers)
        except KeyError:
            raise PhotoError(refusals.COLOURS) from None
        return None if space == SRGB else space
    if "icc_profile" not in picture.info and _is_adobe(picture):
        return ADOBE_RGB
    return None


def exif_value(picture: ImageFile, tag: int, directory: int | None = None) -> object:
    """Return what EXIF says by a tag; None where it is missing, broken or too long.

    Args:
        picture: whose EXIF it is.
        tag: of the value.
        directory: the tag of the directory that it stands in; None is the first.
    """
    said = (picture.info.get(key) or b"" for key in ("exif", "Raw profile type exif"))
    if sum(map(len, said)) > 2 * MAX_EXIF:
        return None
    try:
        exif = picture.getexif()
        return (exif if directory is None else exif.get_ifd(directory)).get(tag)
    except Exception:  # broken EXIF says nothing about the picture
        return None


def _numbers(picture: ImageFile, data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer by H.273."""
    if picture.format == "PNG":
        return _png_numbers(data)
    said = picture.info.get("nclx_profile")
    return (said["color_primaries"], said["transfer_characteristics"]) if said else None


def _png_numbers(data: bytes) -> tuple[int, int] | None:
    """What cICP says, which comes before the pixels."""
    at = 8
    while at + _PNG_HEAD.size <= len(data):
        length, kind = _PNG_HEAD.unpack_from(data, at)
        if kind == b"IDAT":
            return None
        if kind == b"cICP" and length == 4 and len(data) > at + 9:
            return data[at + 8], data[at + 9]
        at += 12 + length
    return None


def _is_adobe(picture: ImageFile) -> bool:
    index = exif_value(picture, _INTEROPERABILITY_INDEX, ExifTags.IFD.Interop)
    space = exif_value(picture, ExifTags.Base.ColorSpace, ExifTags.IFD.Exif)
    return str(index).rstrip("\0 ") == _OPTION_FILE and space != _EXIF_SRGB
