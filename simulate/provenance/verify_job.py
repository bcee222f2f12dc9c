"""Reading the signature of a stranger's file in a process of its own: `face_mesh.isolation`."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from face_mesh.errors import EngineError, PhotoError
from face_mesh.isolation import sandbox
from face_mesh.messages import N_
from simulate.provenance.signing import KnownSigners, known_signers
from simulate.provenance.verify import NO_READER, Verdict, verdict_json, verdict_of_json, verify

BUSY = N_("Many files are being checked at this moment; try again in a few seconds.")
TOO_MUCH = N_(
    "The file asks for far more work or memory than a signature needs, so it cannot be checked; "
    "ask for the original file."
)


def verify_apart(data: bytes, *, cancelled: sandbox.Cancelled | None = None) -> Verdict:
    """Return what `verify` does, found out where a file that misleads the reader harms nobody.

    Args:
        data: a whole file.
        cancelled: asked some times a second; once true, the process is killed.

    Raises:
        EngineError, PlanError: as `verify`.
        PhotoError: too much work or memory; too many at once; cancelled.
    """
    those = known_signers()
    trusted = {"anchors": those.anchors_pem, "serials": [str(serial) for serial in those.serials]}
    sent = json.dumps(trusted).encode() + b"\n" + data
    try:
        answer = sandbox.ask(sandbox.SIGNATURE, sent, cancelled=cancelled or (lambda: False))
    except sandbox.NoAnswer as error:
        come_back = error.reason in (sandbox.BUSY, sandbox.STOPPED, sandbox.ABSENT)
        raise PhotoError(BUSY if come_back else TOO_MUCH) from None
    if answer.head.get("unread"):
        raise EngineError(NO_READER)
    return _verdict(answer.body.tobytes())


def read(sent: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what `verify_apart` asks for, in that other process."""
    first, _, data = sent.partition(b"\n")
    trusted = json.loads(first)
    those = KnownSigners(trusted["anchors"], frozenset(int(one) for one in trusted["serials"]))
    try:
        return {}, json.dumps(verdict_json(verify(data, those))).encode()
    except EngineError:
        return {"unread": True}, b""


def _verdict(coded: bytes) -> Verdict:
    """Return what was answered, which is as little trusted as the file it was read from."""
    try:
        return verdict_of_json(json.loads(coded))
    except (ValueError, RecursionError):
        raise PhotoError(TOO_MUCH) from None


def load() -> None:
    """Load the reader beforehand, as a confined process can load nothing any more."""
    with suppress(EngineError):
        verify(b"", KnownSigners("", frozenset()))
