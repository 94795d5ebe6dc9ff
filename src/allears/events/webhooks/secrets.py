"""Signing secrets: made once, shown once, kept sealed by the installation's secret key."""

import base64
import hashlib
import os
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from standardwebhooks import Webhook

from allears.events.webhooks.models import Endpoint


class UnreadableSecretError(RuntimeError):
    """Sealed by another secret key: the endpoint needs a new secret."""


def new_secret() -> str:
    """``whsec_`` and 32 random bytes, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def _box() -> Fernet:
    digest = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"webhook-secret")
    return Fernet(base64.urlsafe_b64encode(digest.digest()))


def seal(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises UnreadableSecretError."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecretError("the signing secret was sealed by another ALLEARS_SECRET_KEY; rotate it") from error


def signature(*, endpoint: Endpoint, key: str, body: str, now: datetime) -> str:
    """The header: one signature, or two while a former secret still counts."""
    sealed = [endpoint.secret]
    if endpoint.former_secret and endpoint.former_until and now < endpoint.former_until:
        sealed.append(endpoint.former_secret)
    return " ".join(Webhook(unseal(each)).sign(key, now, body) for each in sealed)
