"""What was true of a customer when, and when we learnt it (bitemporal attributes).

Each value counts from ``valid_from``, the time of the event that told it, and stands with ``recorded_at``, when it
reached us. Values are appended, never changed: a late one lands in its place in the past, a correction is a newer
record of the same moment. ``attributes_at(at)`` answers what was true then as far as we know now; ``known_at`` what we
would have answered then.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from allears.customers import sql
from allears.customers.models import AttributeValue, Customer
from allears.customers.queries import family
from allears.store.bulk import insert_rows

RESTATED = timedelta(hours=1)  # how exactly we note that a value was told again, unchanged
LONGEST_NAME = 120
COLUMNS = ["workspace_id", "customer_id", "name", "value", "valid_from", "confirmed_at", "recorded_at", "source"]


@dataclass(slots=True)
class Latest:
    """The newest value of one attribute of one customer."""

    id: int
    value: Any
    valid_from: datetime
    confirmed_at: datetime


class Timeline:
    """Collects what a batch of messages says and writes it in three statements at most."""

    def __init__(self, *, workspace_id: int, names: Mapping[int, Iterable[str]], now: datetime, source: str) -> None:
        self.workspace_id, self.now, self.source = workspace_id, now, source
        self._latest = _latest(workspace_id, names)
        self._fresh: list[tuple[Any, ...]] = []
        self._restated: dict[int, datetime] = {}

    def tell(self, *, customer_id: int, name: str, value: Any, at: datetime, present: Any) -> bool:
        """Note one value; whether it is the newest, and so becomes the present one.

        ``present`` is the value as the customer's row has it, for attributes that are older than this history.
        """
        known = self._latest.get((customer_id, name))
        if known is None:
            if value is not None or present is not None:
                self._append(customer_id, name, value, at)
            return True
        if at >= known.confirmed_at:
            if value != known.value:
                self._append(customer_id, name, value, at)
            elif at - known.confirmed_at >= RESTATED:
                known.confirmed_at = at
                if known.id:
                    self._restated[known.id] = at
            return True
        if value != known.value:
            self._late(customer_id, name, value, at, known)
        elif at < known.valid_from:
            self._append(customer_id, name, value, at, newest=False)
        return False

    def _late(self, customer_id: int, name: str, value: Any, at: datetime, known: Latest) -> None:
        """A value from before the newest we have; where that was confirmed later, it starts again from there."""
        self._append(customer_id, name, value, at, newest=False)
        if known.valid_from <= at:
            self._append(customer_id, name, known.value, known.confirmed_at)

    def _append(self, customer_id: int, name: str, value: Any, at: datetime, *, newest: bool = True) -> None:
        stored = None if value is None else json.dumps(value, ensure_ascii=False)
        self._fresh.append((self.workspace_id, customer_id, name, stored, at, at, self.now, self.source))
        if newest:
            self._latest[customer_id, name] = Latest(id=0, value=value, valid_from=at, confirmed_at=at)

    def save(self) -> None:
        """Write what was collected, in the caller's transaction."""
        if self._fresh:
            insert_rows(AttributeValue, COLUMNS, self._fresh)
        if self._restated:
            postgres = connection.vendor == "postgresql"
            times = {each: at if postgres else sql.as_text(at) for each, at in self._restated.items()}
            sql.update_columns("customers_attributevalue", ["confirmed_at"], [(at, each) for each, at in times.items()])


