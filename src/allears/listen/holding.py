"""A doubted form on its way back to whoever sent it: sealed into the page that asks once more, kept nowhere here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from allears.listen.models import Invitation

SALT = "listen.held"
GOOD_FOR = timedelta(days=1)
LEAST_THOUGHT = timedelta(seconds=2)  # nobody reads the question in less


class SealError(ValueError):
    """What came back was not sealed by us for this invitation, or too long ago."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """One form as it was sent."""

    token: str
    at: datetime
    form: Mapping[str, Any]


def seal(held: Held) -> str:
    return signing.dumps([held.token, held.at.timestamp(), dict(held.form)], salt=SALT, compress=True)


def opened(sealed: str, *, token: str, now: datetime) -> Held:
    """What was sealed; raises SealError."""
    try:
        whose, at, form = signing.loads(sealed, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature as error:
        raise SealError(token) from error
    if whose != token:
        raise SealError(token)
    return Held(token=token, at=datetime.fromtimestamp(at, tz=now.tzinfo), form=form)


def is_read(held: Held, now: datetime) -> bool:
    """Whether there was time to read the question."""
    return now - held.at >= LEAST_THOUGHT


def is_denied(held: Held, invitation: Invitation) -> bool:
    """Whether it was said, of this answer or a later one, that it is nobody's."""
    return invitation.denied_at is not None and invitation.denied_at >= held.at
