"""A probe tried on the past before it is published: how many asks, to whom, and what the governor would refuse.

Events of the time are matched as the probe would, customers as their segment was then, and each wish is played through
the policy in force together with the wishes of all other probes, with which it competes. What the probe asked already
is wished at the moment and with the facts of the ledger, so that an unchanged probe comes out as it really did. Where
there are very many events, every k-th customer stands for k.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

from django.db.models import F

from allears.customers.history import segments_at
from allears.events.batch import EventRow
from allears.events.models import Event
from allears.listen import absences, asking, probing
from allears.listen.actions import ProbeSpec, check_spec
from allears.listen.models import MOST_QUOTA_DAYS, Probe
from allears.listen.playing_quotas import Played, within_quota
from allears.outreach.actions import rules_in_force
from allears.outreach.facts import gather
from allears.outreach.governor import Consent, Facts, Policy, Way, Worth
from allears.outreach.models import Decision, Rehearsal
from allears.outreach.rehearsals import CHUNK, Step, Tally, brought_to, consents_of, start, told_by
from allears.outreach.rehearsing import Wish, play
from allears.outreach.returned import first_tries, is_again
from allears.science.information import expected_information

MOST_EVENTS = 100_000  # looked at; beyond it customers are sampled
ALWAYS = datetime.min.replace(tzinfo=UTC)


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
    ledger = _ledger(rehearsal, ids)
    own = _own(rehearsal, ledger, {row.id for row in rows})
    _play_all(rehearsal, _wishes(rehearsal, fitting, portraits, own), own, ledger, tally)
    _add_real(tally, own)
    cursor = ids[-1] if len(ids) == CHUNK else None
    if cursor is None:
        _count_within_quota(rehearsal, [*rehearsal.result.get("asks", []), *tally.asks], tally)
    return Step(cursor=cursor, done=len(ids), tally=tally)


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


def _ledger(rehearsal: Rehearsal, ids: Sequence[int]) -> dict[int, list[Decision]]:
    """All rulings on these customers that can matter, in order of time."""
    _version, policy = rules_in_force(workspace_id=rehearsal.workspace_id)
    rows = Decision.objects.in_workspace(rehearsal.workspace_id).filter(
        customer_id__in=ids, at__gte=rehearsal.since - policy.memory(), at__lt=rehearsal.until
    )
    found: dict[int, list[Decision]] = {}
    for row in rows.order_by("at", "id"):
        found.setdefault(row.customer_id or 0, []).append(row)
    return found


Own = Mapping[int, Sequence[Decision]]  # by event: how the ledger ruled on the asks of the probe of this key


def _own(rehearsal: Rehearsal, ledger: Mapping[int, Sequence[Decision]], events: Collection[int]) -> Own:
    found: dict[int, list[Decision]] = {}
    for row in chain.from_iterable(ledger.values()):
        if row.probe_key == rehearsal.wanted["spec"]["key"] and row.event_id in events and not is_again(row.ask_key):
            found.setdefault(row.event_id or 0, []).append(row)
    return found


def _wishes(
    rehearsal: Rehearsal, fitting: Sequence[probing.Match], portraits: probing.Portraits, own: Own
) -> dict[int, list[Wish]]:
    """What the probe would wish of each customer."""
    workspace_id = rehearsal.workspace_id
    _version, policy = rules_in_force(workspace_id=workspace_id)
    segments = segments_at(
        workspace_id=workspace_id, asked=[(event.customer_id or 0, event.ts) for event, _ in fitting]
    )
    proposals = []
    for (event, compiled), segment in zip(fitting, segments, strict=True):
        portrait = {**portraits.get(event.customer_id or 0, {}), "segment": segment}
        proposals.append(probing.proposal_for(event, compiled, {event.customer_id or 0: portrait}, event.ts))
    if not proposals:
        return {}
    dossier = gather(workspace_id=workspace_id, proposals=proposals, policy=policy, now=rehearsal.until)
    spec = rehearsal.wanted["spec"]
    matches = {spec["key"]: spec.get("absent_match", "")}
    ends = absences.ended_at(workspace_id=workspace_id, proposals=proposals, matches=matches)
    wishes: dict[int, list[Wish]] = {}
    for (event, compiled), segment, proposal in zip(fitting, segments, proposals, strict=True):
        facts = replace(dossier.facts(proposal), segment=segment, contacts=(), rivals=(), quota=None)
        noted = [row for row in own.get(event.id, ()) if row.facts.get("facts")]
        wish = _as_noted(noted, facts) or _anew(event, compiled, facts, ends.get(proposal.ask_key))
        wishes.setdefault(proposal.customer_id, []).append(wish)
    return wishes


def _anew(event: EventRow, compiled: probing.CompiledProbe, facts: Facts, ended_at: datetime | None) -> Wish:
    """An ask that was never made; wished as its event happened."""
    known = [(ALWAYS, facts)]
    if ended_at is not None:
        known.append((ended_at, replace(facts, overtaken_by=compiled.awaits)))
    return Wish(ask_key=facts.ask_key, at=event.ts, probe=compiled.key, known=tuple(known))


def _as_noted(rulings: Sequence[Decision], wished: Facts) -> Wish | None:
    """An ask that the ledger knows, with what the probe wishes now; None where it waits for something else now."""
    told = told_by(rulings, since=ALWAYS).wishes
    if not told or told[0].known[0][1].awaits != wished.awaits:
        return None
    return replace(told[0], known=tuple((at, _mixed(noted, wished)) for at, noted in told[0].known))


def _mixed(noted: Facts, wished: Facts) -> Facts:
    """The customer as the ledger knew them, and the wish as it is now."""
    ways = {way.channel: way for way in (_way(noted), *noted.fallbacks)}
    first = ways.get(wished.channel, _way(wished))
    return replace(
        wished,
        ask_key=noted.ask_key,
        zone=noted.zone,
        reachable=first.reachable,
        undeliverable=first.undeliverable,
        credits=first.credits,
        present=first.present,
        fallbacks=tuple(ways.get(way.channel, way) for way in wished.fallbacks),
        suppressed_by=noted.suppressed_by,
        consents=noted.consents,
        segment=noted.segment,
        worth=_weighed(noted.worth, wished.worth),
        overtaken_by=noted.overtaken_by,
    )


def _way(facts: Facts) -> Way:
    return Way(
        channel=facts.channel,
        reachable=facts.reachable,
        credits=facts.credits,
        undeliverable=facts.undeliverable,
        present=facts.present,
    )


def _weighed(noted: Worth | None, wished: Worth | None) -> Worth | None:
    """What the ask was worth then, by the weight it has now."""
    if noted is None or wished is None or noted.weight == wished.weight:
        return noted if wished else None
    bid = expected_information(
        variance=noted.variance, answers=noted.answers, propensity=noted.propensity, weight=wished.weight
    )
    return replace(noted, weight=wished.weight, bid=bid)


def _play_all(
    rehearsal: Rehearsal,
    wishes: Mapping[int, Sequence[Wish]],
    own: Own,
    ledger: Mapping[int, Sequence[Decision]],
    tally: Tally,
) -> None:
    workspace_id = rehearsal.workspace_id
    _version, policy = rules_in_force(workspace_id=workspace_id)
    replaced = {row.ask_key for rulings in own.values() for row in rulings}
    consents = consents_of(workspace_id=workspace_id, customer_ids=wishes)
    for number, mine in wishes.items():
        others = told_by((row for row in ledger.get(number, ()) if row.ask_key not in replaced), since=rehearsal.since)
        outcomes = play(
            [*others.wishes, *mine],
            said=others.said,
            policy=policy,
            until=rehearsal.until,
            then=partial(_then, (workspace_id, number), policy, consents.get(number, [])),
        )
        for outcome in outcomes:
            if outcome.probe == rehearsal.wanted["spec"]["key"]:
                tally.asks.append(asdict(Played.of(outcome)))


def _count_within_quota(rehearsal: Rehearsal, asks: Sequence[Mapping[str, Any]], tally: Tally) -> None:
    """What the probe would have done, once all customers were played: they share its quota."""
    spec = rehearsal.wanted["spec"]
    span = timedelta(days=min(spec.get("quota_days") or 0.0, MOST_QUOTA_DAYS))
    made = Decision.objects.in_workspace(rehearsal.workspace_id).filter(
        first_tries(), probe_key=spec["key"], verdict="sent", at__gte=rehearsal.since - span, at__lt=rehearsal.since
    )
    played = within_quota(
        [Played(**each) for each in asks],
        limits=spec.get("quota") or {},
        span=span,
        before=list(made.values_list("at", "segment")),
        one_in=rehearsal.wanted["one_in"],
    )
    for ask in played:
        _count(tally, "new", ask.segment, ask.channel, ask.verdict, ask.rule)


def _then(
    customer: tuple[int, int], policy: Policy, consents: Sequence[Consent], facts: Facts, at: datetime, noted: bool
) -> Facts:
    """As the ledger knew it, else by the history."""
    if noted:
        return facts
    return brought_to(facts, at, consents=consents, customer=customer, policy=policy)


def _count(tally: Tally, which: str, segment: str, channel: str, verdict: str, rule: str) -> None:
    for part, name in (("all", ""), ("segment", segment), ("channel", channel)):
        tally.add(part, name, which, verdict == "sent")
    tally.add("rule", rule, which)


def _add_real(tally: Tally, own: Own) -> None:
    """What the probe of this key really did about these events by the end of the time."""
    for rulings in own.values():
        last = rulings[-1]
        _count(tally, "real", last.segment, last.channel, last.verdict, last.rule)
