"""Whether a picture is a simulation of ours, as it was when it was signed.

What a file says of itself is a stranger's text, whoever signed it. Nothing of it is taken but what
is of the kind, the length and the range that we write ourselves; all else is left out.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from face_mesh.errors import EngineError
from face_mesh.inert_text import inert
from face_mesh.messages import N_
from simulate.provenance.c2pa_manifest import GENERATOR, HOW, OFFLINE, Box, rectangle
from simulate.provenance.file_formats import kind_of
from simulate.provenance.signing import KnownSigners, known_signers

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
MOST_NAME = 80  # letters of who signed; a name in a certificate has up to 64
MOST_PROBLEMS, MOST_CODE = 16, 80
MOST_TEXT = 4_000_000  # letters of what the library reads out; of ours it is under 10,000
TOLERANCE_PCT = 0.1  # of the sum of two figures that were rounded
_SOURCE_TYPE = re.compile(r"https?://[a-z.]{1,40}/(?:newscodes/)?digitalsourcetype/[A-Za-z]{1,60}")
_CODE = re.compile(rf"[A-Za-z0-9_.]{{1,{MOST_CODE}}}")
_ACTIONS = re.compile(r"c2pa\.actions(\.v\d{1,3})?")
_SERIAL = re.compile(r"[0-9]{1,60}", re.ASCII)


@dataclass(frozen=True)
class Edit:
    """One way in which a picture was changed.

    Attributes:
        how: a key of `simulate.provenance.c2pa_manifest.HOW`.
        box: the rectangle around it, in per cent of the picture; None where it is not said, or said
            in several places.
    """

    how: str
    box: Box | None = None


@dataclass(frozen=True)
class Verdict:
    """What a file says about itself, and whether that holds; nothing else of its text is kept.

    Attributes:
        state: a key of `SENTENCES`.
        signer: common name in the certificate, one line, cut; "" if none.
        source_type: IPTC's or C2PA's term, "" if none.
        edits: how the picture was changed, each way once.
        problems: codes of C2PA for what does not hold.
    """

    state: str
    signer: str = ""
    source_type: str = ""
    edits: tuple[Edit, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return SENTENCES[self.state]

    @property
    def exit_status(self) -> int:
        """What the command returns: 0 only for one of ours, unchanged."""
        return 0 if self.state == "valid" else REFUSED


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as JSON has it, for the command line and for another process."""
    return {
        "state": verdict.state,
        "signer": verdict.signer,
        "source_type": verdict.source_type,
        "edits": [
            {
                "how": edit.how,
                "description": HOW[edit.how],
                "regions_pct": [] if edit.box is None else [rectangle(edit.box)],
            }
            for edit in verdict.edits
        ],
        "problems": list(verdict.problems),
    }


def verdict_of_json(report: object) -> Verdict:
    """Return the verdict that `verdict_json` wrote, whoever had it since; never more than it may.

    Raises:
        ValueError: it has no state that there is.
    """
    table = _table(report)
    state = table.get("state")
    if not isinstance(state, str) or state not in SENTENCES:
        raise ValueError("a verdict has one of the known states")
    edits = [
        (one["how"], [_box(shape) for shape in _rows(one.get("regions_pct"))])
        for one in map(_table, _rows(table.get("edits")))
        if isinstance(one.get("how"), str) and one["how"] in HOW
    ]
    return Verdict(
        state,
        _name(table.get("signer")),
        _source_type(table.get("source_type")),
        _once_each(edits),
        _problems(_rows(table.get("problems"))),
    )


def verify(data: bytes, signers: KnownSigners | None = None) -> Verdict:
    """Return what holds of a PNG, JPEG, GIF, MP4 or PDF; nothing is asked of another computer.

    Any other file is one without a signature.

    Args:
        data: a whole file.
        signers: signers that are known; by default those whom the settings name.

    Raises:
        EngineError: the library that reads signatures cannot be loaded.
        PlanError: the certificate that the settings name cannot be read.
    """
    try:
        import c2pa
    except (ImportError, OSError) as error:
        raise EngineError(NO_READER) from error
    signers = known_signers() if signers is None else signers
    trust = {"trust": {"trust_anchors": signers.anchors_pem}} if signers.serials else {}
    try:
        with (
            c2pa.Context.from_dict({**OFFLINE, **trust}) as context,
            c2pa.Reader(kind_of(data) or "image/png", io.BytesIO(data), context=context) as reader,
        ):
            text = reader.json()
    except c2pa.C2paError.ManifestNotFound:
        return Verdict("unsigned")
    except (c2pa.C2paError, ValueError):  # what cannot be decoded, or no picture at all
        return Verdict("tampered" if b"jumb" in data else "unsigned")
    return verdict_of(text, signers.serials)


