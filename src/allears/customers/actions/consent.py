"""What customers grant and withdraw. One convention for traits, files and forms::

traits.consent = true                                          everything, on every channel
traits.consent = {"email": true}                               every purpose by e-mail
traits.consent = {"email": {"survey": true, "marketing": false}}
traits.consent = {"*": {"marketing": false}}                   a purpose on every channel
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from allears.customers import sql
from allears.customers.models import ConsentRecord
from allears.store.bulk import insert_rows

ANY = "*"
LONGEST = 20


class ConsentFormatError(ValueError):
    """Not our convention; the text says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChange:
    """What one customer said about one channel and purpose (``*``: all)."""

    customer_id: int
    channel: str
    purpose: str
    granted: bool
    at: datetime


def read_consent(*, customer_id: int, consent: Any, at: datetime) -> list[ConsentChange]:
    """The changes that a ``consent`` trait states; raises ConsentFormatError."""
    return [
        ConsentChange(customer_id=customer_id, channel=channel, purpose=purpose, granted=granted, at=at)
        for channel, purpose, granted in _pairs(consent)
    ]


def _pairs(consent: Any) -> Iterator[tuple[str, str, bool]]:
    if isinstance(consent, bool):
        yield ANY, ANY, consent
        return
    for channel, value in _mapping(consent).items():
        if isinstance(value, bool):
            yield channel, ANY, value
            continue
        for purpose, granted in _mapping(value).items():
            if not isinstance(granted, bool):
                raise ConsentFormatError(f"consent.{channel}.{purpose} must be true or false")
            yield channel, purpose, granted


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConsentFormatError('consent must read like {"email": {"survey": true}}')
    if any(len(name) > LONGEST for name in value):
        raise ConsentFormatError(f"channels and purposes of consent have at most {LONGEST} characters")
    return value


def record_consent(*, workspace_id: int, changes: Sequence[ConsentChange], source: str) -> int:
    """Append what differs from what is on record; the number appended."""
    with transaction.atomic():
        latest = _latest(workspace_id, list({change.customer_id for change in changes}))
        rows = []
        for change in changes:
            subject = (change.customer_id, change.channel, change.purpose)
            if latest.get(subject) is not change.granted:
                latest[subject] = change.granted
                rows.append((workspace_id, *subject, change.granted, source, change.at))
        columns = ["workspace_id", "customer_id", "channel", "purpose", "granted", "source", "at"]
        insert_rows(ConsentRecord, columns, rows)
    return len(rows)


def _latest(workspace_id: int, customer_ids: list[int]) -> dict[tuple[int, str, str], bool]:
    found: dict[tuple[int, str, str], bool] = {}
    for start in range(0, len(customer_ids), sql.CHUNK):
        records = ConsentRecord.objects.in_workspace(workspace_id).filter(
            customer_id__in=customer_ids[start : start + sql.CHUNK]
        )
        for customer, channel, purpose, granted in records.order_by("at", "id").values_list(
            "customer_id", "channel", "purpose", "granted"
        ):
            found[customer, channel, purpose] = granted
    return found
