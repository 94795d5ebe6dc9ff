"""Encrypted callbacks of WeChat and WeCom, as their public specification says.

AES-256-CBC with the key as its own first initial vector, PKCS#7 over blocks of 32 bytes; inside: 16 random bytes, four
bytes of length in network order, the message, the receiver's id. The signature is SHA-1 over the sorted parts.
"""

import base64
import binascii
import hashlib
import os
import struct
from typing import TYPE_CHECKING

from django.utils.crypto import constant_time_compare

from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import ciphers
    from cryptography.hazmat.primitives.ciphers import algorithms, modes
else:
    ciphers = LazyModule("cryptography.hazmat.primitives.ciphers")
    algorithms = LazyModule("cryptography.hazmat.primitives.ciphers.algorithms")
    modes = LazyModule("cryptography.hazmat.primitives.ciphers.modes")

BLOCK = 32
HEAD = 16


class NotGenuineError(PermissionError):
    """The call does not come from the platform, or not for us."""


def signature(*parts: str) -> str:
    """Of token, timestamp, nonce, and the encrypted message where there is one."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def check(given: str, *parts: str) -> None:
    """Raises NotGenuineError."""
    if not constant_time_compare(signature(*parts), given):
        raise NotGenuineError("the signature is not that of this token")


def key_of(encoding_key: str) -> bytes:
    """The 32 bytes behind an EncodingAESKey of 43 characters; raises ValueError."""
    try:
        key = base64.b64decode(encoding_key + "=", validate=True)
    except binascii.Error as error:
        raise ValueError("an EncodingAESKey has 43 letters and digits") from error
    if len(key) != BLOCK:
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return key


def encrypt(text: str, *, encoding_key: str, receiver: str) -> str:
    """A message for ``receiver``, an app id or corp id, in base64."""
    key, body = key_of(encoding_key), text.encode()
    plain = os.urandom(HEAD) + struct.pack(">I", len(body)) + body + receiver.encode()
    padding = BLOCK - len(plain) % BLOCK
    cipher = ciphers.Cipher(algorithms.AES(key), modes.CBC(key[:HEAD])).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([padding]) * padding) + cipher.finalize()).decode()


def decrypt(sealed: str, *, encoding_key: str, receiver: str) -> str:
    """The message inside; raises NotGenuineError when it is damaged or meant for another receiver."""
    key = key_of(encoding_key)
    cipher = ciphers.Cipher(algorithms.AES(key), modes.CBC(key[:HEAD])).decryptor()
    try:
        plain = cipher.update(base64.b64decode(sealed)) + cipher.finalize()
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack(">I", plain[HEAD : HEAD + 4])
        body, whose = plain[HEAD + 4 : HEAD + 4 + length], plain[HEAD + 4 + length :]
        text = body.decode()
    except (ValueError, IndexError, struct.error) as error:
        raise NotGenuineError("the message cannot be decrypted with this EncodingAESKey") from error
    if whose.decode("utf-8", "replace") != receiver:
        raise NotGenuineError("the message is meant for another account")
    return text