def verdict_of(text: str, serials: frozenset[int]) -> Verdict:
    """Return what holds of a file by what the library of C2PA reads out of it; for any text.

    Args:
        text: JSON, with all that the file says of itself.
        serials: serial numbers of the signers that are known.
    """
    try:
        found = _table(json.loads(text) if len(text) <= MOST_TEXT else None)
    except (ValueError, RecursionError):
        return Verdict("tampered")
    active = _table(_table(found.get("manifests")).get(_key(found.get("active_manifest"))))
    signature = _table(active.get("signature_info"))
    known_states = {"Trusted": "valid", "Valid": "stranger"}
    state = known_states.get(_key(found.get("validation_state")), "tampered")
    if not active:
        state = "tampered"
    # C2PA's lists of trust hold others too, and an issuer of ours may have other customers.
    if state == "valid" and _serial(signature.get("cert_serial_number")) not in serials:
        state = "stranger"
    if (state == "valid" and not _named_ours(active)) or (
        state == "stranger" and not (_named_ours(active) and _written_as_ours(active))
    ):
        state = "foreign"
    actions = list(_actions(active))
    failures = _table(_table(found.get("validation_results")).get("activeManifest")).get("failure")
    terms = (_source_type(action.get("digitalSourceType")) for action in actions)
    return Verdict(
        state,
        _name(signature.get("common_name")),
        next(filter(None, terms), ""),
        _once_each([edit for action in actions if (edit := _edit(action))]),
        _problems(_table(row).get("code") for row in _rows(failures)),
    )


def _named_ours(active: Mapping[str, object]) -> bool:
    generators = map(_table, _rows(active.get("claim_generator_info")))
    return any(generator.get("name") == GENERATOR for generator in generators)


def _written_as_ours(active: Mapping[str, object]) -> bool:
    """Whether each change is told in a way that this program has."""
    return all(
        _edit(action) for action in _actions(active) if action.get("action") == "c2pa.edited"
    )


def _actions(active: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for one in map(_table, _rows(active.get("assertions"))):
        if _ACTIONS.fullmatch(_key(one.get("label"))):
            yield from map(_table, _rows(_table(one.get("data")).get("actions")))


def _edit(action: Mapping[str, object]) -> tuple[str, list[Box | None]] | None:
    """Return how and where, None for an action that is no edit as we write them."""
    how = _key(_table(action.get("parameters")).get("org.beforehand.how"))
    if action.get("action") != "c2pa.edited" or how not in HOW:
        return None
    regions = [
        _table(region)
        for change in map(_table, _rows(action.get("changes")))
        for region in _rows(change.get("region"))
    ]
    return how, [_box(one.get("shape")) for one in regions]


def _once_each(edits: list[tuple[str, list[Box | None]]]) -> tuple[Edit, ...]:
    """Return each way once, with its place if that is said once, and as a place can be."""
    places: dict[str, list[Box | None]] = {}
    for how, boxes in edits:
        places.setdefault(how, []).extend(boxes or [None])
    return tuple(Edit(how, boxes[0] if len(boxes) == 1 else None) for how, boxes in places.items())


def _box(shape: object) -> Box | None:
    """Return a rectangle within the picture, None for any other shape."""
    found = _table(shape)
    origin = _table(found.get("origin"))
    said = (origin.get("x"), origin.get("y"), found.get("width"), found.get("height"))
    numbers = [
        float(one)
        for one in said  # compared before it is a float, which not every whole number can be
        if isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one <= 100
    ]
    if (found.get("type"), found.get("unit"), len(numbers)) != ("rectangle", "percent", 4):
        return None
    left, top, wide, high = numbers
    if max(left + wide, top + high) > 100.0 + TOLERANCE_PCT:
        return None
    return left, top, wide, high


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _key(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(value: object) -> str:
    return inert(value, most=MOST_NAME) if isinstance(value, str) else ""


def _source_type(value: object) -> str:
    return value if isinstance(value, str) and _SOURCE_TYPE.fullmatch(value) else ""


def _problems(codes: Iterable[object]) -> tuple[str, ...]:
    good = (code for code in codes if isinstance(code, str) and _CODE.fullmatch(code))
    return tuple(islice(good, MOST_PROBLEMS))


def _serial(value: object) -> int | None:
    return int(value) if isinstance(value, str) and _SERIAL.fullmatch(value) else None
