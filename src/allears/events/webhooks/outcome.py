"""What becomes of an attempt: delivered, tried again later, given up; and what it says about the endpoint."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import transaction

from allears.accounts.audit import audit
from allears.events.webhooks.models import Attempt, Delivery, Endpoint
from allears.jobs.queue import enqueue

# After the first attempt; each with up to a fifth of it more or less. Together about three and a half days.
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2
LONGEST_RETRY_AFTER = timedelta(hours=24)
LONGEST_REST = timedelta(minutes=5)
GONE = 410
OVERLOADED = (429, 502, 503, 504)
KEPT_ANSWER = 500


@dataclass(frozen=True, kw_only=True)
class Result:
    """One attempt and what came back; ``status`` None: nothing did."""

    delivery_id: int
    endpoint_id: int
    at: datetime
    milliseconds: int
    status: int | None = None
    error: str = ""
    answer: str = ""
    retry_after: str = ""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def says(self) -> str:
        if self.error or self.status is None or not 300 <= self.status < 400:
            return self.error
        return "a redirect, which is never followed: enter the address it leads to"


def wait_before(attempts: int, *, chance: float | None = None) -> timedelta | None:
    """The pause after this many attempts, spread at random; None: give up."""
    if attempts > len(RETRIES):
        return None
    spread = (random.random() if chance is None else chance) * 2 - 1  # noqa: S311 - no secret
    return RETRIES[attempts - 1] * (1 + JITTER * spread)


def asked_pause(retry_after: str, *, now: datetime) -> timedelta:
    """What a Retry-After header asks for: seconds or a date, a day at most; nothing when it is neither."""
    text = retry_after.strip()
    if text.isdecimal() and len(text) < 9:
        return min(timedelta(seconds=int(text)), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return timedelta(0)
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return max(timedelta(0), min(until - now, LONGEST_RETRY_AFTER))


def settle(results: Sequence[Result], *, owner: str, now: datetime) -> None:
    """Write down attempts, move their deliveries, judge their endpoints; owner-guarded, in one transaction."""
    with transaction.atomic():
        for result in results:
            _settle_one(result, owner, now)


def _settle_one(result: Result, owner: str, now: datetime) -> None:
    held = Delivery.objects.across_workspaces().filter(
        pk=result.delivery_id, state=Delivery.State.SENDING, lease_owner=owner
    )
    delivery = held.first()
    if delivery is None:
        return  # another worker took it over, or its person was erased meanwhile
    Attempt.objects.create(
        workspace_id=delivery.workspace_id,
        delivery=delivery,
        at=result.at,
        status=result.status,
        error=result.says[:500],
        answer=result.answer[:KEPT_ANSWER],
        milliseconds=result.milliseconds,
    )
    delivery.status, delivery.lease_owner, delivery.lease_until = result.status, "", None
    if result.taken:
        delivery.state, delivery.finished_at = Delivery.State.DELIVERED, now
        _went_well(result, now)
    else:
        _again_or_never(delivery, result, now)
    delivery.save()
    if not result.taken:
        _went_wrong(result, now)


def _again_or_never(delivery: Delivery, result: Result, now: datetime) -> None:
    pause = wait_before(delivery.attempts)
    if pause is None or result.status == GONE:
        delivery.state, delivery.finished_at = Delivery.State.FAILED, now
        return
    delivery.state = Delivery.State.QUEUED
    delivery.run_at = now + max(pause, asked_pause(result.retry_after, now=now))


def _endpoint(result: Result) -> Endpoint:
    endpoint: Endpoint = Endpoint.objects.across_workspaces().select_for_update().get(pk=result.endpoint_id)
    return endpoint


def _went_well(result: Result, now: datetime) -> None:
    Endpoint.objects.across_workspaces().filter(pk=result.endpoint_id).update(
        failures=0, failing_since=None, rest_until=None, succeeded_at=now
    )


def _went_wrong(result: Result, now: datetime) -> None:
    """The endpoint rests, twice as long each time; it is switched off when gone, or when nothing worked for days."""
    endpoint = _endpoint(result)
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    rest = min(timedelta(seconds=2 ** min(endpoint.failures - 1, 12)), LONGEST_REST)
    if result.status in OVERLOADED:
        rest = max(rest, asked_pause(result.retry_after, now=now))
    endpoint.rest_until = now + rest
    endpoint.save(update_fields=["failures", "failing_since", "rest_until"])
    if result.status == GONE:
        switch_off(endpoint=endpoint, why=Endpoint.Off.GONE, actor_id=None, now=now)
    elif now - endpoint.failing_since > timedelta(days=settings.WEBHOOK_GIVE_UP_DAYS):
        switch_off(endpoint=endpoint, why=Endpoint.Off.FAILING, actor_id=None, now=now)


def switch_off(*, endpoint: Endpoint, why: str, actor_id: int | None, now: datetime) -> None:
    """No more requests; what waits is marked missed and can be sent again. Administrators hear of it by mail."""
    if endpoint.disabled_at:
        return
    with transaction.atomic():
        endpoint.disabled_at, endpoint.disabled_why = now, why
        endpoint.save(update_fields=["disabled_at", "disabled_why"])
        waiting = Delivery.objects.in_workspace(endpoint.workspace_id).filter(
            endpoint=endpoint, state=Delivery.State.QUEUED
        )
        waiting.update(state=Delivery.State.MISSED, finished_at=now)
        audit(
            workspace_id=endpoint.workspace_id,
            actor_id=actor_id,
            verb="webhooks.endpoint.disabled",
            subject=f"webhook:{endpoint.pk}",
            detail={"why": why},
        )
        if actor_id is None:
            enqueue(
                task="allears.events.webhooks.notice.tell_admins",
                arguments={"workspace_id": endpoint.workspace_id, "endpoint_id": endpoint.pk},
            )
