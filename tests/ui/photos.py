"""Photos for tests of the page: a public-domain portrait, saved the way a phone saves one."""

import io

import matplotlib.cbook
from PIL import ExifTags, Image

MAKER = "Secret Camera Works"


def portrait() -> Image.Image:
    """Grace Hopper, as Matplotlib ships her."""
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    with Image.open(path) as picture:
        return picture.convert("RGB")


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
