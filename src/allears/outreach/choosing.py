"""What a customer chooses on the preference page, written as consents: by channel and purpose, who said it when.

A pause is a withdrawal now and a grant at its end, both on record at once, so nothing must remember to end it. How
often at most is the consent to the purpose ``every/<days>``. A later choice counts over what was laid ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from allears.customers.actions import TraitChange, update_traits
from allears.customers.models import ConsentRecord, Customer
from allears.outreach import channels
from allears.outreach.actions import rules_in_force
from allears.outreach.delivery import queries
from allears.outreach.facts import addressees
from allears.outreach.governor import EVERY, SURVEYS, Policy
from allears.outreach.models import Message

PAUSES = (30, 90)  # days
FREQUENCIES = (0, 30, 90)  # days between two surveys at least; 0: as the company's rules say
INSTANT = timedelta(microseconds=1)
Line = tuple[str, str, bool, datetime]  # channel, purpose, granted, from when on


@dataclass(frozen=True, kw_only=True)
class Choice:
    """All that the form says."""

    channels: frozenset[str] | None = frozenset()  # by which we may ask; empty: not at all; None: as before
    pause_days: int = 0
    every_days: int = 0
    news: bool | None = None  # None: not said
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What holds for a customer at a moment."""

    channels: dict[str, bool] = field(default_factory=dict)  # those that reach the customer → may ask
    paused_until: datetime | None = None
    every_days: int = 0
    news: bool = True


def chosen(*, customer: Customer, now: datetime) -> Chosen:
    """The choices in force now."""
    records = list(
        ConsentRecord.objects.in_workspace(customer.workspace_id).filter(customer=customer).order_by("at", "id")
    )
    off = queries.unusable(workspace_id=customer.workspace_id, names=channels.fetched())
    names = [name for name in sorted(channels.adapters()) if not channels.is_present(name) and name not in off]
    people = addressees(workspace_id=customer.workspace_id, customer_ids=[customer.pk], names_for=names)
    reach = [name for name in names if channels.address(name, people[customer.pk])]
    _version, rules = rules_in_force(workspace_id=customer.workspace_id)
    states = {name: _in_force(records, name, "survey", now, rules) for name in reach}
    ends = [
        record.at
        for record in records
        if record.at > now and record.granted and record.source == "pause" and not states.get(record.channel, True)
        and _in_force(records, record.channel, "survey", record.at + INSTANT * 2, rules)
    ]  # fmt: skip
    every = [record for record in records if record.purpose.startswith(EVERY) and record.at <= now]
    return Chosen(
        channels=states,
        paused_until=max(ends, default=None),
        every_days=int(every[-1].purpose.removeprefix(EVERY)) if every and every[-1].granted else 0,
        news=_in_force(records, "*", "marketing", now, rules),
    )


def _in_force(records: Sequence[ConsentRecord], channel: str, purpose: str, at: datetime, rules: Policy) -> bool:
    """The last word; without any it is allowed, unless the rules of contact ask for a yes."""
    found = [
        each for each in records if each.at <= at and each.channel in (channel, "*") and each.purpose in (purpose, "*")
    ]
    return found[-1].granted if found else purpose not in rules.needs_grant


def choose(*, customer: Customer, choice: Choice, now: datetime) -> None:
    """Keep a customer's choices; withdrawals also stop what still waits in the outbox."""
    with transaction.atomic():
        before = chosen(customer=customer, now=now)
        lines: list[Line] = []
        surveys = {} if choice.channels is None else before.channels
        named = choice.channels or frozenset()
        for name, was in surveys.items():
            wanted = name in named
            if wanted and choice.pause_days:
                lines += _paused(customer, name, choice.pause_days, now)
            elif wanted != was or before.paused_until:
                lines += _said(customer, name, "survey", wanted, now)
        if choice.news is not None and choice.news != before.news:
            lines += _said(customer, "*", "marketing", choice.news, now)
        if choice.every_days != before.every_days:
            granted = choice.every_days > 0
            days = choice.every_days or before.every_days
            lines.append(("*", f"{EVERY}{days}", granted, now))
        _write(customer, lines, "pause" if choice.pause_days else "preferences")
        closed = {name for name in surveys if name not in named or choice.pause_days}
        _stop(customer, closed)
        if choice.language and choice.language != customer.language:
            told = TraitChange(customer_id=customer.pk, traits={"language": choice.language}, at=now)
            update_traits(workspace_id=customer.workspace_id, changes=[told], now=now, source="preferences")


def _ahead(customer: Customer, channel: str, purpose: str, now: datetime) -> list[datetime]:
    rows = ConsentRecord.objects.in_workspace(customer.workspace_id).filter(
        customer=customer, channel=channel, purpose=purpose, at__gt=now
    )
    return list(rows.values_list("at", flat=True))


def _said(customer: Customer, channel: str, purpose: str, granted: bool, now: datetime) -> list[Line]:
    """From now on, and after whatever an earlier choice had laid ahead."""
    ahead = [(channel, purpose, granted, at + INSTANT) for at in _ahead(customer, channel, purpose, now)]
    return [(channel, purpose, granted, now), *ahead]


def _paused(customer: Customer, channel: str, days: int, now: datetime) -> list[Line]:
    return [*_said(customer, channel, "survey", False, now), (channel, "survey", True, now + timedelta(days=days))]


def _write(customer: Customer, lines: Sequence[Line], source: str) -> None:
    for channel, purpose, granted, at in lines:
        ConsentRecord.objects.create(
            workspace_id=customer.workspace_id, customer=customer, channel=channel, purpose=purpose, granted=granted,
            source=source, at=at,
        )  # fmt: skip


def _stop(customer: Customer, names: set[str]) -> None:
    waiting = Message.objects.in_workspace(customer.workspace_id).filter(
        customer=customer, state=Message.State.QUEUED, purpose__in=SURVEYS, channel__in=names
    )
    waiting.update(state=Message.State.CANCELLED, error="the customer unsubscribed before it was sent")
