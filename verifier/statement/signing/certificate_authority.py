"""The installation's own certificate authority, and signing keys encrypted with a passphrase only their owner knows."""

import os
import textwrap
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from asn1crypto import algos, keys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509.oid import NameOID

from verifier import failpoints
from verifier.core.errors import Refusal

KEY_BITS = 3072
SHORTEST_PASSPHRASE = 12
ROOT_YEARS, LEAF_YEARS = 20, 5
CRL_DAYS = 7
"""Until when a list of revoked certificates may be used; a new one is made every hour."""
KDF_ROUNDS = 600_000
ROOT_KEY, ROOT_CERTIFICATE = "root.key.pem", "root.cert.pem"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair at rest: the private half as encrypted PKCS#8 PEM, and the request that asks for its certificate."""

    key_pem: bytes
    request_pem: bytes


def encrypted_pem(key: rsa.RSAPrivateKey, passphrase: str) -> bytes:
    """PKCS#8 under PBKDF2 and AES-256, as any OpenSSL reads it: the library itself would take 2,048 rounds, too few for a passphrase."""
    salt, iv = os.urandom(16), os.urandom(16)
    wrapping = PBKDF2HMAC(hashes.SHA256(), 32, salt, KDF_ROUNDS).derive(passphrase.encode())
    plain = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    padder, encryptor = PKCS7(128).padder(), Cipher(AES(wrapping), modes.CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    kdf = {"salt": algos.Pbkdf2Salt("specified", salt), "iteration_count": KDF_ROUNDS, "prf": {"algorithm": "sha256"}}
    parameters = {
        "key_derivation_func": {"algorithm": "pbkdf2", "parameters": kdf},
        "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": iv},
    }
    info = keys.EncryptedPrivateKeyInfo(
        {"encryption_algorithm": algos.EncryptionAlgorithm({"algorithm": "pbes2", "parameters": parameters}), "encrypted_data": sealed}
    )
    body = "\n".join(textwrap.wrap(b64encode(info.dump()).decode(), 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def open_key(key_pem: bytes, passphrase: str) -> rsa.RSAPrivateKey:
    """The private key, or a refusal when the passphrase does not open it."""
    try:
        key = serialization.load_pem_private_key(key_pem, passphrase.encode())
    except (ValueError, TypeError) as wrong:
        raise Refusal("statement.passphrase.wrong") from wrong
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Refusal("statement.key.unusable")
    return key


def certified(text: str) -> str:
    """A name as a certificate holds it: at most 64 bytes of UTF-8, cut between characters (the library bounds X.520 names in bytes)."""
    return text.encode()[:64].decode(errors="ignore")


def _name(common_name: str, organisation: str, unit: str = "") -> x509.Name:
    attributes = ((NameOID.COMMON_NAME, common_name), (NameOID.ORGANIZATION_NAME, organisation), (NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    return x509.Name([x509.NameAttribute(oid, certified(text)) for oid, text in attributes if text])


def new_signing_key(passphrase: str, common_name: str) -> SigningKey:
    """A fresh key that rests under `passphrase`, with a request that proves who asked holds it."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refusal("statement.passphrase.short", minimum=SHORTEST_PASSPHRASE)
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    request = x509.CertificateSigningRequestBuilder().subject_name(_name(common_name, "")).sign(key, hashes.SHA256())
    return SigningKey(encrypted_pem(key, passphrase), request.public_bytes(serialization.Encoding.PEM))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_identifier(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """Which key of ours signed a certificate or a list."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())


def _new_root(name: str, secret: str, now: datetime) -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = _name(name, name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * ROOT_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return encrypted_pem(key, secret), certificate.public_bytes(serialization.Encoding.PEM)


def _write_once(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_authority(folder: Path, name: str, secret: str, now: datetime) -> None:
    """Key and certificate appear together or not at all; of two who make them at once, the first one's stay."""
    key_pem, root_pem = _new_root(name, secret, now)
    aside = Path(mkdtemp(dir=folder.parent, prefix=f"{folder.name}.", suffix=".part"))
    _write_once(aside / ROOT_KEY, key_pem, 0o600)
    failpoints.point("authority.key")
    _write_once(aside / ROOT_CERTIFICATE, root_pem, 0o644)
    failpoints.point("authority.aside")
    try:
        aside.rename(folder)
    except OSError:
        rmtree(aside)
        if not (folder / ROOT_KEY).exists():
            raise


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that was revoked: since when, and why (a name of RFC 5280's reasons)."""

    serial: int
    since: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate and its encrypted key; it vouches for people and for the seals of bodies of this installation."""

    root_pem: bytes
    key_pem: bytes
    secret: str
    crl_url: str = ""
    """Where the list of revoked certificates is published; new certificates name it."""

    def revocation_list(self, revoked: Iterable[Revoked], *, now: datetime) -> bytes:
        """The list of revoked certificates (DER), signed by the root; its number grows with the time it was made at."""
        root, made_at = x509.load_pem_x509_certificate(self.root_pem), now.astimezone(UTC).replace(microsecond=0)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(root.subject)
            .last_update(made_at)
            .next_update(made_at + timedelta(days=CRL_DAYS))
            .add_extension(x509.CRLNumber(int(made_at.timestamp())), critical=False)
            .add_extension(_key_identifier(root), critical=False)
        )
        for each in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(each.serial).revocation_date(each.since.astimezone(UTC))
            reason = x509.ReasonFlags[each.reason or "unspecified"]
            if reason is not x509.ReasonFlags.unspecified:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(open_key(self.key_pem, self.secret), hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def issue_person(self, request_pem: bytes, *, name: str, organisation: str, role: str, now: datetime) -> bytes:
        """A certificate (PEM) for one person in one role."""
        return self._issue(request_pem, _name(name, organisation, role), now)

    def issue_seal(self, request_pem: bytes, *, organisation: str, now: datetime) -> bytes:
        """The organisation certificate (PEM) behind a body's seal."""
        return self._issue(request_pem, _name(organisation, organisation, "公章 Seal"), now)

    def _issue(self, request_pem: bytes, subject: x509.Name, now: datetime) -> bytes:
        request = x509.load_pem_x509_csr(request_pem)
        if not request.is_signature_valid:
            raise Refusal("statement.certificate.request")
        root = x509.load_pem_x509_certificate(self.root_pem)
        public = request.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(max(now.astimezone(UTC) - timedelta(minutes=5), root.not_valid_before_utc))
            .not_valid_after(min(now + timedelta(days=365 * LEAF_YEARS), root.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(_key_identifier(root), critical=False)
        )
        if self.crl_url:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(self.crl_url)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        certificate = builder.sign(open_key(self.key_pem, self.secret), hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM)


def open_authority(folder: Path, secret: str, *, now: datetime, name: str = "Verifier local certificate authority") -> Authority:
    """The authority in `folder`, made at first use; its key file is 0600 and encrypted with `secret`."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file, certificate_file = folder / ROOT_KEY, folder / ROOT_CERTIFICATE
    if not key_file.exists() and not certificate_file.exists():
        _make_authority(folder, name, secret, now)
    if not (key_file.exists() and certificate_file.exists()):
        raise Refusal("statement.authority.incomplete", folder=str(folder))
    return Authority(certificate_file.read_bytes(), key_file.read_bytes(), secret)
