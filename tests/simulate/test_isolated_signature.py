"""Reading a signature in the helper process: the same verdict, and nothing of its own words."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from face_mesh.errors import BeforehandError, PhotoError
from face_mesh.isolation import sandbox
from simulate.provenance import verify_job
from simulate.provenance.c2pa_manifest import Edits, sign_file
from simulate.provenance.png_metadata import source_type
from simulate.provenance.signing import credentials
from simulate.provenance.verify import (
    Edit,
    Verdict,
    verdict_json,
    verify,
)


def png():
    stream = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def ours(own_settings):
    return sign_file(png(), Edits({"warped": None}), credentials(), "1.0")


@pytest.mark.parametrize("change", ["none", "pixels", "cut", "unsigned", "text", "empty"])
def test_the_verdict_is_the_same_either_way(ours, change):
    data = {
        "none": ours,
        "pixels": ours[:-40] + bytes([ours[-40] ^ 1]) + ours[-39:],
        "cut": ours[: len(ours) // 2],
        "unsigned": png(),
        "text": b"Dear doctor",
        "empty": b"",
    }[change]
    assert verify_job.verify_apart(data) == verify(data)
    if change == "none":
        assert verify_job.verify_apart(data).state == "valid"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (sandbox.BUSY, verify_job.BUSY),
        (sandbox.STOPPED, verify_job.BUSY),
        (sandbox.ABSENT, verify_job.BUSY),
        (sandbox.SLOW, verify_job.TOO_MUCH),
        (sandbox.MEMORY, verify_job.TOO_MUCH),
        (sandbox.FAILED, verify_job.TOO_MUCH),
    ],
)
def test_no_answer_is_a_sentence(reason, said, monkeypatch):
    def unanswered(*_, **__):
        raise sandbox.NoAnswer(reason)

    monkeypatch.setattr(sandbox, "ask", unanswered)
    with pytest.raises(PhotoError) as caught:
        verify_job.verify_apart(b"abc")
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"7", b"{}", b"[" * 10_000, json.dumps({"state": "made up", "signer": "",
     "source_type": "", "edits": [], "problems": []}).encode(),
     json.dumps({"state": ["valid"], "edits": [], "problems": []}).encode()],
    ids=range(7),
)  # fmt: skip
def test_a_helper_that_was_taken_over_is_not_believed(body, monkeypatch):
    answer = sandbox.Answer({}, np.frombuffer(body, np.uint8))
    monkeypatch.setattr(sandbox, "ask", lambda *_, **__: answer)
    with pytest.raises(PhotoError, match="cannot be checked"):
        verify_job.verify_apart(b"abc")


def test_a_reader_that_is_missing_is_told(monkeypatch):
    monkeypatch.setattr(
        sandbox,
        "ask",
        lambda *_, **__: sandbox.Answer({"unread": True}, np.empty(0, np.uint8)),
    )
    with pytest.raises(BeforehandError, match="install c2pa-python"):
        verify_job.verify_apart(b"abc")


@pytest.mark.parametrize(
    "odd",
    [{"edits": 7}, {"edits": [{"how": "<b>"}]}, {"problems": [["x"]]}, {"signer": ["x"]},
     {"source_type": "a/type"}, {"more": 1}],
    ids=range(6),
)  # fmt: skip
def test_of_an_odd_answer_only_what_may_be_said_is_left(odd):
    assert verify_job._verdict(json.dumps({"state": "foreign", **odd}).encode()) == Verdict(
        "foreign"
    )


def test_a_verdict_survives_the_way():
    box = (10.0, 20.0, 30.0, 40.0)
    verdict = Verdict(
        "foreign", "Somebody", source_type(True), (Edit("painted", box), Edit("warped")), ("x",)
    )
    assert verify_job._verdict(json.dumps(verdict_json(verdict)).encode()) == verdict
