"""Three signatures on one statement, in order: the lead verifier certifies, the signatory countersigns, the body's seal closes."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, LayoutError, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from verifier.core.errors import Refusal
from verifier.statement.pdf.signature_page import LEAD, PLACES, SEAL, SIGNATORY, stamp, stamp_lines
from verifier.statement.signing.certificate_authority import open_key

__all__ = ["LEAD", "ORDER", "SEAL", "SIGNATORY", "Signature", "certify", "countersign", "prepare", "seal", "stamp_lines", "trust"]

ORDER = (LEAD, SIGNATORY, SEAL)
DIGEST = "sha256"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, with what, why and when; `lines` are printed in the visible stamp, the first one large."""

    key_pem: bytes
    passphrase: str
    certificate_pem: bytes
    root_pem: bytes
    reason: str
    at: datetime
    lines: tuple[str, ...]


def certificate(certificate_pem: bytes) -> x509.Certificate:
    """A certificate as pyHanko wants it."""
    return x509.Certificate.load(pem.unarmor(certificate_pem)[2])


def trust(roots: list[bytes], at: datetime | None = None) -> ValidationContext:
    """Ours are the only roots, nothing is fetched; `at` is when the certificates must have been valid."""
    return ValidationContext(trust_roots=[certificate(root) for root in roots], allow_fetching=False, moment=at)


def prepare(pdf: bytes) -> bytes:
    """The statement with its three empty signature fields, appended before any signature so that none of them breaks another."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    last = int(writer.prev.root["/Pages"]["/Count"]) - 1
    for name in ORDER:
        fields.append_signature_field(writer, fields.SigFieldSpec(name, on_page=last, box=PLACES[name]))
    return _written(writer)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _check_before(pdf: bytes, field: str, signature: Signature) -> None:
    """What is already signed still holds, the fields are ours, and it is this one's turn."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        names = [name for name, _, _ in fields.enumerate_sig_fields(reader)]
        embedded = reader.embedded_signatures
    except (PdfError, ValueError, KeyError, TypeError) as broken:
        raise Refusal("statement.unsignable") from broken
    signed = [one.field_name for one in embedded]
    if sorted(names) != sorted(ORDER):
        raise Refusal("statement.unsignable")
    if field in signed:
        raise Refusal("statement.signed.already", field=field)
    if signed != list(ORDER[: ORDER.index(field)]):
        raise Refusal("statement.signed.order", field=field)
    for one in embedded:
        try:
            status = validate_pdf_signature(one, trust([signature.root_pem], signature.at))
        except SignatureValidationError as broken:
            raise Refusal("statement.signed.broken", field=one.field_name) from broken
        if not status.bottom_line:
            raise Refusal("statement.signed.broken", field=one.field_name)


class _Signer(signers.Signer):
    """Signs with a key that is opened once; pyHanko's own takes a bare copy of it, and checks that anew each time: a third of a second."""

    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate, chain: SimpleCertificateStore) -> None:
        super().__init__(signing_cert=certificate, cert_registry=chain)
        self.key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """RSA with PKCS 1 v1.5 over SHA-256; tried without a key first, for the room that it takes."""
        if digest_algorithm != DIGEST:
            raise SigningError(digest_algorithm)
        return bytes(self.key.key_size // 8) if dry_run else self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _signer(signature: Signature) -> _Signer:
    key = open_key(signature.key_pem, signature.passphrase)
    own_certificate = certificate(signature.certificate_pem)
    if (
        key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        != own_certificate.public_key.dump()
    ):
        raise Refusal("statement.certificate.mismatch")
    chain = SimpleCertificateStore()
    chain.register(certificate(signature.root_pem))
    return _Signer(key, own_certificate, chain)


class _Drawn(ImportedPdfPage):
    """The stamp, imported from memory: pyHanko itself only imports from a file."""

    def __init__(self, drawn: bytes) -> None:
        super().__init__("")
        self.drawn = drawn

    def render(self) -> bytes:
        """Import the one page of the stamp with its fonts."""
        form = self.writer.import_page_as_xobject(PdfFileReader(BytesIO(self.drawn)))
        self.resources.xobject["/Stamp"] = form
        left, bottom, right, top = form.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Stamp Do"


class _At(signers.PdfSigner):
    """A signer whose signature bears the time it was handed, the same that its stamp shows."""

    def __init__(self, metadata: signers.PdfSignatureMetadata, signature: Signature, style: StaticStampStyle) -> None:
        super().__init__(metadata, _signer(signature), stamp_style=style)
        self.at = signature.at

    def init_signing_session(self, *args: object, **settings: object) -> PdfSigningSession:
        """A session at that time."""
        session = super().init_signing_session(*args, **settings)
        session.system_time = self.at
        return session


def _style(field: str, lines: tuple[str, ...]) -> StaticStampStyle:
    fill = SimpleBoxLayoutRule(x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID, margins=Margins.uniform(0))
    return StaticStampStyle(background=_Drawn(stamp(field, lines)), background_opacity=1, border_width=0, background_layout=fill)


def _sign(pdf: bytes, field: str, signature: Signature) -> bytes:
    _check_before(pdf, field, signature)
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        reason=signature.reason,
        name=signature.lines[0],
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=field == LEAD,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    signer = _At(metadata, signature, _style(field, signature.lines))
    try:
        return bytes(signer.sign_pdf(writer, existing_fields_only=True).getvalue())
    except (SigningError, PdfError, LayoutError) as broken:
        raise Refusal("statement.unsignable") from broken


def certify(pdf: bytes, signature: Signature) -> bytes:
    """The lead verifier's signature: from here on only the two reserved fields may be filled."""
    return _sign(pdf, LEAD, signature)


def countersign(pdf: bytes, signature: Signature) -> bytes:
    """The authorised signatory's signature, on a statement the lead verifier has certified."""
    return _sign(pdf, SIGNATORY, signature)


def seal(pdf: bytes, signature: Signature) -> bytes:
    """The seal of the body, on a statement both people have signed."""
    return _sign(pdf, SEAL, signature)
