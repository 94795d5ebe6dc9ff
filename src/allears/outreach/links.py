"""Signed addresses of a customer's own preference page; they stay valid as long as the signing key."""

from django.conf import settings
from django.core import signing

_SIGNER = signing.Signer(sep=".", salt="outreach.preferences")


def preferences_token(customer_key: str) -> str:
    return _SIGNER.sign(customer_key)


def preferences_url(customer_key: str) -> str:
    return f"{settings.PUBLIC_URL}/u/{preferences_token(customer_key)}"


def customer_key_of(token: str) -> str | None:
    """The customer's key, or None when the signature is not ours."""
    try:
        return _SIGNER.unsign(token)
    except signing.BadSignature:
        return None
