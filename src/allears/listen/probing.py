"""Probes on the stream of events: whole batches, inside the consumer's transaction.

Nearly every event matches no probe, so the way past is one dictionary look-up.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allears.events.batch import Batch, EventRow
from allears.listen import absences, asking, pasts, standing
from allears.listen.conditions import Check, Conditions, understood
from allears.listen.models import LONGEST_SECONDS, MOST_QUOTA_DAYS, Probe
from allears.outreach.actions import propose
from allears.outreach.contracts import Allowance, Proposal, Release
from allears.outreach.governor import Worth
from allears.store import plain

logger = logging.getLogger(__name__)
UNREADABLE = (ValueError, OverflowError)

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
    wanted: Conditions
    fallbacks: tuple[str, ...] = ()
    priority: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)  # by segment, where they differ
    worths: Mapping[str, Worth] = field(default_factory=dict)  # by segment; "": of any other
    awaits: str = ""
    awaits_match: str = ""
    quota: Mapping[str, int] = field(default_factory=dict)
    quota_span: timedelta = timedelta(days=30)


@dataclass(frozen=True)
class _Compiled:
    stamp: tuple[Any, ...]
    index: Index
    ends: Index  # (workspace, event name) → probes that wait for its absence
    names: frozenset[tuple[int, str]]


NOTHING = _Compiled(stamp=(None, -1, None), index={}, ends={}, names=frozenset())
_compiled = NOTHING


def forget() -> None:
    """Compile anew at the next batch (where the database itself went back in time, as in tests)."""
    global _compiled
    _compiled = NOTHING


def running_probes() -> Index:
    """Every running probe of every workspace; compiled anew only after a change to any of them."""
    return _running().index


def stamp_query() -> plain.Query:
    """Moves with each change to any probe."""
    return plain.Query("SELECT max(changed_at), count(*), max(measured_at) FROM listen_probe")


def _running(told: plain.Rows | None = None) -> _Compiled:
    """``told``: what ``stamp_query`` was answered a moment ago."""
    global _compiled
    (stamp,) = plain.select(*stamp_query()) if told is None else told
    if stamp != _compiled.stamp:
        _compiled = _compile_all(stamp)
    return _compiled


def _compile_all(stamp: tuple[Any, ...]) -> _Compiled:
    running = Probe.objects.across_workspaces().filter(started_at__isnull=False, paused_at__isnull=True)
    index: dict[tuple[int, str], tuple[CompiledProbe, ...]] = {}
    ends: dict[tuple[int, str], tuple[CompiledProbe, ...]] = {}
    for probe in running.select_related("survey", "touchpoint").order_by("id"):
        try:
            compiled = compile_probe(probe)
        except UNREADABLE as error:  # a bulkhead: an older version kept it
            logger.error("the probe %s of workspace %s asks nobody: %s", probe.key, probe.workspace_id, error)
            continue
        at = (probe.workspace_id, probe.event_name)
        index[at] = (*index.get(at, ()), compiled)
        if probe.absent_event:
            end = (probe.workspace_id, probe.absent_event)
            ends[end] = (*ends.get(end, ()), compiled)
    return _Compiled(stamp=stamp, index=index, ends=ends, names=frozenset({**index, **ends}))


def compile_probe(probe: Probe) -> CompiledProbe:
    """A probe, saved or not, made ready."""
    wanted = understood(probe.conditions)
    known = standing.read(probe.standing)
    return CompiledProbe(
        id=probe.id,
        workspace_id=probe.workspace_id,
        key=probe.key,
        survey_id=probe.survey_id,
        family=probe.survey.family,
        channel=probe.channel,
        touchpoint_id=probe.touchpoint_id,
        touchpoint_key=probe.touchpoint.key,
        delay=timedelta(seconds=min(probe.delay_seconds, LONGEST_SECONDS)),  # rows of before there was a limit
        expires_after=timedelta(seconds=min(probe.expires_after_seconds, LONGEST_SECONDS)),
        share=probe.share,
        matches=wanted.event,
        wanted=wanted,
        fallbacks=tuple(probe.fallbacks),
        priority=probe.priority,
        shares=standing.shares_of(probe, known),
        worths=standing.worths(known, weight=probe.weight),
        awaits=probe.absent_event,
        awaits_match=probe.absent_match,
        quota=probe.quota,
        quota_span=timedelta(days=min(probe.quota_days, MOST_QUOTA_DAYS)),
    )


def is_readable(probe: Probe) -> bool:
    """Whether it can ask at all; one that an older version kept may hold what nobody can use."""
    try:
        compile_probe(probe)
    except UNREADABLE:
        return False
    return True


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
    running = _running(batch.told)
    if not running.names:
        return
    events = batch.named(running.names)
    if not events:
        return
    found = matches(events, running.index)
    for workspace_id in dict.fromkeys(event.workspace_id for event, _ in found):
        _ask(workspace_id, [each for each in found if each[0].workspace_id == workspace_id], batch.now)
    if running.ends:
        absences.end(matches_of_ends(events, running.ends), now=batch.now)


def matches_of_ends(events: Sequence[EventRow], ends: Index) -> list[Match]:
    """Which events end whose waiting."""
    return [
        (event, probe)
        for event in events
        for probe in ends.get((event.workspace_id, event.name), ())
        if event.type == "track" and event.customer_id is not None
    ]


def _ask(workspace_id: int, found: Sequence[Match], now: datetime) -> None:
    customer_ids = {event.customer_id for event, _ in found if event.customer_id is not None}
    portraits = asking.portraits(workspace_id=workspace_id, customer_ids=customer_ids)
    fitting = narrowed(workspace_id, found, portraits)
    proposals = [proposal_for(event, probe, portraits, now) for event, probe in fitting]
    rulings = propose(workspace_id=workspace_id, proposals=proposals, now=now)
    allowed = [
        Release(ruling=ruling, proposal=proposal)
        for ruling, proposal in zip(rulings, proposals, strict=True)
        if ruling.fresh and ruling.verdict == "sent"
    ]
    if allowed:
        asking.invite(workspace_id=workspace_id, releases=allowed, now=now)


Portraits = Mapping[int, Mapping[str, Any]]


def narrowed(workspace_id: int, found: Sequence[Match], portraits: Portraits) -> Sequence[Match]:
    """The matches whose customer and history fit as well."""
    if not any(probe.wanted.customer or probe.wanted.counts for _, probe in found):
        return found
    fitting = [
        (event, probe)
        for event, probe in found
        if probe.wanted.customer is None or probe.wanted.customer(portraits.get(event.customer_id or 0, {}))
    ]
    if not any(probe.wanted.counts for _, probe in fitting):
        return fitting
    return pasts.narrowed(workspace_id, fitting)


def proposal_for(event: EventRow, probe: CompiledProbe, portraits: Portraits, now: datetime) -> Proposal:
    """The wish of a probe that an event fulfils."""
    assert event.customer_id is not None
    portrait = portraits.get(event.customer_id, {})
    segment = portrait.get("segment", "")
    snapshot = {
        "event": {"name": event.name, "ts": event.ts.isoformat(), "properties": dict(event.properties)},
        "customer": dict(portrait),
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
        share=probe.shares.get(segment, probe.share),
        fallbacks=probe.fallbacks,
        priority=probe.priority,
        worth=None if probe.awaits else probe.worths.get(segment, probe.worths.get("")),
        allowance=_allowance(probe, segment, now),
        awaits=probe.awaits,
        context=ask.as_context(),
    )


def _allowance(probe: CompiledProbe, segment: str, now: datetime) -> Allowance | None:
    """The segment's own quota, else that of all."""
    cell = segment if segment in probe.quota else ""
    if cell not in probe.quota:
        return None
    return Allowance(limit=probe.quota[cell], cell=cell, since=now - probe.quota_span)
