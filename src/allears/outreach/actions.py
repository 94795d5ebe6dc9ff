"""What the door out does: decide, post, decide held asks anew, keep policies and consents."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.db import connection, models, transaction

from allears.customers.actions import record_consent
from allears.customers.actions.consent import ConsentChange
from allears.customers.models import ConsentRecord
from allears.jobs.bell import ring
from allears.jobs.bus import record
from allears.outreach import channels, handing_over
from allears.outreach.contracts import Allowance, Draft, Posting, Proposal, Release, Ruling
from allears.outreach.delivery.credits import spend
from allears.outreach.events import DecisionMade
from allears.outreach.facts import Addressee, Dossier, Look, addressees, gather
from allears.outreach.governor import (
    SURVEYS,
    Facts,
    Finding,
    Verdict,
    as_json,
    digest,
    examine,
    facts_from,
    judge,
    policy_from,
)
from allears.outreach.governor import Policy as Rules
from allears.outreach.links import preferences_url
from allears.outreach.models import Decision, Message, Policy
from allears.outreach.registry import ends, releaser, second_thoughts
from allears.store import plain
from allears.store.bulk import ids_in, ids_query, insert_new

CHUNK = 2000  # proposals for which facts are gathered at once


class NotAllowedError(ValueError):
    """A message was posted against the governor's verdict. Post only rulings that say "sent"."""


class UnknownCustomerError(LookupError):
    """The customer does not exist in this workspace."""


def propose(*, workspace_id: int, proposals: Sequence[Proposal], now: datetime) -> list[Ruling]:
    """Rule on many wishes at once, in order; each sees what the ones before it were allowed.

    An ask key that was ruled on before gets its standing ruling again, and nothing is written.
    """
    if not proposals:
        return []
    rulings: dict[str, Ruling] = {}
    with transaction.atomic(savepoint=False):
        for start in range(0, len(proposals), CHUNK):
            chunk = {each.ask_key: each for each in proposals[start : start + CHUNK] if each.ask_key not in rulings}
            rulings.update(_rulings(workspace_id, list(chunk.values()), now))
    return [rulings[proposal.ask_key] for proposal in proposals]


def _rulings(workspace_id: int, proposals: Sequence[Proposal], now: datetime) -> dict[str, Ruling]:
    """Those that stand, and those made now."""
    if not proposals:
        return {}
    look = Look(workspace_id=workspace_id, proposals=proposals, now=now)
    _, policy, standing, drawn, *seen = plain.together(
        _lock_query(workspace_id),
        _policy_query(workspace_id),
        _standing_query(workspace_id, [each.ask_key for each in proposals]),
        ids_query(Decision, len(proposals)),
        *look.queries(),
    )
    found = _standing(standing)
    fresh = [each for each in proposals if each.ask_key not in found]
    if not fresh:
        return found
    version, rules = _in_force(workspace_id, policy)
    dossier = replace(look, proposals=fresh).dossier(*seen, policy=rules)
    return found | _rule(workspace_id, fresh, dossier, version, rules, now, ids=ids_in(drawn))


