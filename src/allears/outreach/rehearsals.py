"""Rehearsals as jobs: chunk by chunk, each kept with its place, so that a killed worker goes on where it was."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone

from allears.customers.models import ConsentRecord
from allears.jobs.queue import enqueue
from allears.outreach.governor import Consent, Contact, Facts, Policy, as_json, facts_from, policy_from
from allears.outreach.models import Decision, Rehearsal
from allears.outreach.models import Policy as PolicyRow
from allears.outreach.registry import rehearser, suppressors
from allears.outreach.rehearsing import Outcome, Wish, play

CHUNK = 200  # customers at once
LAST_MONTH = timedelta(days=30)
KEPT = 20  # examples of each kind
TASK = "allears.outreach.jobs.rehearse"


@dataclass(kw_only=True)
class Tally:
    """Counts that add up over chunks."""

    counts: Counter[str] = field(default_factory=Counter)  # "part|name|which" → asks
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asks: list[Any] = field(default_factory=list)  # kept until all customers are done

    def add(self, part: str, name: str, which: str, number: int = 1) -> None:
        self.counts[f"{part}|{name}|{which}"] += number

    def example(self, kind: str, **shown: Any) -> None:
        kept = self.examples.setdefault(kind, [])
        if len(kept) < KEPT:
            kept.append(shown)

    def onto(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Together with what was counted before, as JSON."""
        counts = Counter(stored.get("counts", {}))
        counts.update(self.counts)
        examples = {kind: list(kept) for kind, kept in stored.get("examples", {}).items()}
        for kind, kept in self.examples.items():
            examples[kind] = [*examples.get(kind, []), *kept][:KEPT]
        return {**stored, "counts": dict(counts), "examples": examples, "asks": [*stored.get("asks", []), *self.asks]}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One chunk done; ``cursor`` is None after the last."""

    cursor: int | None
    done: int
    tally: Tally


def rehearse_policy(
    *, workspace_id: int, rules: Policy, since: datetime, now: datetime, author_id: int | None = None
) -> Rehearsal:
    """Play the wishes since a moment again under other rules, in the background."""
    wanted = {"rules": as_json(rules)}
    customers = _of_window(workspace_id, since, now).order_by().values("customer_id").distinct().count()
    return start(
        workspace_id=workspace_id, kind="policy", wanted=wanted, since=since, now=now, total=customers,
        author_id=author_id,
    )  # fmt: skip


def start(
    *,
    workspace_id: int,
    kind: str,
    wanted: Mapping[str, Any],
    since: datetime,
    now: datetime,
    total: int,
    author_id: int | None,
    result: Mapping[str, Any] | None = None,
) -> Rehearsal:
    """Queue a rehearsal of a kind that has a rehearser; ``result`` is what its outcome begins with."""
    with transaction.atomic():
        made: Rehearsal = Rehearsal.objects.create(
            workspace_id=workspace_id,
            kind=kind,
            wanted=dict(wanted),
            since=since,
            until=now,
            total=total,
            result=dict(result or {}),  # now: a worker may be done before anybody could add to it
            created_at=now,
            created_by_id=author_id,
        )
        enqueue(task=TASK, arguments={"workspace_id": workspace_id, "rehearsal_id": made.pk})
    return made


def run(*, workspace_id: int, rehearsal_id: int) -> None:
    """Do chunk after chunk until all are done."""
    rehearsal: Rehearsal = Rehearsal.objects.in_workspace(workspace_id).get(pk=rehearsal_id)
    step = policy_step if rehearsal.kind == "policy" else rehearser(rehearsal.kind)
    while rehearsal.finished_at is None:
        found: Step = step(rehearsal)
        rehearsal.result = found.tally.onto(rehearsal.result)
        rehearsal.done += found.done
        rehearsal.cursor = found.cursor or rehearsal.cursor
        if found.cursor is None:
            rehearsal.finished_at = timezone.now()
            rehearsal.result.pop("asks")
        rehearsal.save(update_fields=["result", "done", "cursor", "finished_at"])


def _of_window(workspace_id: int, since: datetime, until: datetime) -> Any:
    return Decision.objects.in_workspace(workspace_id).filter(at__gte=since, at__lt=until, customer__isnull=False)


def policy_step(rehearsal: Rehearsal) -> Step:
    """The next customers: what the ledger says became of each wish, and what would have."""
    policy = policy_from(rehearsal.wanted["rules"])
    workspace_id = rehearsal.workspace_id
    window = _of_window(workspace_id, rehearsal.since, rehearsal.until).filter(customer_id__gt=rehearsal.cursor)
    ids = list(window.order_by("customer_id").values_list("customer_id", flat=True).distinct()[:CHUNK])
    tally = Tally()
    rows = Decision.objects.in_workspace(workspace_id).filter(
        customer_id__in=ids, at__gte=rehearsal.since - policy.memory(), at__lt=rehearsal.until
    )
    by_customer: dict[int, list[Decision]] = {}
    for row in rows.order_by("at", "id").iterator():
        by_customer.setdefault(row.customer_id or 0, []).append(row)
    versions = _versions(workspace_id)
    for customer_id in ids:
        _compare(tally, customer_id, by_customer.get(customer_id, []), policy, rehearsal, versions)
    return Step(cursor=ids[-1] if len(ids) == CHUNK else None, done=len(ids), tally=tally)


def _versions(workspace_id: int) -> dict[int, Policy]:
    rows = PolicyRow.objects.in_workspace(workspace_id).values_list("version", "rules")
    return {version: policy_from(rules) for version, rules in rows}


def _compare(
    tally: Tally,
    customer_id: int,
    rows: Sequence[Decision],
    policy: Policy,
    rehearsal: Rehearsal,
    versions: Mapping[int, Policy],
) -> None:
    told = told_by(rows, since=rehearsal.since)
    looked = {wish.ask_key: versions[told.first[wish.ask_key].policy_version] for wish in told.wishes}
    consents = consents_of(workspace_id=rehearsal.workspace_id, customer_ids={customer_id}).get(customer_id, [])

    def then(facts: Facts, at: datetime, noted: bool) -> Facts:
        """As the ledger knew it; from the history where it did not look, or its policy of that time did not ask."""
        asked = noted and facts.purpose in looked[facts.ask_key].suppressible
        return brought_to(
            facts, at, consents=None if noted else consents, policy=policy,
            customer=None if asked else (rehearsal.workspace_id, customer_id),
        )  # fmt: skip

    for outcome in play(told.wishes, said=told.said, policy=policy, until=rehearsal.until, then=then):
        _count(tally, outcome, told.last[outcome.ask_key])


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the ledger tells of one customer: the wishes since a moment, and what was said besides."""

    wishes: Sequence[Wish]
    said: Sequence[Contact]
    first: Mapping[str, Decision]  # ruling on each ask
    last: Mapping[str, Decision]