def _latest(workspace_id: int, names: Mapping[int, Iterable[str]]) -> dict[tuple[int, str], Latest]:
    ids = list(names)
    wanted = sorted({name for each in names.values() for name in each})
    found: dict[tuple[int, str], Latest] = {}
    for start in range(0, len(ids) if wanted else 0, sql.CHUNK // 2):
        rows = AttributeValue.objects.in_workspace(workspace_id).filter(
            customer_id__in=ids[start : start + sql.CHUNK // 2], name__in=wanted[: sql.CHUNK // 2]
        )
        fields = ("id", "customer_id", "name", "value", "valid_from", "confirmed_at")
        for id_, customer, name, value, since, confirmed in rows.order_by(
            "valid_from", "recorded_at", "id"
        ).values_list(*fields):
            found[customer, name] = Latest(id=id_, value=value, valid_from=since, confirmed_at=confirmed or since)
    return found


def attributes_at(*, customer: Customer, at: datetime, known_at: datetime | None = None) -> dict[str, Any]:
    """What was true of a customer at a moment, by what we know now or knew at ``known_at``.

    An attribute without any history (from before it was kept) answers with its present value.
    """
    rows = _rows(customer.workspace_id, family(workspace_id=customer.workspace_id, customer_id=customer.pk), known_at)
    told: dict[str, tuple[datetime, Any]] = {}
    names = set()
    for _, name, value, since, _recorded in rows:
        names.add(name)
        if since <= at:
            told[name] = (since, value)
    found = {name: value for name, (_, value) in told.items() if value is not None}
    if known_at is None:
        found |= {name: value for name, value in _present(customer).items() if name not in names}
    return found


def _present(customer: Customer) -> dict[str, Any]:
    columns = {name: getattr(customer, name) for name in ("name", "email", "phone", "language", "timezone", "segment")}
    return {**customer.attributes, **{name: value for name, value in columns.items() if value}}


def _rows(
    workspace_id: int, ids: Sequence[int], known_at: datetime | None, name: str = ""
) -> list[tuple[int, str, Any, datetime, datetime]]:
    """(customer, name, value, valid from, recorded at) in the order in which later ones win."""
    rows = AttributeValue.objects.in_workspace(workspace_id).filter(customer_id__in=ids)
    if name:
        rows = rows.filter(name=name)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    fields = ("customer_id", "name", "value", "valid_from", "recorded_at")
    return list(rows.order_by("valid_from", "recorded_at", "id").values_list(*fields))


def segments_at(*, workspace_id: int, asked: Sequence[tuple[int, datetime]]) -> list[str]:
    """The segment of each (customer, moment), set-wise; before the first known one, that one is assumed."""
    ids = list(dict.fromkeys(customer for customer, _ in asked))
    known: dict[int, list[tuple[datetime, str]]] = {}
    present: dict[int, str] = {}
    for start in range(0, len(ids), sql.CHUNK):
        chunk = ids[start : start + sql.CHUNK]
        for customer, _, value, since, _recorded in _rows(workspace_id, chunk, None, "segment"):
            known.setdefault(customer, []).append((since, str(value or "")))
        customers = Customer.objects.in_workspace(workspace_id).filter(id__in=chunk).exclude(segment="")
        present |= dict(customers.values_list("id", "segment"))
    return [_then(known.get(customer, []), at, present.get(customer, "")) for customer, at in asked]


def _then(values: Sequence[tuple[datetime, str]], at: datetime, present: str) -> str:
    if not values:
        return present
    found = values[0][1]
    for since, value in values:
        if since <= at:
            found = value
    return found


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of an attribute's history. ``late``: it reached us a day or more after it became true."""

    name: str
    value: Any
    valid_from: datetime
    recorded_at: datetime
    source: str
    late: bool
    corrected: bool  # another record of the same moment took its place


def history_of(*, customer: Customer) -> list[Change]:
    """Every value of every attribute, of all who turned out to be this customer, the newest first."""
    ids = family(workspace_id=customer.workspace_id, customer_id=customer.pk)
    rows = AttributeValue.objects.in_workspace(customer.workspace_id).filter(customer_id__in=ids)
    found: list[Change] = []
    seen: set[tuple[int, str, datetime]] = set()
    for row in rows.order_by("-valid_from", "-recorded_at", "-id"):
        moment = (row.customer_id, row.name, row.valid_from)
        found.append(
            Change(
                name=row.name,
                value=row.value,
                valid_from=row.valid_from,
                recorded_at=row.recorded_at,
                source=row.source,
                late=row.recorded_at - row.valid_from >= timedelta(days=1),
                corrected=moment in seen,
            )
        )
        seen.add(moment)
    return found