def _lock_query(workspace_id: int) -> plain.Query | None:
    """Two transactions must not both find the same customer rested; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return None
    return plain.Query("SELECT pg_advisory_xact_lock(hashtext('outreach.propose'), %s::int)", [workspace_id])


def _one_at_a_time(workspace_id: int) -> None:
    plain.together(_lock_query(workspace_id))


def standing_rulings(*, workspace_id: int, ask_keys: Iterable[str]) -> dict[str, Ruling]:
    """The unsettled decision of each ask key, if there is one."""
    keys = list(ask_keys)
    return _standing(plain.select(*_standing_query(workspace_id, keys))) if keys else {}


def _standing_query(workspace_id: int, ask_keys: Sequence[str]) -> plain.Query:
    these, parameters = plain.among("ask_key", ask_keys)
    return plain.Query(
        "SELECT id, ask_key, verdict, rule, held_until, channel FROM outreach_decision"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {these} AND settled_at IS NULL",
        [workspace_id, *parameters],
    )


def _standing(rows: plain.Rows) -> dict[str, Ruling]:
    return {
        ask_key: Ruling(
            decision_id=number,
            ask_key=ask_key,
            verdict=verdict,
            rule=rule,
            held_until=plain.moment(held_until),
            fresh=False,
            channel=channel,
        )
        for number, ask_key, verdict, rule, held_until, channel in rows
    }


def ruling_of(*, decision: Decision, fresh: bool = True) -> Ruling:
    return Ruling(
        decision_id=decision.id,
        ask_key=decision.ask_key,
        verdict=decision.verdict,
        rule=decision.rule,
        held_until=decision.held_until,
        fresh=fresh,
        channel=decision.channel,
    )


def _rule(
    workspace_id: int,
    proposals: Sequence[Proposal],
    dossier: Dossier,
    version: int,
    rules: Rules,
    now: datetime,
    *,
    ids: Sequence[int] = (),
) -> dict[str, Ruling]:
    """The verdicts, written down; ``ids`` for their rows, where the caller has drawn some."""
    decisions = []
    for proposal in _best_first(proposals):
        facts = dossier.facts(proposal)
        verdict = judge(facts, rules, now)
        if verdict.name == "sent":
            dossier.note_sent(proposal, verdict.channel)
        elif verdict.until and verdict.rule != "absence" and proposal.purpose in SURVEYS:
            dossier.note_held(proposal, verdict.channel, verdict.until)
        stored: dict[str, Any] = {"facts": as_json(facts), "parameters": dict(verdict.parameters)}
        if proposal.allowance:
            stored["since"] = proposal.allowance.since.isoformat()
        if proposal.instead_of:
            stored["instead_of"] = proposal.instead_of
        if verdict.name == "held":
            stored["context"] = dict(proposal.context)
        decisions.append(_decision(workspace_id, proposal, facts, verdict, stored, version, now))
    insert_new(decisions, ids)
    spend(decisions=decisions, now=now)
    record(*(DecisionMade(workspace_id=workspace_id, decision_id=decision.pk) for decision in decisions))
    return {
        each.ask_key: replace(ruling_of(decision=each), addressee=dossier.people.get(each.customer_id or 0))
        for each in decisions
    }


def _best_first(proposals: Sequence[Proposal]) -> Sequence[Proposal]:
    """Where asks of one customer compete, the one that teaches most is ruled on first; else in order of arrival."""
    if len({proposal.customer_id for proposal in proposals}) == len(proposals):
        return proposals
    return sorted(proposals, key=lambda each: (-each.priority, -(each.worth.bid if each.worth else 0.0)))


def _decision(
    workspace_id: int,
    proposal: Proposal,
    facts: Facts,
    verdict: Verdict,
    stored: dict[str, Any],
    version: int,
    now: datetime,
) -> Decision:
    return Decision(
        workspace_id=workspace_id,
        customer_id=proposal.customer_id,
        at=now,
        purpose=proposal.purpose,
        family=proposal.family,
        channel=verdict.channel,
        verdict=verdict.name,
        rule=verdict.rule,
        facts=stored,
        policy_version=version,
        held_until=verdict.until,
        probe_key=proposal.probe_key,
        touchpoint_key=proposal.touchpoint_key,
        event_id=proposal.event_id,
        ask_key=proposal.ask_key,
        segment=facts.segment,
        priority=proposal.priority,
        bid=proposal.worth.bid if proposal.worth else None,
        digest=digest(stored["facts"], version),
    )


def replay(*, decision: Decision) -> Verdict:
    """Judge a stored decision again from its own facts and the policy then in force."""
    policy = Policy.objects.in_workspace(decision.workspace_id).get(version=decision.policy_version)
    return judge(facts_from(decision.facts["facts"]), policy_from(policy.rules), decision.at)


def explain(*, decision: Decision) -> list[Finding]:
    """Every rule in its order, as it stood for a stored decision, with the figures used."""
    policy = Policy.objects.in_workspace(decision.workspace_id).get(version=decision.policy_version)
    return examine(facts_from(decision.facts["facts"]), policy_from(policy.rules), decision.at)


def decide_due(*, now: datetime, limit: int = 500) -> int:
    """Decide held asks anew whose time has come, and hand those now allowed back to their proposers."""
    due = Decision.objects.across_workspaces().filter(
        verdict=Decision.Verdict.HELD, settled_at__isnull=True, held_until__lte=now, customer__isnull=False
    )
    waiting = list(due.order_by("held_until", "id").values_list("workspace_id", "id")[:limit])
    for workspace_id in {each for each, _ in waiting}:
        with transaction.atomic():
            _one_at_a_time(workspace_id)
            _decide_again(workspace_id, [id_ for each, id_ in waiting if each == workspace_id], now)
    return len(waiting)


def _decide_again(workspace_id: int, ids: Sequence[int], now: datetime) -> None:
    held = Decision.objects.in_workspace(workspace_id).filter(
        id__in=ids, settled_at__isnull=True, customer__isnull=False
    )
    proposals = _second_thoughts(
        workspace_id, [proposal_of(decision=each) for each in held.order_by("held_until", "id")]
    )
    proposals = _ended_early(workspace_id, proposals)
    held.update(settled_at=now, flush_id=None)
    if not proposals:
        return
    version, rules = rules_in_force(workspace_id=workspace_id)
    dossier = gather(workspace_id=workspace_id, proposals=proposals, policy=rules, now=now)
    rulings = _rule(workspace_id, proposals, dossier, version, rules, now)
    by_purpose: dict[str, list[Release]] = {}
    for proposal in proposals:
        ruling = rulings[proposal.ask_key]
        if proposal.purpose == "service":
            _settle_service_message(workspace_id, proposal, ruling, now)
        elif ruling.verdict == Decision.Verdict.SENT:
            by_purpose.setdefault(proposal.purpose, []).append(Release(ruling=ruling, proposal=proposal))
    for purpose, releases in by_purpose.items():
        if release := releaser(purpose):
            release(workspace_id=workspace_id, releases=releases, now=now)


def proposal_of(*, decision: Decision) -> Proposal:
    """The proposal that a held decision was made on."""
    if decision.customer_id is None:
        raise UnknownCustomerError(f"decision {decision.pk}: its customer was erased")
    facts = facts_from(decision.facts["facts"])
    return Proposal(
        customer_id=decision.customer_id,
        purpose=decision.purpose,
        family=decision.family,
        channel=facts.channel,
        ask_key=decision.ask_key,
        probe_key=decision.probe_key,
        touchpoint_key=decision.touchpoint_key,
        event_id=decision.event_id,
        not_before=facts.not_before,
        expires_at=facts.expires_at,
        share=facts.share,
        fallbacks=tuple(way.channel for way in facts.fallbacks),
        priority=facts.priority,
        worth=facts.worth,
        allowance=_allowance(facts, decision.facts.get("since")),
        awaits=facts.awaits,
        instead_of=decision.facts.get("instead_of", ""),
        context=decision.facts.get("context", {}),
    )


def _allowance(facts: Facts, since: str | None) -> Allowance | None:
    if facts.quota is None or since is None:
        return None
    return Allowance(limit=facts.quota.limit, cell=facts.quota.cell, since=datetime.fromisoformat(since))


def _second_thoughts(workspace_id: int, proposals: list[Proposal]) -> list[Proposal]:
    """Asks that waited for an absence: has the event come after all?"""
    waiting = [proposal for proposal in proposals if proposal.awaits]
    if not waiting:
        return proposals
    overtaken: dict[str, str] = {}
    for ask in second_thoughts():
        overtaken |= ask(workspace_id=workspace_id, proposals=waiting)
    return [replace(each, overtaken_by=overtaken.get(each.ask_key, "")) for each in proposals]


def _ended_early(workspace_id: int, proposals: list[Proposal]) -> list[Proposal]:
    """What they were made for may have been ended by a person meanwhile."""
    early: dict[str, datetime] = {}
    for told in ends():
        early |= told(workspace_id=workspace_id, proposals=proposals)
    return [replace(each, expires_at=early.get(each.ask_key, each.expires_at)) for each in proposals]


def overtake(*, workspace_id: int, ask_keys: Sequence[str], now: datetime) -> int:
    """Decide waiting asks anew at once, because what they waited for may have happened; how many are decided."""
    with transaction.atomic():
        _one_at_a_time(workspace_id)
        held = Decision.objects.in_workspace(workspace_id).filter(
            ask_key__in=ask_keys, verdict=Decision.Verdict.HELD, settled_at__isnull=True, customer__isnull=False
        )
        ids = list(held.values_list("id", flat=True))
        if ids:
            _decide_again(workspace_id, ids, now)
    return len(ids)


def _settle_service_message(workspace_id: int, proposal: Proposal, ruling: Ruling, now: datetime) -> None:
    """The held message itself waits in the outbox; tie it to its new ruling, or cancel it."""
    message = Message.objects.in_workspace(workspace_id).filter(
        idempotency_key=proposal.context["idempotency_key"], state=Message.State.QUEUED
    )
    if ruling.verdict == Decision.Verdict.NEVER:
        message.update(decision_id=ruling.decision_id, state=Message.State.CANCELLED)
    else:
        message.update(decision_id=ruling.decision_id, not_before=ruling.held_until or now)
        transaction.on_commit(lambda: ring("outbox"))


def post(
    *,
    workspace_id: int,
    ruling: Ruling,
    customer_id: int,
    draft: Draft,
    idempotency_key: str,
    purpose: str,
    channel: str,
    now: datetime,
    not_before: datetime | None = None,
    case_id: int | None = None,
) -> int:
    """Put one allowed message in the outbox; the same idempotency key is posted once. Its id."""
    posting = Posting(
        ruling=ruling,
        customer_id=customer_id,
        draft=draft,
        idempotency_key=idempotency_key,
        purpose=purpose,
        channel=channel,
        not_before=not_before,
        case_id=case_id,
    )
    return post_many(workspace_id=workspace_id, postings=[posting], now=now)[0]


def post_many(
    *,
    workspace_id: int,
    postings: Sequence[Posting],
    now: datetime,
    people: dict[int, Addressee] | None = None,
    before: plain.Rows | None = None,
    numbers: Sequence[int] = (),
) -> list[int]:
    """Put allowed messages in the outbox in the caller's transaction and wake the sender after its commit.

    ``before``: what ``posted_query`` gave, and ``numbers`` for the rows, what ``numbers_query`` gave, where the caller
    asked for them in a trip with others.
    """
    keys = [posting.idempotency_key for posting in postings]
    known: dict[str, int] = dict(
        plain.together(posted_query(workspace_id=workspace_id, keys=keys))[0] if before is None else before
    )
    fresh = {posting.idempotency_key: posting for posting in postings if posting.idempotency_key not in known}
    if not fresh:
        return [known[key] for key in keys]
    ids = {posting.customer_id for posting in fresh.values()}
    names_for = {posting.channel for posting in fresh.values()}
    found = people or addressees(workspace_id=workspace_id, customer_ids=ids, names_for=names_for)
    rows = [_message(workspace_id, posting, found, now) for posting in fresh.values()]
    sent_on = [row for row, each in zip(rows, fresh.values(), strict=True) if _is_allowed(each)]
    names = {number: person.name for number, person in found.items()}
    with transaction.atomic(savepoint=False):
        handed = handing_over.claimed(sent_on, names=names, now=now)
        insert_new(rows, numbers)
        if len(handed) < len(rows):
            transaction.on_commit(lambda: ring("outbox"))
    known |= {row.idempotency_key: row.id for row in rows}
    return [known[key] for key in keys]


def _is_allowed(posting: Posting) -> bool:
    return posting.ruling.verdict == Decision.Verdict.SENT


def posted_query(*, workspace_id: int, keys: Sequence[str]) -> plain.Query | None:
    """Which of these idempotency keys have a message already, and which."""
    if not keys:
        return None
    these, parameters = plain.among("idempotency_key", keys)
    return plain.Query(
        f"SELECT idempotency_key, id FROM outreach_message WHERE workspace_id = %s AND {these}",  # noqa: S608 - own names
        [workspace_id, *parameters],
    )


def numbers_query(*, count: int) -> plain.Query | None:
    """Ids for so many messages, for ``ids_in``."""
    return ids_query(Message, count)


def _message(workspace_id: int, posting: Posting, people: dict[int, Addressee], now: datetime) -> Message:
    ruling, draft = posting.ruling, posting.draft
    person = people.get(posting.customer_id)
    if person is None:
        raise UnknownCustomerError(posting.customer_id)
    held_service = ruling.verdict == Decision.Verdict.HELD and posting.purpose == "service"
    if not (_is_allowed(posting) or held_service):
        raise NotAllowedError(f"the governor said {ruling.verdict} ({ruling.rule}) to {ruling.ask_key}")
    return Message(
        workspace_id=workspace_id,
        customer_id=posting.customer_id,
        decision_id=ruling.decision_id,
        purpose=posting.purpose,
        channel=posting.channel,
        language=draft.language,
        address=channels.address(posting.channel, person),
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        headers={**_unsubscribe_headers(posting.purpose, person), **draft.headers},
        idempotency_key=posting.idempotency_key,
        case_id=posting.case_id,
        not_before=posting.not_before or ruling.held_until or now,
        created_at=now,
    )


def _unsubscribe_headers(purpose: str, person: Addressee) -> dict[str, str]:
    """RFC 8058, so that mail programs offer one click. Replies to the customer's own matter carry none."""
    if purpose not in SURVEYS:
        return {}
    return {
        "List-Unsubscribe": f"<{preferences_url(person.key)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def send_service_message(
    *,
    workspace_id: int,
    customer_id: int,
    draft: Draft,
    idempotency_key: str,
    now: datetime,
    case_id: int | None = None,
    channel: str = "email",
) -> Ruling:
    """Send a message the customer waits for, such as a reply on a case.

    The governor decides first: "never" posts nothing; a held message waits in the outbox for its own time.
    """
    proposal = Proposal(
        customer_id=customer_id,
        purpose="service",
        family="",
        channel=channel,
        ask_key=_ask_key(idempotency_key),
        context={"idempotency_key": idempotency_key},
    )
    with transaction.atomic():
        (ruling,) = propose(workspace_id=workspace_id, proposals=[proposal], now=now)
        if ruling.verdict != Decision.Verdict.NEVER:
            post(
                workspace_id=workspace_id,
                ruling=ruling,
                customer_id=customer_id,
                draft=draft,
                idempotency_key=idempotency_key,
                purpose="service",
                channel=channel,
                now=now,
                case_id=case_id,
            )
    return ruling


