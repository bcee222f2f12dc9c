"""A plan as a short text that a QR code can hold, and back. Never anything of the face."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import replace

from face_mesh.errors import PlanError
from simulate.plan.plan import Plan

MARK = "BEFOREHAND1:"
MOST_BYTES = 64 * 1024  # of a plan's text; more was never written by `plan_code`


def plan_code(plan: Plan) -> str:
    """Return the plan as a text to print: doses, sides, weeks, costs and days off.

    What belongs to one person or one photo is left out: notes, body mass, picked spots and strokes.
    """
    bare = replace(plan.without_places(), notes="", body_kg=None)
    packed = zlib.compress(bare.to_toml().encode("utf-8"), 9)
    return MARK + base64.urlsafe_b64encode(packed).decode("ascii")


def plan_of_code(text: str) -> Plan:
    """Return the plan of a text that `plan_code` made.

    Raises:
        PlanError: it is no such text, or its plan is not one that can be given.
    """
    try:
        if not text.startswith(MARK):
            raise ValueError("no mark")
        packed = base64.b64decode(text.removeprefix(MARK).encode("ascii"), b"-_", validate=True)
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(packed, MOST_BYTES)
        if not unpacking.eof or unpacking.unused_data:
            raise ValueError("cut short, too long, or with something after it")
    except (ValueError, binascii.Error, zlib.error) as error:
        raise PlanError("This is not a whole plan code; scan the report's code again.") from error
    return Plan.from_toml(data)
