"""Pictures whose manifest says whatever a test wants, truly signed by whoever a test wants."""

import copy
import io
import json
from collections.abc import Mapping
from typing import Any

import c2pa
import numpy as np
import pytest

from simulate.provenance import signing
from simulate.provenance.c2pa_manifest import OFFLINE, Edits, _manifest
from simulate.provenance.png_metadata import png_bytes
from simulate.provenance.signing import Credentials

BOX = (10.0, 20.0, 30.0, 40.0)


def named(name: str, patch: pytest.MonkeyPatch) -> Credentials:
    """Return a stranger's certificate with a name in it, which this computer does not know."""
    with patch.context() as changed:
        changed.setattr(signing, "SELF_SIGNED", name)
        chain, key = signing._split(signing._made_for_this_run.__wrapped__())
    return Credentials(chain, key, "es256", default=False)


def manifest(*how: str) -> dict[str, Any]:
    """What we write ourselves, to be changed."""
    return copy.deepcopy(_manifest(Edits(dict.fromkeys(how or ("warped",), BOX)), "1.0"))


def actions(of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The actions of a manifest; the first says that it was created."""
    found: list[dict[str, Any]] = of["assertions"][0]["data"]["actions"]
    return found


def signed_as(of: Mapping[str, Any], by: Credentials) -> bytes:
    """Return a small PNG with a manifest in it, signed."""
    info = c2pa.C2paSignerInfo(
        by.algorithm.encode(), by.chain_pem.encode(), by.key_pem.encode(), None
    )
    png = png_bytes(np.zeros((60, 40, 3), np.uint8), simulated=True)
    out = io.BytesIO()
    with (
        c2pa.Context.from_dict(OFFLINE) as context,
        c2pa.Builder(json.dumps(of), context) as builder,
        c2pa.Signer.from_info(info) as signer,
    ):
        builder.sign(signer, "image/png", io.BytesIO(png), out)
    return out.getvalue()
