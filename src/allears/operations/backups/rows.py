"""Rows as an archive holds them: plain JSON that either database takes back, personal columns sealed.

A linked row (it says which customer it belongs to) is sealed with that customer's key; a row that only may mention
people is sealed with a key of its own. Either key stands in the file beside the archive and can be removed there.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from django.apps import apps
from django.db import models

from allears.customers.personal import PersonalTable, personal_table

LEFT_OUT = frozenset(
    {
        "auth.Permission",
        "auth.Group",
        "auth.Group_permissions",
        "contenttypes.ContentType",
        "sessions.Session",
        "jobs.WorkerLease",  # of processes that will not be there
        "listen.VoicePending",  # triggers write it anew with the voices
        "customers.CustomerPending",  # and with the customers
        "jobs.LakeRollup",  # made again from the rows
        "jobs.LakeDirty",
        "events.IntakeRow",  # the unread log is a part of its own
        "events.IntakeCursor",
        "customers.CustomerKey",  # in the file beside the archive
        "operations.Backup",
    }
)
_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder()
encode, decode = _encoder.encode, _decoder.decode


def kept_models(given: Iterable[type[models.Model]] | None = None) -> list[type[models.Model]]:
    """Every table of an archive, in a fixed order; of this version's models unless others are ``given``."""
    found = [
        model
        for model in (apps.get_models(include_auto_created=True) if given is None else given)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.label)


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return list(model._meta.local_concrete_fields)


def plain(field: models.Field[Any, Any], value: Any) -> Any:
    """A column's value as JSON; what JSON lacks is written as text that ``back`` reads."""
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if not isinstance(value, str | int | float | bool) else value


def back(field: models.Field[Any, Any], value: Any) -> Any:
    """The value as the column takes it."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(field, models.DurationField):
        return timedelta(microseconds=value)
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value)
    return field.to_python(value)


def blank(field: models.Field[Any, Any]) -> Any:
    """What stands in a personal column whose key is gone, as JSON."""
    if field.null:
        return None
    if isinstance(field, models.JSONField):
        return field.get_default()
    if isinstance(field, models.UUIDField) or _must_differ(field):
        return uuid.uuid4().hex[: field.max_length or 32]
    if isinstance(field, models.CharField | models.TextField):
        return ""
    return plain(field, field.get_default())


def _must_differ(field: models.Field[Any, Any]) -> bool:
    """Whether two rows of the same value could not stand side by side."""
    rules = field.model._meta.constraints
    return field.unique or any(field.name in each.fields for each in rules if isinstance(each, models.UniqueConstraint))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the rows of one table are written: all columns, which of them are sealed, and the way to the customer."""

    label: str
    fields: tuple[models.Field[Any, Any], ...]
    sealed: tuple[int, ...]  # places in ``fields``
    customer: str  # path; empty: unlinked

    @property
    def personal(self) -> bool:
        return bool(self.sealed)

    def opened(self, values: Sequence[Any], hidden: Sequence[Any]) -> list[Any]:
        """All columns, with the sealed ones put in their places."""
        found = list(values)
        for place, value in zip(self.sealed, hidden, strict=True):
            found[place] = value
        return found


def layout_of(model: type[models.Model], told: PersonalTable | None = None) -> Layout:
    label = model._meta.label
    table = told or personal_table(label)
    fields = tuple(columns_of(model))
    names = {*table.columns, *table.renew} if table else set()
    return Layout(
        label=label,
        fields=fields,
        sealed=tuple(place for place, field in enumerate(fields) if field.name in names and not field.primary_key),
        customer=table.customer if table else "",
    )


def read_rows(
    model: type[models.Model], layout: Layout, *, alias: str, chunk: int = 2000
) -> Iterator[list[tuple[list[Any], int | None]]]:
    """Chunks of (values as JSON, customer id or None) in the order of the primary key."""
    names = [field.attname for field in layout.fields]
    extra = [layout.customer] if layout.personal and layout.customer else []
    rows = model._base_manager.using(alias).order_by("pk").values_list(*names, *extra)
    found: list[tuple[list[Any], int | None]] = []
    for row in rows.iterator(chunk_size=chunk):
        values = [plain(field, value) for field, value in zip(layout.fields, row, strict=False)]
        found.append((values, row[-1] if extra else None))
        if len(found) == chunk:
            yield found
            found = []
    if found:
        yield found


class Digest:
    """Of a table's content, whatever the order of its rows: the sum of each row's hash."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, values: Sequence[Any]) -> None:
        self.rows += 1
        self._sum += int.from_bytes(hashlib.blake2b(encode(values), digest_size=16).digest(), "big")

    def text(self) -> str:
        return f"{self._sum % (1 << 128):032x}"
