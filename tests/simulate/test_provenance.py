"""The marks of a simulation: seen without metadata, signed, and broken by any change."""

import datetime
import io
import json
import stat
import struct
from dataclasses import replace
from functools import cache
from pathlib import Path

import c2pa
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from face_mesh import Photo
from face_mesh.arrays import Rgb
from face_mesh.errors import EngineError, PlanError
from simulate import Outcome, simulate
from simulate.__main__ import main
from simulate.drawing import CLOSE, head_window
from simulate.export.comparison import comparison_image
from simulate.provenance import signing
from simulate.provenance.c2pa_manifest import (
    Edits,
    edits_of,
    sign_file,
    together,
)
from simulate.provenance.png_metadata import png_bytes
from simulate.provenance.signing import SELF_SIGNED, credentials
from simulate.provenance.verify import SENTENCES, verdict_json, verify
from simulate.provenance.visible_mark import (
    marked_outcome,
    strip_of,
    with_mark,
)
from tests.simulate.faces import bare, face_of, usual

BOX = (10.0, 20.0, 30.0, 40.0)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of nobody: no clinic, no key yet."""
    signing._made_for_this_run.cache_clear()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    for name in (signing.CERTIFICATE, signing.KEY):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "settings" / "beforehand"


def noise(height: int = 60, width: int = 40) -> Rgb:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def ours(edits: Edits | None = None) -> bytes:
    edits = edits or Edits({"warped": BOX})
    png = png_bytes(noise(), simulated=True, painted=edits.painted)
    return sign_file(png, edits, credentials(), "1.0")


def pixels(png: bytes) -> Rgb:
    return np.asarray(Image.open(io.BytesIO(png)))


@cache
def outcome() -> Outcome:
    return simulate(bare(face_of("collins")), usual("lip_filler"))


# --- signed and verified


def test_a_signed_picture_keeps_its_pixels_and_is_valid() -> None:
    data = ours()
    assert (pixels(data) == noise()).all()
    assert b"XML:com.adobe.xmp" in data
    found = verify(data)
    assert (found.state, found.exit_status, found.problems) == ("valid", 0, ())
    assert found.signer == SELF_SIGNED


@pytest.mark.parametrize("painted", [False, True])
def test_the_manifest_says_what_was_warped_and_what_a_model_painted(painted: bool) -> None:
    edits = Edits({"warped": BOX, **({"painted": (1.0, 2.0, 3.0, 4.0)} if painted else {})})
    found = verify(ours(edits))
    kind = "compositeWithTrainedAlgorithmicMedia" if painted else "algorithmicallyEnhanced"
    assert found.source_type.rsplit("/", 1)[1] == kind
    assert {one.how: one.box for one in found.edits} == edits.boxes
    told = verdict_json(found)["edits"]
    assert isinstance(told, list)
    for one, (left, top, width, height) in zip(told, edits.boxes.values(), strict=True):
        (shape,) = one["regions_pct"]
        assert shape["origin"] == {"x": left, "y": top}
        assert (shape["width"], shape["height"], shape["unit"]) == (width, height, "percent")


def test_the_library_of_the_standards_authors_reads_it_without_us() -> None:
    """With its defaults: whole, and rightly not trusted."""
    with c2pa.Reader("image/png", io.BytesIO(ours())) as reader:
        found = json.loads(reader.json())
    assert found["validation_state"] == "Valid"
    assert [one["code"] for one in found["validation_status"]] == ["signingCredential.untrusted"]
    active = found["manifests"][found["active_manifest"]]
    assert "thumbnail" not in active
    assert active["signature_info"]["common_name"] == SELF_SIGNED


def chunk_at(png: bytes, kind: bytes) -> tuple[int, int]:
    """Where the first chunk of a kind begins and ends."""
    at = 8
    while png[at + 4 : at + 8] != kind:
        at += 12 + struct.unpack(">I", png[at : at + 4])[0]
    return at, at + 12 + struct.unpack(">I", png[at : at + 4])[0]


def test_one_changed_byte_of_the_picture_is_found() -> None:
    data = bytearray(ours())
    data[chunk_at(bytes(data), b"IDAT")[1] - 20] ^= 1
    found = verify(bytes(data))
    assert (found.state, found.exit_status) == ("tampered", 3)
    assert "assertion.dataHash.mismatch" in found.problems


def test_other_pixels_under_the_same_manifest_are_found() -> None:
    data, other = ours(), png_bytes(noise() ^ 1, simulated=True)
    start, end = chunk_at(data, b"caBX")
    assert verify(other[:33] + data[start:end] + other[33:]).state == "tampered"


def test_other_words_in_the_manifest_are_found() -> None:
    data = ours()
    assert verify(data.replace(b"warped", b"washed")).state == "tampered"


def saved_as(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(noise()).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "PDF"])
def test_other_kinds_of_files_are_signed_and_verified_too(kind: str) -> None:
    """MP4 is in the tests of the moving picture."""
    data = sign_file(saved_as(kind), Edits({"warped": BOX}), credentials(), "1.0")
    found = verify(data)
    assert found.state == "valid"
    assert [one.how for one in found.edits] == ["warped"]
    changed = bytearray(data)
    changed[-30] ^= 1
    assert verify(bytes(changed)).state == "tampered"


def test_a_picture_saved_anew_has_lost_its_signature() -> None:
    """As by a messenger or a screenshot."""
    again = io.BytesIO()
    Image.open(io.BytesIO(ours())).convert("RGB").save(again, "JPEG")
    assert verify(again.getvalue()).state == "unsigned"


@pytest.mark.parametrize("data", [b"", b"hello", b"RIFF", png_bytes(noise(), simulated=True)])
def test_what_is_not_signed_is_not_ours(data: bytes) -> None:
    found = verify(data)
    assert (found.state, found.exit_status) == ("unsigned", 3)


def test_a_stranger_who_signs_in_our_name_is_no_proof(folder: Path) -> None:
    data = ours()
    (folder / "self-signed.pem").unlink()
    signing._made_for_this_run.cache_clear()
    assert verify(data).state == "stranger"
    credentials()  # another of the same name
    found = verify(data)
    assert (found.state, found.signer, found.exit_status) == ("stranger", SELF_SIGNED, 3)


def test_a_picture_of_another_program_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.provenance.c2pa_manifest.GENERATOR", "Another program")
    assert verify(ours()).state == "foreign"


# --- who signs


def test_the_default_is_made_once_and_read_by_its_owner_only(folder: Path) -> None:
    first = credentials()
    signing._made_for_this_run.cache_clear()
    assert credentials() == first
    assert first.default
    assert [one.name for one in folder.iterdir()] == ["self-signed.pem"]
    assert stat.S_IMODE((folder / "self-signed.pem").stat().st_mode) == 0o600
    assert "PRIVATE" not in repr(first)
    assert "PRIVATE" not in first.chain_pem


def test_where_no_file_can_be_kept_the_default_lasts_for_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "taken"))
    assert verify(ours()).state == "valid"


def clinic(folder: Path, monkeypatch: pytest.MonkeyPatch, *, able: bool = True) -> None:
    """Make a clinic's certificate and name it in the settings."""
    keys = [ec.generate_private_key(ec.SECP384R1()) for _ in range(2)]
    names = [
        x509.Name(
            [
                x509.NameAttribute(oid, name)
                for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
            ]
        )
        for name in ("Clinic", "Issuer")
    ]
    now = datetime.datetime.now(datetime.UTC)
    pem = b""
    for i, (key, name) in enumerate(zip(keys, names, strict=True)):
        of_issuer = i == 1
        usage = x509.KeyUsage(
            not of_issuer, False, False, False, False, of_issuer, False, False, False
        )
        built = (
            x509.CertificateBuilder(names[1], name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=9))
            .add_extension(x509.BasicConstraints(of_issuer, None), True)
            .add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[1].public_key()), False
            )
        )
        if not of_issuer and able:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            built = built.add_extension(purpose, False)
        pem += built.sign(keys[1], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    folder.mkdir(exist_ok=True)
    (folder / "clinic.pem").write_bytes(pem)
    for name, key in (("clinic.key", keys[0]), ("other.key", keys[1])):
        (folder / name).write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
    monkeypatch.setenv(signing.CERTIFICATE, str(folder / "clinic.pem"))
    monkeypatch.setenv(signing.KEY, str(folder / "clinic.key"))


def test_a_clinic_signs_as_itself(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic(tmp_path / "clinic", monkeypatch)
    data = ours()
    assert not folder.exists()  # no default is made
    monkeypatch.delenv(signing.KEY)  # not needed to verify
    found = verify(data)
    assert (found.state, found.signer) == ("valid", "Clinic")
    monkeypatch.delenv(signing.CERTIFICATE)
    assert verify(data).state == "stranger"


def test_another_customer_of_the_same_issuer_is_a_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic(tmp_path / "clinic", monkeypatch)
    data, found = ours(), signing.known_signers()
    fewer = replace(found, serials=frozenset({1}))
    monkeypatch.setattr("simulate.provenance.verify.known_signers", lambda: fewer)
    assert verify(data).state == "stranger"


def test_settings_that_do_not_fit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "clinic"
    clinic(folder, monkeypatch)
    text = (folder / "clinic.pem").read_text()
    (folder / "alone.pem").write_text(text[: text.index("-----END") + 25] + "\n")
    for setting, name, said in (
        (signing.KEY, "other.key", "is not the key"),
        (signing.KEY, "clinic.pem", "no private key"),
        (signing.KEY, "nothing", "cannot be read"),
        (signing.CERTIFICATE, "clinic.key", "no certificate"),
        (signing.CERTIFICATE, "alone.pem", "its issuer's"),
    ):
        with monkeypatch.context() as changed:
            changed.setenv(setting, str(folder / name))
            with pytest.raises(PlanError, match=said):
                credentials()
    monkeypatch.delenv(signing.KEY)
    with pytest.raises(PlanError, match="set both"):
        credentials()


def test_a_certificate_that_is_not_made_for_signing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic(tmp_path / "clinic", monkeypatch, able=False)
    with pytest.raises(EngineError, match="certificate cannot sign"):
        ours()


# --- where it was changed


def test_the_rectangles_hold_every_changed_pixel_and_little_else() -> None:
    found = outcome()
    differs = (found.image != found.face.photo.image).any(axis=2)
    inside = np.zeros_like(differs)
    height, width = differs.shape
    edits = edits_of(found)
    assert "warped" in edits.boxes
    assert not edits.painted
    for box in edits.boxes.values():
        assert box is not None
        left, top, wide, high = (np.array(box) / 100.0 * (width, height, width, height)).round()
        inside[int(top) : int(top + high), int(left) : int(left + wide)] = True
    assert not (differs & ~inside).any()
    assert inside.mean() < 0.25


def test_nothing_done_is_nothing_said() -> None:
    assert edits_of(simulate(bare(face_of("collins")), usual())).boxes == {}


def test_a_sheet_says_what_any_of_its_pictures_had() -> None:
    many = [Edits({"painted": BOX}), Edits({}), Edits({"warped": BOX})]
    assert together(many).boxes == {"warped": None, "painted": None}
    assert together(one for one in many) == together(many)  # however they come
    assert together(iter([Edits({"warped": BOX, "painted": BOX})])).painted


# --- seen


@pytest.mark.parametrize("sample", ["hopper", "collins"])
def test_the_mark_is_seen_and_leaves_the_face_free(sample: str) -> None:
    face = face_of(sample)
    image = face.photo.image
    found = with_mark(image, face)
    differs = (found != image).any(axis=2)
    rows, columns = strip_of(face)
    assert found.shape == image.shape
    assert differs[rows, columns].mean() > 0.9
    assert differs.sum() == differs[rows, columns].sum()
    y = face.landmarks_px[:, 1]
    assert rows.stop <= y.min() or rows.start >= y.max()
    close = head_window(face, CLOSE)
    assert close[0].start <= rows.start < rows.stop <= close[0].stop
    assert found[rows, columns].max() > 180  # letters
    assert np.median(found[rows, columns]) < 110  # on a dark strip


def test_where_the_photo_ends_above_the_face_the_mark_goes_below_the_chin() -> None:
    face = face_of("collins")
    y = face.landmarks_px[:, 1]
    cut = int(y.min()) - 4
    lower = replace(
        face,
        photo=Photo.from_rgb(np.ascontiguousarray(face.photo.image[cut:])),
        landmarks_px=face.landmarks_px - (0.0, cut, 0.0),
    )
    rows, _ = strip_of(lower)
    assert strip_of(face)[0].stop <= y.min()
    assert rows.start >= y.max() - cut


def test_a_mark_on_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="is marked"):
        with_mark(noise(), face_of("hopper"))


def test_without_its_metadata_a_sheet_still_shows_the_mark() -> None:
    sheet = comparison_image(marked_outcome(outcome()))
    data = sign_file(
        png_bytes(sheet, simulated=True), Edits({"warped": None}), credentials(), "1.0"
    )
    stripped = png_bytes(pixels(data), simulated=False)
    assert verify(stripped).state == "unsigned"
    bare_sheet = comparison_image(outcome())
    half = sheet.shape[1] // 2
    differs = (pixels(stripped) != bare_sheet).any(axis=2)
    assert differs[:, half:].mean() > 0.02
    assert not differs[:, : half - 10].any()  # the photo is not called simulated


# --- the command


def test_the_command_signs_verifies_and_marks_on_demand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    face = face_of("collins")
    photo = tmp_path / "photo.png"
    Image.fromarray(np.ascontiguousarray(face.photo.image)).save(photo)
    shown = {}
    for options in ([], ["--marked"]):
        out = tmp_path / f"out{len(options)}"
        run = [str(photo), "--treat", "lip_filler=1", "--quiet", "--signed", "--out", str(out)]
        run += options
        assert main(run) == 0
        shown[len(options)] = pixels((out / "after.png").read_bytes())
        capsys.readouterr()
        for name, status in (("before", 3), ("after", 0), ("comparison", 0)):
            assert main(["--verify", str(out / f"{name}.png")]) == status
            said = capsys.readouterr().out
            assert said == SENTENCES["unsigned" if status else "valid"] + "\n"
    differs = (shown[0] != shown[1]).any(axis=2)
    rows, columns = strip_of(face)
    assert differs.sum() == differs[rows, columns].sum() > 0
    assert main(["--verify", str(out / "after.png"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"state", "signer", "source_type", "edits", "problems", "sentence"}
    assert main(["--verify", str(tmp_path / "nothing.png")]) == 3
    assert capsys.readouterr().err == "The file cannot be read; check its name.\n"
