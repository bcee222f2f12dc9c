"""What the viewer was given, unpacked the way viewer.js does it."""

import json
import struct
from typing import Any

from streamlit.testing.v1 import AppTest


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The header and the parts of what `ui.viewer.viewer.pack` made."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    parts, at = {}, 4 + length
    for name, size in header["parts"]:
        parts[name] = data[at : at + size]
        at += size
    assert at == len(data)
    return header, parts


def shown(page: AppTest) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the one viewer of the page was given."""
    (component,) = page.get("bidi_component")
    return unpacked(component.proto.bytes)
