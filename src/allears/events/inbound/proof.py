"""Whether a request comes from who it says: the proofs that senders of webhooks give."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _
from standardwebhooks import Webhook, WebhookVerificationError

from allears.events.inbound.models import InboundSource

TOLERANCE_SECONDS = 300
HEADERS = {"token": "X-Webhook-Token", "hmac": "X-Hub-Signature-256", "timestamped": "Stripe-Signature"}


class ProofError(ValueError):
    """The request does not prove itself; the text says what was expected."""


def seal(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """Raises ProofError when another installation's key sealed it."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken as error:
        raise ProofError(_("The secret cannot be read with this installation's key: enter it anew.")) from error


def _box() -> Fernet:
    digest = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"inbound-secret")
    return Fernet(base64.urlsafe_b64encode(digest.digest()))


def check(*, source: InboundSource, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises ProofError unless the request carries the source's proof."""
    if source.proof == InboundSource.Proof.NONE:
        return
    secret = unseal(source.secret)
    if source.proof == InboundSource.Proof.STANDARD:
        _check_standard(secret, headers, body)
        return
    name = source.header or HEADERS[source.proof]
    given = headers.get(name, "").strip()
    if not given:
        raise ProofError(_("The header %(name)s is missing.") % {"name": name})
    if source.proof == InboundSource.Proof.TOKEN:
        good = same(given.removeprefix("Bearer ").strip(), secret)
    elif source.proof == InboundSource.Proof.HMAC:
        good = _is_signed(secret, body, [given.partition("=")[2] if given.startswith("sha256=") else given])
    else:
        good = _is_timestamped(secret, body, given, now)
    if not good:
        raise ProofError(_("The header %(name)s does not match the secret.") % {"name": name})


def _check_standard(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    named = {name: headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    try:
        Webhook(secret).verify(body, named)
    except (WebhookVerificationError, ValueError) as error:
        raise ProofError(_("The signature is not valid: %(why)s") % {"why": error}) from error


def _is_timestamped(secret: str, body: bytes, given: str, now: datetime) -> bool:
    parts = [part.strip().partition("=") for part in given.split(",")]
    times = [value for name, _eq, value in parts if name == "t" and value.isdecimal()]
    if not times or abs(now.timestamp() - int(times[0])) > TOLERANCE_SECONDS:
        return False
    signatures = [value for name, _eq, value in parts if name == "v1"]
    return _is_signed(secret, times[0].encode() + b"." + body, signatures)


def _is_signed(secret: str, told: bytes, signatures: list[str]) -> bool:
    """Hexadecimal or base64: senders write either."""
    digest = hmac.new(secret.encode(), told, hashlib.sha256).digest()
    right = (digest.hex(), base64.b64encode(digest).decode())
    return any(same(given, each) for given in signatures for each in right)


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
