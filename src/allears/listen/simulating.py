"""A probe tried on the past before it is published: how many asks, to whom, and what the governor would refuse.

Events of the time are matched as the probe would, customers as their segment was then, and each wish is played through
the policy in force beside all that was really sent. Where there are very many events, every k-th customer stands for k.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F

from allears.customers.history import segments_at
from allears.customers.models import ConsentRecord
from allears.events.batch import EventRow
from allears.events.models import Event
from allears.listen import absences, asking, probing
from allears.listen.actions import ProbeSpec, check_spec
from allears.listen.models import Probe
from allears.outreach import channels
from allears.outreach.actions import rules_in_force
from allears.outreach.facts import Addressee, addressees
from allears.outreach.governor import Consent, Contact, Facts, Policy, Way
from allears.outreach.models import Decision, Rehearsal
from allears.outreach.rehearsals import CHUNK, Step, Tally, start, suppressed_then
from allears.outreach.rehearsing import Wish, play

MOST_EVENTS = 100_000  # looked at; beyond it customers are sampled


def simulate_probe(
    *,
    workspace_id: int,
    spec: ProbeSpec,
    probe_id: int | None,
    since: datetime,
    now: datetime,
    author_id: int | None = None,
) -> Rehearsal:
    """Try a probe on the events since a moment, in the background; raises ProbeError or ConditionError."""
    values = check_spec(workspace_id=workspace_id, spec=spec)
    events = _events(workspace_id, spec.event_name, since, now)
    one_in = max(1, -(-events.count() // MOST_EVENTS))
    customers = _some(events, one_in).values("customer_id").distinct().count()
    return start(
        workspace_id=workspace_id,
        kind="probe",
        wanted={"spec": values, "probe_id": probe_id, "one_in": one_in},
        since=since,
        now=now,
        total=customers,
        author_id=author_id,
        result={"one_in": one_in},
    )


def _events(workspace_id: int, name: str, since: datetime, until: datetime) -> Any:
    return Event.objects.in_workspace(workspace_id).filter(
        name=name, type="track", ts__gte=since, ts__lt=until, customer__isnull=False
    )


def _some(events: Any, one_in: int) -> Any:
    return events if one_in == 1 else events.annotate(turn=F("customer_id") % one_in).filter(turn=0)


def step(rehearsal: Rehearsal) -> Step:
    """The next customers."""
    workspace_id, wanted = rehearsal.workspace_id, rehearsal.wanted
    probe = _unsaved(rehearsal)
    compiled = probing.compile_probe(probe)
    events = _some(_events(workspace_id, probe.event_name, rehearsal.since, rehearsal.until), wanted["one_in"]).filter(
        customer_id__gt=rehearsal.cursor
    )
    ids = list(events.order_by("customer_id").values_list("customer_id", flat=True).distinct()[:CHUNK])
    rows = [_row(each) for each in events.filter(customer_id__in=ids).order_by("ts", "id")]
    tally = Tally()
    matching = [(row, compiled) for row in rows if compiled.matches(row.properties)]
    portraits = asking.portraits(workspace_id=workspace_id, customer_ids=ids)
    fitting = probing.narrowed(workspace_id, matching, portraits)
    tally.add("events", "seen", "new", len(rows))
    tally.add("events", "matched", "new", len(fitting))
    _play_all(rehearsal, probe, fitting, portraits, tally)
    _add_real(tally, rehearsal, ids)
    return Step(cursor=ids[-1] if len(ids) == CHUNK else None, done=len(ids), tally=tally)


def _unsaved(rehearsal: Rehearsal) -> Probe:
    """The probe as it would be, with what the published one has learnt."""
    spec, number = rehearsal.wanted["spec"], rehearsal.wanted["probe_id"]
    published = Probe.objects.in_workspace(rehearsal.workspace_id).filter(pk=number).first() if number else None
    known = published.standing if published else {}
    return Probe(pk=number or 0, workspace_id=rehearsal.workspace_id, standing=known, **spec)


def _row(event: Event) -> EventRow:
    return EventRow(
        id=event.pk,
        workspace_id=event.workspace_id,
        customer_id=event.customer_id,
        type=event.type,
        name=event.name,
        ts=event.ts,
        received_at=event.received_at,
        properties=event.properties,
        context={},
    )


def _play_all(
    rehearsal: Rehearsal,
    probe: Probe,
    fitting: Sequence[probing.Match],
    portraits: probing.Portraits,
    tally: Tally,
) -> None:
    workspace_id = rehearsal.workspace_id
    _version, policy = rules_in_force(workspace_id=workspace_id)
    ids = {event.customer_id for event, _ in fitting if event.customer_id is not None}
    people = addressees(workspace_id=workspace_id, customer_ids=ids)
    segments = segments_at(
        workspace_id=workspace_id, asked=[(event.customer_id or 0, event.ts) for event, _ in fitting]
    )
    said = _said(workspace_id, ids, rehearsal, policy.memory())
    consents = _consents(workspace_id, ids)
    wishes: dict[int, list[Wish]] = {}
    for (event, compiled), segment in zip(fitting, segments, strict=True):
        number = event.customer_id or 0
        if number in people:
            wish = _wish(event, compiled, portraits, people[number], segment, consents.get(number, []))
            wishes.setdefault(number, []).append(wish)
    for number, mine in wishes.items():
        for outcome in play(
            mine,
            said=said.get(number, []),
            policy=policy,
            until=rehearsal.until,
            suppressed=partial(_suppressed, workspace_id, number, policy),
        ):
            sent = outcome.verdict == "sent"
            for part, name in (("all", ""), ("segment", outcome.segment), ("channel", outcome.channel)):
                tally.add(part, name, "new", sent)
            tally.add("rule", outcome.rule, "new")


def _suppressed(workspace_id: int, customer_id: int, policy: Policy, facts: Facts, at: datetime) -> str:
    return suppressed_then(workspace_id, customer_id, at) if facts.purpose in policy.suppressible else ""


def _wish(
    event: EventRow,
    compiled: probing.CompiledProbe,
    portraits: probing.Portraits,
    person: Addressee,
    segment: str,
    consents: Sequence[Consent],
) -> Wish:
    portrait = {**portraits.get(event.customer_id or 0, {}), "segment": segment}
    proposal = probing.proposal_for(event, compiled, {event.customer_id or 0: portrait}, event.ts)
    overtaken = compiled.awaits and absences.came_after_all(workspace_id=event.workspace_id, proposals=[proposal])
    facts = Facts(
        purpose="survey",
        family=compiled.family,
        channel=compiled.channel,
        ask_key=proposal.ask_key,
        zone=person.zone,
        reachable=bool(channels.address(compiled.channel, person)),
        share=proposal.share,
        not_before=proposal.not_before,
        expires_at=proposal.expires_at,
        consents=tuple(consent for consent in consents if consent.at <= event.ts),
        customer=person.key,
        segment=segment,
        fallbacks=tuple(
            Way(channel=name, reachable=bool(channels.address(name, person))) for name in compiled.fallbacks
        ),
        priority=compiled.priority,
        worth=proposal.worth,
        awaits=proposal.awaits,
        overtaken_by=compiled.awaits if overtaken else "",
    )
    return Wish(ask_key=proposal.ask_key, at=event.ts, probe=compiled.key, known=((event.ts, facts),))


def _said(workspace_id: int, ids: set[int], rehearsal: Rehearsal, memory: timedelta) -> dict[int, list[Contact]]:
    """What was really sent to them, this probe's own asks left out."""
    rows = Decision.objects.in_workspace(workspace_id).filter(
        customer_id__in=ids, verdict="sent", at__gte=rehearsal.since - memory, at__lt=rehearsal.until
    )
    found: dict[int, list[Contact]] = {}
    for row in rows.exclude(probe_key=rehearsal.wanted["spec"]["key"]).order_by("at", "id"):
        contact = Contact(at=row.at, purpose=row.purpose, family=row.family, channel=row.channel, probe=row.probe_key)
        found.setdefault(row.customer_id or 0, []).append(contact)
    return found


