"""Printed codes and short links: looking is counted, the first tap is the answer."""

import io

from django.conf import settings
from django.core import signing

from allears.customers.queries import present
from allears.kit.lazy import LazyModule
from allears.listen.places.models import Place

segno = LazyModule("segno")
_WHO = signing.Signer(sep=".", salt="listen.places.who")


def short_url(place: Place) -> str:
    """What the code says."""
    return f"{settings.PUBLIC_URL}/{'k' if place.kind == Place.Kind.KIOSK else 'q'}/{place.code}"


def svg(text: str) -> bytes:
    """A code as a picture that prints at any size; a quarter of it may be dirty or torn."""
    out = io.BytesIO()
    segno.make(text, error="q", micro=False).save(out, kind="svg", scale=8, border=4, xmldecl=False)
    return out.getvalue()


def who_token(customer_key: str) -> str:
    """A customer's name in a link that only we can write."""
    return _WHO.sign(customer_key)


def customer_behind(*, token: str, workspace_id: int) -> int | None:
    """The customer whom a link of ours names; None for any other."""
    try:
        key = _WHO.unsign(token)
    except signing.BadSignature:
        return None
    found = present(workspace_id=workspace_id, key=key)
    return found.pk if found else None
