"""Secrets that have to be used again, such as a mailbox's password: sealed with the installation's secret key.

Each purpose has a key of its own, so that what is sealed for one cannot be opened as another's.
"""

import base64
from typing import TYPE_CHECKING

from django.conf import settings

from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    from cryptography import fernet
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf import hkdf
else:
    fernet = LazyModule("cryptography.fernet")
    hashes = LazyModule("cryptography.hazmat.primitives.hashes")
    hkdf = LazyModule("cryptography.hazmat.primitives.kdf.hkdf")


class UnreadableSecretError(RuntimeError):
    """Sealed by another ``ALLEARS_SECRET_KEY``: the secret has to be given anew."""


def seal(text: str, *, purpose: bytes) -> str:
    """The text as only this installation opens it."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: bytes) -> str:
    """What was sealed for this purpose. Raises UnreadableSecretError."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except fernet.InvalidToken as error:
        raise UnreadableSecretError("sealed by another ALLEARS_SECRET_KEY") from error


def _box(purpose: bytes) -> "fernet.Fernet":
    derived = hkdf.HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose)
    return fernet.Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))
