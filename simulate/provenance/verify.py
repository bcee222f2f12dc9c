"""Whether a picture is a simulation of ours, as it was when it was signed."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from face_mesh.errors import EngineError
from face_mesh.said import N_
from simulate.provenance.certificate import Known, known
from simulate.provenance.containers import kind_of
from simulate.provenance.manifest import GENERATOR, OFFLINE

SENTENCES = {
    "valid": N_(
        "This is a simulation by Beforehand, signed by a certificate that this computer knows and "
        "unchanged since."
    ),
    "stranger": N_(
        "The picture is unchanged since it was signed as a simulation, but by a certificate that "
        "this computer does not know, so anybody may have made it."
    ),
    "foreign": N_("The picture is signed, but not as a simulation by Beforehand."),
    "tampered": N_(
        "The picture was changed after it was signed, or its signature is damaged or out of date."
    ),
    "unsigned": N_(
        "No signature was found in this file; a visible mark may still say that it is simulated."
    ),
}
REFUSED = 3
NO_READER = N_("Signatures cannot be read; install c2pa-python again.")


@dataclass(frozen=True)
class Verdict:
    """What a file says about itself, and whether that holds.

    Attributes:
        state: a key of `SENTENCES`.
        signer: common name in the certificate, "" if none.
        source_type: IPTC's term, "" if none.
        edits: how the picture was changed, with the rectangle in per cent of its size where given.
        problems: codes of C2PA for what does not hold.
    """

    state: str
    signer: str = ""
    source_type: str = ""
    edits: tuple[dict[str, Any], ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return SENTENCES[self.state]

    @property
    def exit_status(self) -> int:
        """What the command returns: 0 only for one of ours, unchanged."""
        return 0 if self.state == "valid" else REFUSED


def verify(data: bytes, those: Known | None = None) -> Verdict:
    """Return what holds of a PNG, JPEG, GIF, MP4 or PDF; nothing is asked of another computer.

    Any other file is one without a signature.

    Args:
        data: a whole file.
        those: signers that are known; by default those whom the settings name.

    Raises:
        EngineError: the library that reads signatures cannot be loaded.
        PlanError: the certificate that the settings name cannot be read.
    """
    try:
        import c2pa
    except (ImportError, OSError) as error:
        raise EngineError(NO_READER) from error
    those = known() if those is None else those
    trust = {"trust": {"trust_anchors": those.anchors_pem}} if those.serials else {}
    try:
        with (
            c2pa.Context.from_dict({**OFFLINE, **trust}) as context,
            c2pa.Reader(kind_of(data) or "image/png", io.BytesIO(data), context=context) as reader,
        ):
            found = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return Verdict("unsigned")
    except c2pa.C2paError:  # a manifest that cannot be decoded, or no picture at all
        return Verdict("tampered" if b"jumb" in data else "unsigned")
    return _judged(found, those.serials)


def _judged(found: dict[str, Any], serials: frozenset[int]) -> Verdict:
    active = found["manifests"][found["active_manifest"]]
    ours = any(one["name"] == GENERATOR for one in active.get("claim_generator_info", []))
    actions = [
        action
        for one in active.get("assertions", [])
        if one["label"].startswith("c2pa.actions")
        for action in one["data"]["actions"]
    ]
    state = {"Trusted": "valid", "Valid": "stranger"}.get(found["validation_state"], "tampered")
    if state != "tampered" and not ours:
        state = "foreign"
    # C2PA's lists of trust hold others too, and an issuer of ours may have other customers.
    signature = active.get("signature_info", {})
    if state == "valid" and int(signature.get("cert_serial_number", 0)) not in serials:
        state = "stranger"
    failures = found.get("validation_results", {}).get("activeManifest", {}).get("failure", [])
    return Verdict(
        state,
        signer=signature.get("common_name", ""),
        source_type=next((a["digitalSourceType"] for a in actions if "digitalSourceType" in a), ""),
        edits=tuple(_edit(action) for action in actions if action["action"] == "c2pa.edited"),
        problems=tuple(one["code"] for one in failures),
    )


def _edit(action: dict[str, Any]) -> dict[str, Any]:
    shapes = [
        region["shape"]
        for change in action.get("changes", [])
        for region in change["region"]
        if "shape" in region
    ]
    return {
        "how": action.get("parameters", {}).get("org.beforehand.how", ""),
        "description": action.get("description", ""),
        "regions_pct": shapes,
    }