def _consents(workspace_id: int, ids: set[int]) -> Mapping[int, list[Consent]]:
    rows = ConsentRecord.objects.in_workspace(workspace_id).filter(customer_id__in=ids).order_by("at", "id")
    found: dict[int, list[Consent]] = {}
    for customer_id, channel, purpose, granted, at in rows.values_list(
        "customer_id", "channel", "purpose", "granted", "at"
    ):
        consent = Consent(channel=channel, purpose=purpose, granted=granted, at=at)
        found.setdefault(customer_id, []).append(consent)
    return found


def _add_real(tally: Tally, rehearsal: Rehearsal, ids: Sequence[int]) -> None:
    """What the probe of this key really did with these customers in the same time."""
    real = Decision.objects.in_workspace(rehearsal.workspace_id).filter(
        customer_id__in=ids,
        probe_key=rehearsal.wanted["spec"]["key"],
        at__gte=rehearsal.since,
        at__lt=rehearsal.until,
        settled_at__isnull=True,
    )
    for verdict, rule, segment, channel in real.values_list("verdict", "rule", "segment", "channel"):
        sent = verdict == "sent"
        for part, name in (("all", ""), ("segment", segment), ("channel", channel)):
            tally.add(part, name, "real", sent)
        tally.add("rule", rule, "real")