def told_by(rows: Iterable[Decision], *, since: datetime) -> Told:
    """A customer's rulings, in order of time, as wishes that can be played again."""
    asks: dict[str, list[Decision]] = {}
    for row in rows:
        asks.setdefault(row.ask_key, []).append(row)
    mine = {key: wish for key, rulings in asks.items() if (wish := _wish(rulings, since)) is not None}
    sent = [row for key, rulings in asks.items() if key not in mine for row in rulings if row.verdict == "sent"]
    return Told(
        wishes=list(mine.values()),
        said=[_contact(row) for row in sorted(sent, key=lambda row: (row.at, row.pk))],
        first={key: rulings[0] for key, rulings in asks.items()},
        last={key: rulings[-1] for key, rulings in asks.items()},
    )


def _wish(rulings: Sequence[Decision], since: datetime) -> Wish | None:
    """One ask as it was wished; None where it is older, or its facts were erased."""
    known = [(row.at, facts_from(row.facts["facts"])) for row in rulings if row.facts.get("facts")]
    if rulings[0].at < since or not known:
        return None
    return Wish(
        ask_key=rulings[0].ask_key,
        at=rulings[0].at,
        probe=rulings[0].probe_key,
        known=tuple(known),
        again={held.held_until: anew.at for held, anew in pairwise(rulings) if held.held_until},
        turn=rulings[0].pk,
    )


