"""Keys of outside models, sealed with the installation's secret: they can be used, never read."""

from allears.store import sealing

PURPOSE = b"allears.understand.plugin"


class UnreadableKeyError(RuntimeError):
    """Sealed by another ALLEARS_SECRET_KEY: the key has to be typed in again."""


def seal(key: str) -> str:
    """The key as one sealed text; nothing for nothing."""
    return sealing.seal(key, purpose=PURPOSE) if key else ""


def unseal(sealed: str) -> str:
    """Raises UnreadableKeyError."""
    try:
        return sealing.unseal(sealed, purpose=PURPOSE) if sealed else ""
    except sealing.UnreadableSecretError as error:
        raise UnreadableKeyError("the key was sealed by another ALLEARS_SECRET_KEY; type it in again") from error
