"""Keys derived from the installation's secret key, one for each use."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import new

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def key(purpose: str) -> bytes:
    """A 32-byte key derived for one purpose."""
    secret: str = current_app.extensions["verifier"].settings.secret_key
    return HKDF(SHA256(), 32, salt=None, info=b"verifier:" + purpose.encode()).derive(secret.encode())


def sealed(purpose: str, text: str) -> str:
    """Encrypt a text with a key derived from the secret key."""
    return Fernet(urlsafe_b64encode(key(purpose))).encrypt(text.encode()).decode()


def opened(purpose: str, token: str) -> str:
    """Decrypt a sealed text; raises InvalidToken if it was not sealed with this key."""
    return Fernet(urlsafe_b64encode(key(purpose))).decrypt(token.encode()).decode()


def mark(purpose: str, text: str) -> str:
    """Keyed hash of a text (HMAC), so that it can be compared but not guessed without the key."""
    return new(key(purpose), text.encode(), sha256).hexdigest()


def random_mark(token: str) -> str:
    """Hash of a long random token, as stored."""
    return sha256(token.encode()).hexdigest()
