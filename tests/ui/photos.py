"""Photos for tests of the page: a public-domain portrait, saved the way a phone saves one."""

import io

import matplotlib.cbook
from PIL import ExifTags, Image, ImageDraw

MAKER = "Secret Camera Works"
MOLES = ((0.4375, 0.4133), (0.5078, 0.2667))  # where moles are drawn, in shares
MOLE_PX = 6


def portrait() -> Image.Image:
    """Grace Hopper, as Matplotlib ships her."""
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    with Image.open(path) as picture:
        return picture.convert("RGB")


def portrait_with_moles() -> Image.Image:
    """Grace Hopper, large enough to see moles, with one on a cheek and one on the forehead."""
    picture = portrait()
    picture = picture.resize((1280, 1500), Image.Resampling.LANCZOS)
    for x, y in MOLES:
        middle = (x * picture.width, y * picture.height)
        ImageDraw.Draw(picture).circle(middle, MOLE_PX, fill=(70, 40, 30))
    return picture


def jpeg_with_place(picture: Image.Image) -> bytes:
    """A JPEG with a camera's name and a place in its EXIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = MAKER
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (51.0, 30.0, 26.0)
    exif[ExifTags.IFD.GPSInfo] = place
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()
