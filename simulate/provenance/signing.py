"""Who signs: the clinic's certificate, or one that this computer makes for itself.

The default is labelled as what it is: its names say that nobody has checked who is behind it. Its
key is made here, never leaves the folder of the user's settings, and is readable by nobody else.
"""

from __future__ import annotations

import datetime
import os
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from face_mesh.atomic_file import AtomicFile
from face_mesh.errors import PlanError
from face_mesh.messages import Message
from face_mesh.untrusted import Unreadable, contents

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509

CERTIFICATE, KEY = "BEFOREHAND_CERTIFICATE", "BEFOREHAND_KEY"
SELF_SIGNED = "Beforehand self-signed default: identity not checked by anybody"
_ISSUER = "Beforehand self-signed default: issuer made on the same computer"
_YEARS = 10  # without a time stamp a signature is worth as long as its certificate
_FILE = "self-signed.pem"
_MOST_BYTES = 1 << 18  # of a PEM file; a chain of certificates has some kilobytes


@dataclass(frozen=True)
class Credentials:
    """What signs a picture.

    Attributes:
        chain_pem: certificates, the signer's first.
        key_pem: private key of the first, unencrypted PKCS 8.
        algorithm: as C2PA names it.
        default: whether it is the self-signed default.
    """

    chain_pem: str
    key_pem: str = field(repr=False)
    algorithm: str
    default: bool


def credentials() -> Credentials:
    """Return the clinic's certificate if the settings name one, else this computer's own.

    Raises:
        PlanError: the settings name files that cannot be used together.
    """
    named = os.environ.get(CERTIFICATE), os.environ.get(KEY)
    if not any(named):
        return _default(_folder())
    if not all(named):
        raise PlanError(
            Message(
                "To sign as a clinic, set both {certificate} and {key}.",
                certificate=CERTIFICATE,
                key=KEY,
            )
        )
    return _of_clinic(*(Path(one or "") for one in named))


@dataclass(frozen=True)
class KnownSigners:
    """Signers that this computer knows.

    Attributes:
        anchors_pem: certificates of those who issued theirs.
        serials: serial numbers of theirs: an issuer may have others, whom we do not know.
    """

    anchors_pem: str
    serials: frozenset[int]


def known_signers() -> KnownSigners:
    """Return the clinic's certificate, if the settings name one, and this computer's own.

    Verifying needs no key, so the certificate alone may be set. Nothing is made or written.

    Raises:
        PlanError: the certificate of the settings cannot be read.
    """
    chains = []
    if named := os.environ.get(CERTIFICATE):
        chains.append(_chain(Path(named)))
    own = ""
    with suppress(OSError):
        own = _kept(_folder())
    if not own and _made_for_this_run.cache_info().currsize:
        own = _made_for_this_run()
    if own:
        chains.append(_split(own)[0])
    found = [_certificates(chain) for chain in chains]
    return KnownSigners("".join(chains), frozenset(one[0].serial_number for one in found))


def _folder() -> Path:
    settings = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")
    return Path(settings or os.path.expanduser("~/.config")) / "beforehand"


def _read(path: Path, setting: str) -> str:
    try:
        data = contents(path, _MOST_BYTES)
        if len(data) > _MOST_BYTES:
            raise ValueError("too long")
        return data.decode("ascii")
    except (Unreadable, ValueError) as error:
        raise PlanError(
            Message("The file that {setting} names cannot be read as PEM.", setting=setting)
        ) from error


def _chain(path: Path) -> str:
    """Return the clinic's certificates; without the issuer's nobody could check the first."""
    chain_pem = _read(path, CERTIFICATE)
    if len(_certificates(chain_pem)) < 2:
        raise PlanError(
            Message(
                "{certificate} must hold the clinic's certificate and, after it, its issuer's.",
                certificate=CERTIFICATE,
            )
        )
    return chain_pem


def _certificates(pem: str) -> list[X509]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise PlanError(
            Message("The file that {setting} names holds no certificate.", setting=CERTIFICATE)
        ) from error