def _ask_key(idempotency_key: str) -> str:
    """The key itself where it fits the column, else its digest."""
    return (
        idempotency_key if len(idempotency_key) <= 64 else blake2b(idempotency_key.encode(), digest_size=32).hexdigest()
    )


def policy_in_force(*, workspace_id: int) -> Policy:
    """The highest version; the default rules become version 1 at first use, so that verdicts stay replayable."""
    policy: Policy | None = Policy.objects.in_workspace(workspace_id).order_by("-version").first()
    if policy is not None:
        return policy
    rows = Policy.objects.in_workspace(workspace_id)
    first: Policy = rows.get_or_create(workspace_id=workspace_id, version=1, defaults={"rules": as_json(Rules())})[0]
    return first


def rules_in_force(*, workspace_id: int) -> tuple[int, Rules]:
    """The version and the rules of the policy in force: read each time, understood once."""
    return _in_force(workspace_id, plain.select(*_policy_query(workspace_id)))


def _policy_query(workspace_id: int) -> plain.Query:
    return plain.Query(
        "SELECT version, rules FROM outreach_policy WHERE workspace_id = %s ORDER BY version DESC LIMIT 1",
        [workspace_id],
    )


def _in_force(workspace_id: int, found: plain.Rows) -> tuple[int, Rules]:
    if not found:
        policy = policy_in_force(workspace_id=workspace_id)
        return policy.version, policy_from(policy.rules)
    version, rules = found[0]
    return version, _understood(rules)


