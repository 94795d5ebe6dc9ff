"""Probes on the stream of events: whole batches, inside the consumer's transaction.

Nearly every event matches no probe, so the way past is one dictionary look-up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from allears.events.batch import Batch, EventRow
from allears.listen import asking
from allears.listen.conditions import Check, compiled
from allears.listen.models import Probe
from allears.outreach.actions import propose
from allears.outreach.contracts import Proposal, Release

Index = Mapping[tuple[int, str], tuple["CompiledProbe", ...]]  # (workspace, event name) → probes


@dataclass(frozen=True, kw_only=True)
class CompiledProbe:
    """A running probe, ready to look at events."""

    id: int
    workspace_id: int
    key: str
    survey_id: int
    family: str
    channel: str
    touchpoint_id: int
    touchpoint_key: str
    delay: timedelta
    expires_after: timedelta
    share: float
    matches: Check


@dataclass(frozen=True)
class _Compiled:
    stamp: tuple[Any, ...]
    index: Index


NOTHING = _Compiled(stamp=(None, -1), index={})
_compiled = NOTHING


def forget() -> None:
    """Compile anew at the next batch (where the database itself went back in time, as in tests)."""
    global _compiled
    _compiled = NOTHING


def running_probes() -> Index:
    """Every running probe of every workspace; compiled anew only after a change to any of them."""
    global _compiled
    with connection.cursor() as cursor:  # plain SQL: this stands in the way of every batch
        cursor.execute("SELECT max(changed_at), count(*) FROM listen_probe")
        stamp = cursor.fetchone()
    if stamp != _compiled.stamp:
        _compiled = _Compiled(stamp=stamp, index=_compile_all())
    return _compiled.index


def _compile_all() -> Index:
    running = Probe.objects.across_workspaces().filter(started_at__isnull=False, paused_at__isnull=True)
    index: dict[tuple[int, str], tuple[CompiledProbe, ...]] = {}
    for probe in running.select_related("survey", "touchpoint").order_by("id"):
        at = (probe.workspace_id, probe.event_name)
        index[at] = (*index.get(at, ()), _compile(probe))
    return index


def _compile(probe: Probe) -> CompiledProbe:
    return CompiledProbe(
        id=probe.id,
        workspace_id=probe.workspace_id,
        key=probe.key,
        survey_id=probe.survey_id,
        family=probe.survey.family,
        channel=probe.channel,
        touchpoint_id=probe.touchpoint_id,
        touchpoint_key=probe.touchpoint.key,
        delay=timedelta(seconds=probe.delay_seconds),
        expires_after=timedelta(seconds=probe.expires_after_seconds),
        share=probe.share,
        matches=compiled(probe.conditions),
    )


Match = tuple[EventRow, CompiledProbe]


def matches(events: Sequence[EventRow], index: Index) -> list[Match]:
    """Which events ask what; an event without a customer can ask nobody."""
    nobody: tuple[CompiledProbe, ...] = ()
    find: Callable[..., tuple[CompiledProbe, ...]] = index.get
    return [
        (event, probe)
        for event in events
        for probe in find((event.workspace_id, event.name), nobody)
        if event.type == "track" and event.customer_id is not None and probe.matches(event.properties)
    ]


def on_batch(batch: Batch) -> None:
    """Propose an ask for each match, and invite whom the governor allows."""
    index = running_probes()
    found = matches(batch.named(index), index) if index else []
    for workspace_id in dict.fromkeys(event.workspace_id for event, _ in found):
        _ask(workspace_id, [each for each in found if each[0].workspace_id == workspace_id], batch.now)


def _ask(workspace_id: int, found: Sequence[Match], now: datetime) -> None:
    customer_ids = {event.customer_id for event, _ in found if event.customer_id is not None}
    portraits = asking.portraits(workspace_id=workspace_id, customer_ids=customer_ids)
    proposals = [_proposal(event, probe, portraits) for event, probe in found]
    rulings = propose(workspace_id=workspace_id, proposals=proposals, now=now)
    allowed = [
        Release(ruling=ruling, proposal=proposal)
        for ruling, proposal in zip(rulings, proposals, strict=True)
        if ruling.fresh and ruling.verdict == "sent"
    ]
    if allowed:
        asking.invite(workspace_id=workspace_id, releases=allowed, now=now)


def _proposal(event: EventRow, probe: CompiledProbe, portraits: Mapping[int, dict[str, Any]]) -> Proposal:
    assert event.customer_id is not None
    snapshot = {
        "event": {"name": event.name, "ts": event.ts.isoformat(), "properties": dict(event.properties)},
        "customer": portraits.get(event.customer_id, {}),
    }
    ask = asking.Ask(survey_id=probe.survey_id, probe_id=probe.id, touchpoint_id=probe.touchpoint_id, snapshot=snapshot)
    return Proposal(
        customer_id=event.customer_id,
        purpose="survey",
        family=probe.family,
        channel=probe.channel,
        ask_key=f"{probe.id}:{event.id}",
        probe_key=probe.key,
        touchpoint_key=probe.touchpoint_key,
        event_id=event.id,
        not_before=event.ts + probe.delay if probe.delay else None,
        expires_at=event.ts + probe.delay + probe.expires_after,
        share=probe.share,
        context=ask.as_context(),
    )
