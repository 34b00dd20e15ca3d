"""An authenticator in Python: makes a passkey and answers challenges, honestly or with whatever a thief would change."""

import hashlib
import json
import struct
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


class SoftKey:
    """One passkey with its counter; `host` and `origin` are what the browser says it is used at."""

    def __init__(self, host: str = "localhost", origin: str = "http://localhost:5000") -> None:
        self.host, self.origin, self.count = host, origin, 0
        self.id, self.key = token_bytes(32), ec.generate_private_key(ec.SECP256R1())

    def made(self, options: dict[str, Any]) -> str:
        """The answer to registration options."""
        numbers = self.key.public_key().public_numbers()
        cose = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": self._data(PRESENT | VERIFIED | ATTESTED) + credential})
        response = {"clientDataJSON": self._client("webauthn.create", options), "attestationObject": bytes_to_base64url(attestation)}
        return self._sent(response)

    def answer(self, options: dict[str, Any], *, verified: bool = True, count: int | None = None) -> str:
        """The answer to assertion options; its counter goes up by one, or is what it is told."""
        self.count = self.count + 1 if count is None else count
        data, client = self._data(PRESENT | (VERIFIED if verified else 0)), self._client("webauthn.get", options)
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        response = {"clientDataJSON": client, "authenticatorData": bytes_to_base64url(data), "signature": bytes_to_base64url(signature)}
        return self._sent(response)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, options: dict[str, Any]) -> str:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return bytes_to_base64url(json.dumps(said).encode())

    def _sent(self, response: dict[str, str]) -> str:
        mine = bytes_to_base64url(self.id)
        return json.dumps({"id": mine, "rawId": mine, "type": "public-key", "response": response, "clientExtensionResults": {}})