@lru_cache(maxsize=256)
def _understood(rules: str) -> Rules:
    return policy_from(json.loads(rules))


def publish_policy(*, workspace_id: int, rules: Rules, now: datetime, author_id: int | None = None) -> Policy:
    """Put new rules in force as the next version; held asks meet them when they are decided anew."""
    with transaction.atomic():
        _one_at_a_time(workspace_id)
        highest = Policy.objects.in_workspace(workspace_id).aggregate(highest=models.Max("version"))["highest"] or 0
        policy: Policy = Policy.objects.create(
            workspace_id=workspace_id,
            version=highest + 1,
            rules=as_json(rules),
            created_at=now,
            created_by_id=author_id,
        )
    return policy


def set_consent(
    *,
    workspace_id: int,
    customer_id: int,
    channel: str,
    purpose: str,
    granted: bool,
    source: str,
    now: datetime,
) -> None:
    """Record a grant or a withdrawal; a withdrawal also stops what is still in the outbox."""
    with transaction.atomic():
        change = ConsentChange(customer_id=customer_id, channel=channel, purpose=purpose, granted=granted, at=now)
        ahead = ConsentRecord.objects.in_workspace(workspace_id).filter(
            customer_id=customer_id, channel=channel, purpose=purpose, at__gt=now
        )
        later = [replace(change, at=at + timedelta(microseconds=1)) for at in ahead.values_list("at", flat=True)]
        if later:  # the end of a pause: this choice counts over it
            rows = [change, *later]
            ConsentRecord.objects.bulk_create(
                ConsentRecord(workspace_id=workspace_id, source=source, **asdict(row)) for row in rows
            )
        else:
            record_consent(workspace_id=workspace_id, changes=[change], source=source)
        if not granted and purpose in ("survey", "*"):
            waiting = Message.objects.in_workspace(workspace_id).filter(
                customer_id=customer_id, state=Message.State.QUEUED, purpose__in=SURVEYS
            )
            if channel != "*":
                waiting = waiting.filter(channel=channel)
            waiting.update(state=Message.State.CANCELLED, error="the customer unsubscribed before it was sent")