def consents_of(*, workspace_id: int, customer_ids: Iterable[int]) -> dict[int, list[Consent]]:
    """All that these customers granted and withdrew, in order of time."""
    rows = ConsentRecord.objects.in_workspace(workspace_id).filter(customer_id__in=customer_ids).order_by("at", "id")
    found: dict[int, list[Consent]] = {}
    for customer_id, *said in rows.values_list("customer_id", "channel", "purpose", "granted", "at"):
        channel, purpose, granted, at = said
        found.setdefault(customer_id, []).append(Consent(channel=channel, purpose=purpose, granted=granted, at=at))
    return found


def brought_to(
    facts: Facts, at: datetime, *, consents: Sequence[Consent] | None, customer: tuple[int, int] | None, policy: Policy
) -> Facts:
    """Facts with the consents and open cases of a moment, by the raw history; None: those they have are right."""
    if consents is not None:
        latest = {(each.channel, each.purpose): each for each in consents if each.at <= at}
        facts = replace(facts, consents=tuple(latest.values()))
    if customer is not None and facts.purpose in policy.suppressible:
        facts = replace(facts, suppressed_by=suppressed_then(*customer, at))
    return facts


def suppressed_then(workspace_id: int, customer_id: int, at: datetime) -> str:
    """Why no survey could go out at a moment, by the raw history."""
    for suppressor in suppressors():
        if reason := suppressor(workspace_id=workspace_id, customer_ids={customer_id}, at=at).get(customer_id):
            return str(reason)
    return ""


def _contact(row: Decision) -> Contact:
    return Contact(at=row.at, purpose=row.purpose, family=row.family, channel=row.channel, probe=row.probe_key)


def _count(tally: Tally, outcome: Outcome, real: Decision) -> None:
    was, would = real.verdict == "sent", outcome.verdict == "sent"
    segment = outcome.segment or real.segment
    for part, name in (("all", ""), ("segment", segment), ("probe", outcome.probe or real.purpose)):
        tally.add(part, name, "real", was)
        tally.add(part, name, "new", would)
        tally.add(part, name, "gained", would and not was)
        tally.add(part, name, "lost", was and not would)
    tally.add("rule", real.rule, "real")
    tally.add("rule", outcome.rule, "new")
    if was != would:
        tally.example(
            "gained" if would else "lost",
            decision=real.pk,
            customer=real.customer_id,
            segment=segment,
            probe=outcome.probe,
            was=real.rule,
            would=outcome.rule,
        )


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the result."""

    name: str
    real: int
    new: int
    gained: int
    lost: int

    @property
    def change(self) -> int:
        return self.new - self.real


def lines(rehearsal: Rehearsal, part: str) -> list[Line]:
    """The result by segment, probe or rule, the largest first."""
    found: dict[str, dict[str, int]] = {}
    for key, number in rehearsal.result.get("counts", {}).items():
        whose, name, which = _split(key)
        if whose == part:
            found.setdefault(name, {})[which] = number
    made = [
        Line(name=name, **{which: counts.get(which, 0) for which in ("real", "new", "gained", "lost")})
        for name, counts in found.items()
    ]
    return sorted(made, key=lambda line: (-max(line.real, line.new), line.name))


def _split(key: str) -> tuple[str, str, str]:
    """A segment may have a bar in its name."""
    part, _, rest = key.partition("|")
    name, _, which = rest.rpartition("|")
    return part, name, which


def rehearsals(*, workspace_id: int) -> Any:
    """Every rehearsal, newest first."""
    return Rehearsal.objects.in_workspace(workspace_id).select_related("created_by").order_by("-id")
