"""Secrets of channels, sealed with the installation's secret: they can be used, never read."""

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from allears.kit.lazy import LazyModule
from allears.outreach.channels.base import SetupError

if TYPE_CHECKING:
    from cryptography import fernet
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf import hkdf
else:
    fernet = LazyModule("cryptography.fernet")
    hashes = LazyModule("cryptography.hazmat.primitives.hashes")
    hkdf = LazyModule("cryptography.hazmat.primitives.kdf.hkdf")

PURPOSE = b"allears.outreach.delivery"


def _box() -> "fernet.Fernet":
    derived = hkdf.HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(
        settings.SECRET_KEY.encode()
    )
    return fernet.Fernet(base64.urlsafe_b64encode(derived))


def seal(secret: Mapping[str, str]) -> str:
    """The secret settings as one sealed text; nothing for nothing."""
    told = {name: value for name, value in secret.items() if value}
    return _box().encrypt(json.dumps(told).encode()).decode() if told else ""


def unseal(sealed: str) -> dict[str, str]:
    """The secret settings; raises SetupError when the installation's key is another one now."""
    if not sealed:
        return {}
    try:
        opened = _box().decrypt(sealed.encode())
    except fernet.InvalidToken as error:
        raise SetupError(
            "secret", _("the installation's key has changed; enter the channel's secrets again")
        ) from error
    found: dict[str, str] = json.loads(opened)
    return found
