"""The key under which an event is stored once."""

from binascii import b2a_base64
from hashlib import blake2b


def message_key(message_id: str) -> str:
    """16 characters for a ``messageId``: 96 bits, so that even 10⁹ events collide with a chance below 10⁻¹⁰."""
    return b2a_base64(blake2b(message_id.encode("utf-8", "replace"), digest_size=12).digest(), newline=False).decode()


def body_key(body: bytes, position: int, *, salt: bytes = b"") -> str:
    """The key of a call without a ``messageId``: its body and its place in it."""
    digest = blake2b(body, digest_size=12, salt=position.to_bytes(4, "big"))
    digest.update(salt)
    return b2a_base64(digest.digest(), newline=False).decode()
