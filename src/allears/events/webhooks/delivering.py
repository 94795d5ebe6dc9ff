"""Takes deliveries to their endpoints: claim with a lease, post, write down what became of it.

Each endpoint has few requests under way and a rest of its own after a failure, so a dead one costs the others
nothing. A worker that dies leaves leased rows behind; they are queued again as soon as its process is gone, and the
receiver knows a repeat by its webhook-id.
"""

import logging
import os
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from allears.events.webhooks import outcome
from allears.events.webhooks.models import Delivery, Endpoint
from allears.events.webhooks.outbox import expand
from allears.events.webhooks.secrets import UnreadableSecretError, signature
from allears.jobs.lease import is_gone
from allears.kit.lazy import LazyModule
from allears.store.scope import ScopedQuerySet

outbound = LazyModule("allears.kit.outbound")
logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
SECONDS = 15.0  # for each step of a request
ROOM = 32  # requests under way at once
PER_ENDPOINT = 4  # of them to one endpoint
PATIENCE = 0.05
RECOVER_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One delivery ready to go, with nothing left to look up."""

    delivery_id: int
    endpoint_id: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    trouble: str = ""  # why it cannot be sent at all


class Deliverer:
    """The open connections and the requests under way of one worker process."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.pid = os.getpid()
        self._threads = ThreadPoolExecutor(ROOM, thread_name_prefix="webhooks")
        self._outbound = outbound.Outbound(allowed=outbound.parse_allowed(settings.WEBHOOK_ALLOW))
        self._under_way: dict[Future[outcome.Result], Parcel] = {}
        self._back: list[outcome.Result] = []
        self._recover_at = 0.0

    def run_once(self) -> int:
        """Write new bodies, send what is due, settle what came back; 0 when there was nothing of these."""
        if time.monotonic() >= self._recover_at:
            self._recover_at = time.monotonic() + RECOVER_SECONDS
            recover(now=timezone.now())
        written = expand(now=timezone.now())
        busy = Counter(parcel.endpoint_id for parcel in self._under_way.values())
        parcels = claim(owner=self.owner, now=timezone.now(), room=ROOM - len(self._under_way), busy=busy)
        for parcel in parcels:
            self._under_way[self._threads.submit(self._post, parcel)] = parcel
        finished, _ = wait(self._under_way, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        for future in finished:
            del self._under_way[future]
            self._back.append(future.result())
        done = written + len(parcels) + len(self._back) + len(self._under_way)
        self._settle()
        return done

    def _settle(self) -> None:
        """Kept until the database has taken it, should it be away."""
        if self._back:
            outcome.settle(self._back, owner=self.owner, now=timezone.now())
            self._back = []

    def _post(self, parcel: Parcel) -> outcome.Result:
        began, at = time.monotonic(), timezone.now()
        status, error, answer, retry_after = None, parcel.trouble, b"", ""
        if not error:
            try:
                got = self._outbound.post(parcel.url, headers=parcel.headers, body=parcel.body, seconds=SECONDS)
                status, answer, retry_after = got.status, got.start, got.headers.get("retry-after", "")
            except outbound.OutboundError as trouble:
                error = str(trouble)
            except Exception as surprise:  # bulkhead: one request's surprise is its delivery's error, tried again
                logger.exception("webhook delivery %s could not be sent", parcel.delivery_id)
                error = f"{type(surprise).__name__}: {surprise}"
        return outcome.Result(
            delivery_id=parcel.delivery_id,
            endpoint_id=parcel.endpoint_id,
            at=at,
            status=status,
            error=error,
            answer=answer.decode("utf-8", "replace").replace("\x00", ""),
            retry_after=retry_after,
            milliseconds=int((time.monotonic() - began) * 1000),
        )

    def close(self) -> None:
        self._threads.shutdown()
        self._back += [future.result() for future in self._under_way]
        self._under_way = {}
        self._settle()
        self._outbound.close()


def claim(*, owner: str, now: datetime, room: int, busy: Counter[int] | None = None) -> list[Parcel]:
    """Lease due deliveries, a few of each endpoint that is awake; one at a time of an endpoint that failed last."""
    due = _due(now)
    if room < 1 or not due.exists():
        return []
    chosen: list[int] = []
    with transaction.atomic():
        for endpoint in _awake(now):
            most = 1 if endpoint.failures else PER_ENDPOINT
            free = min(most - (busy or Counter())[endpoint.pk], room - len(chosen))
            if free < 1:
                continue
            rows = due.filter(endpoint=endpoint)
            if connection.vendor == "postgresql":
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            chosen += rows.order_by("run_at", "id").values_list("id", flat=True)[:free]
        rows = Delivery.objects.across_workspaces().filter(id__in=chosen)
        rows.update(
            state=Delivery.State.SENDING, lease_owner=owner, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
        found = list(rows.select_related("outgoing", "endpoint").order_by("run_at", "id"))
    return [_parcel(row, now) for row in found]


def _due(now: datetime) -> ScopedQuerySet[Delivery]:
    rows = Delivery.objects.across_workspaces().filter(state=Delivery.State.QUEUED, run_at__lte=now)
    rows = rows.filter(Q(endpoint__rest_until__isnull=True) | Q(endpoint__rest_until__lte=now))
    return rows.filter(endpoint__disabled_at__isnull=True, endpoint__removed_at__isnull=True)


def _awake(now: datetime) -> list[Endpoint]:
    """Endpoints with something due, the one that waited longest for its turn first."""
    ids = _due(now).values_list("endpoint_id", flat=True).distinct()
    return list(
        Endpoint.objects.across_workspaces().filter(id__in=ids).order_by(F("succeeded_at").asc(nulls_first=True))
    )


def _parcel(row: Delivery, now: datetime) -> Parcel:
    body, trouble, signed = row.outgoing.body or "", "", ""
    try:
        signed = signature(endpoint=row.endpoint, key=row.outgoing.key, body=body, now=now)
    except UnreadableSecretError as error:
        trouble = str(error)
    return Parcel(
        delivery_id=row.pk,
        endpoint_id=row.endpoint_id,
        url=row.endpoint.url,
        headers=(
            ("host", _host(row.endpoint.url)),
            ("content-type", "application/json"),
            ("user-agent", "AllEars-Webhooks/1"),
            ("accept", "*/*"),
            ("webhook-id", row.outgoing.key),
            ("webhook-timestamp", str(int(now.timestamp()))),
            ("webhook-signature", signed),
            ("content-length", str(len(body.encode()))),
        ),
        body=body.encode(),
        trouble=trouble,
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def recover(*, now: datetime) -> int:
    """Queue again what a dead or hung worker held."""
    held = Delivery.objects.across_workspaces().filter(state=Delivery.State.SENDING)
    owners = held.values_list("lease_owner", flat=True).distinct()
    gone = [owner for owner in owners if is_gone(owner)]
    lost = held.filter(Q(lease_until__lt=now) | Q(lease_owner__in=gone))
    if not lost.exists():
        return 0
    return lost.update(state=Delivery.State.QUEUED, lease_owner="", lease_until=None, run_at=now)


_deliverer: Deliverer | None = None
_guard = threading.Lock()


def run_once(owner: str) -> int:
    """The worker's loop; the first call of a process opens its connections."""
    global _deliverer
    with _guard:
        if _deliverer is None or _deliverer.pid != os.getpid() or _deliverer.owner != owner:
            _deliverer = Deliverer(owner)
        return _deliverer.run_once()