def _of_clinic(certificate: Path, key: Path) -> Credentials:
    from cryptography.hazmat.primitives import serialization as to

    chain_pem = _chain(certificate)
    signer = _certificates(chain_pem)[0]
    try:
        private = to.load_pem_private_key(_read(key, KEY).encode(), None)
    except (ValueError, TypeError) as error:
        raise PlanError(
            Message(
                "The file that {setting} names holds no private key without a password.",
                setting=KEY,
            )
        ) from error
    der = (to.Encoding.DER, to.PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*der) != signer.public_key().public_bytes(*der):
        raise PlanError(
            Message(
                "{key} is not the key of {certificate}; name the two that belong together.",
                certificate=CERTIFICATE,
                key=KEY,
            )
        )
    key_pem = private.private_bytes(
        to.Encoding.PEM, to.PrivateFormat.PKCS8, to.NoEncryption()
    ).decode()
    return Credentials(chain_pem, key_pem, _algorithm(private), default=False)


def _algorithm(private: object) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(private, ec.EllipticCurvePrivateKey):
        named = {256: "es256", 384: "es384", 521: "es512"}
        if found := named.get(private.curve.key_size):
            return found
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    raise PlanError(
        Message("{key} is of a kind that C2PA does not allow; use one of the curve P-256.", key=KEY)
    )


def _default(folder: Path) -> Credentials:
    """Return the default of this computer, made at the first use; of this run if none is kept."""
    try:
        both = _kept(folder)
    except Unreadable:
        both = _made_for_this_run()
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with AtomicFile(folder, 0o600) as file:
                file.write(both.encode("ascii"))
                with suppress(FileExistsError):
                    file.name(_FILE, new=True)
            both = _kept(folder)  # of whichever of two runs came first
    return Credentials(*_split(both), "es256", default=True)


def _kept(folder: Path) -> str:
    """Return the default's file.

    Raises:
        Unreadable: there is none.
    """
    return contents(folder / _FILE, _MOST_BYTES).decode("ascii", errors="replace")


def _split(both: str) -> tuple[str, str]:
    """Return the certificates and the key of the default's file."""
    at = both.find("-----BEGIN PRIVATE KEY-----")
    if at <= 0:
        raise PlanError(
            Message(
                "The file {file} of the settings is damaged; delete it for a new one.", file=_FILE
            )
        )
    return both[:at], both[at:]


@cache
def _made_for_this_run() -> str:
    """Return a new certificate, its issuer's and its key as PEM.

    C2PA refuses a certificate that signed itself, so there is an issuer, whose key is let go at
    once: it can never issue another.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives import serialization as to
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    issuer_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Beforehand self-signed default")
    issuer, subject = (
        x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, name)])
        for name in (_ISSUER, SELF_SIGNED)
    )
    now = datetime.datetime.now(datetime.UTC)
    since, until = now - datetime.timedelta(days=1), now + datetime.timedelta(days=365 * _YEARS)
    made = []
    for name, public, is_issuer in (
        (subject, key.public_key(), False),
        (issuer, issuer_key.public_key(), True),
    ):
        usage = {
            "digital_signature": not is_issuer,
            "key_cert_sign": is_issuer,
            "crl_sign": is_issuer,
            **dict.fromkeys(
                (
                    "content_commitment",
                    "key_encipherment",
                    "data_encipherment",
                    "key_agreement",
                    "encipher_only",
                    "decipher_only",
                ),
                False,
            ),
        }
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(is_issuer, 0 if is_issuer else None), True)
            .add_extension(x509.KeyUsage(**usage), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
            )
        )
        if not is_issuer:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(purpose, False)
        signed = builder.sign(issuer_key, hashes.SHA256())
        made.append(signed.public_bytes(to.Encoding.PEM).decode())
    key_pem = key.private_bytes(to.Encoding.PEM, to.PrivateFormat.PKCS8, to.NoEncryption())
    return "".join(made) + key_pem.decode()
