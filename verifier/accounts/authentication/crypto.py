"""Keys derived from the installation's secret key, one for each use."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import new

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def key(purpose: str) -> bytes:
    """32 bytes that serve this purpose and tell nothing about the others."""
    secret: str = current_app.extensions["verifier"].settings.secret_key
    return HKDF(SHA256(), 32, salt=None, info=b"verifier:" + purpose.encode()).derive(secret.encode())


def sealed(purpose: str, text: str) -> str:
    """The text, readable only with the installation's secret key."""
    return Fernet(urlsafe_b64encode(key(purpose))).encrypt(text.encode()).decode()


def opened(purpose: str, token: str) -> str:
    """What was sealed; raises InvalidToken where it was not sealed here."""
    return Fernet(urlsafe_b64encode(key(purpose))).decrypt(token.encode()).decode()


def mark(purpose: str, text: str) -> str:
    """A mark by which the text is recognised, from which it cannot be guessed without the key."""
    return new(key(purpose), text.encode(), sha256).hexdigest()


def random_mark(token: str) -> str:
    """What the database keeps of a long random token."""
    return sha256(token.encode()).hexdigest()
