"""What is said of a photo that cannot be opened: one sentence each, what is wrong; what to do.

Together in one place, because the process that opens a stranger's file may only answer with one of
these: its words are shown on a page, and it is not trusted with others.
"""

from __future__ import annotations

from face_mesh.messages import N_

EMPTY = N_("The file is empty; copy it again from the camera or choose another.")
TOO_LARGE = N_("The file is over {most} MB; save the photo as a JPEG and use that.")
NOT_A_PHOTO = N_(
    "The file is not a photo that can be read; use a JPEG, PNG, HEIC, WebP or TIFF file."
)
RAW = N_(
    "The file is a camera raw file, which holds no finished picture; open it in a photo program, "
    "save it as a JPEG and use that."
)
MOVING = N_("The file holds a film and no photo; save one picture of it as a JPEG and use that.")
DAMAGED = N_(
    "The photo is damaged, incomplete or of an unusual kind; "
    "copy it again from the camera or save it as a JPEG."
)
TOO_MANY_PIXELS = N_("The photo has more than {most} megapixels; save a smaller copy and use that.")
TOO_FEW_PIXELS = N_(
    "The photo has only {width} × {height} pixels, too few to see a face; use the "
    "original from the camera."
)
TOO_LITTLE = N_("Too little of the photo is left to see a face; keep more of it.")
TOO_LONG = N_("The photo is over {most:,} pixels on one side; crop it to the face and use that.")
COLOURS = N_(
    "The photo stores its colours in an unusual way; save it as a JPEG or PNG and use that."
)
NO_MEMORY = N_("There is not enough memory to open the photo; save a smaller copy and use that.")
NO_HEIC = N_(
    "HEIC photos cannot be read here, as the package pillow-heif is not installed; save the photo "
    "as a JPEG and use that."
)
TOO_MUCH_WORK = N_(
    "The photo takes far more work to open than its size explains; save it as a plain JPEG and "
    "use that."
)
BUSY = N_("Many photos are being opened at this moment; try again in a few seconds.")
STOPPED = N_("The photo was not opened because the connection was lost; choose it again.")
NO_HELPER = N_("Photos cannot be opened at this moment; try again in a few seconds.")

ALL = frozenset(
    said for name, said in list(globals().items()) if name.isupper() and isinstance(said, str)
)
