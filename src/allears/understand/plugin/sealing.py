"""Keys of outside models, sealed with the installation's secret: they can be used, never read."""

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

PURPOSE = b"allears.understand.plugin"


class UnreadableKeyError(RuntimeError):
    """Sealed by another ALLEARS_SECRET_KEY: the key has to be typed in again."""


def _box() -> "fernet.Fernet":
    derived = hkdf.HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(
        settings.SECRET_KEY.encode()
    )
    return fernet.Fernet(base64.urlsafe_b64encode(derived))


def seal(key: str) -> str:
    """The key as one sealed text; nothing for nothing."""
    return _box().encrypt(key.encode()).decode() if key else ""


def unseal(sealed: str) -> str:
    """Raises UnreadableKeyError."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except fernet.InvalidToken as error:
        raise UnreadableKeyError("the key was sealed by another ALLEARS_SECRET_KEY; type it in again") from error
