"""What another policy, or another probe, would have done: the past played again through the same governor.

`play` is pure: one customer's wishes in order of time, what was said to them besides, a policy. Held asks come back
when their time comes (as the ledger has it, else to the second), those of one moment compete, each sees what the ones
before it were allowed.
"""

import heapq
import itertools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from allears.outreach.auction import History, Past
from allears.outreach.governor import SURVEYS, Contact, Facts, Policy, judge
from allears.outreach.returned import family_of, is_again

LAST = sys.maxsize


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One ask as it was wished, and the facts about it as the ledger learnt them."""

    ask_key: str
    at: datetime
    probe: str
    known: tuple[tuple[datetime, Facts], ...]  # in order of time; the first at ``at`` or before
    # held until → when it was decided anew: a worker comes round a little later
    again: Mapping[datetime, datetime] = field(default_factory=dict)
    turn: int = LAST  # of the first ruling in the ledger: equal ones go in this order

    def known_at(self, moment: datetime) -> tuple[datetime, Facts]:
        """As last known then, and since when."""
        found = self.known[0]
        for each in self.known:
            if each[0] > moment:
                break
            found = each
        return found


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a wish."""

    ask_key: str
    probe: str
    segment: str
    verdict: str
    rule: str
    at: datetime  # of the last verdict
    channel: str = ""
    since: datetime | None = None  # of the first
    turn: int = LAST


Then = Callable[[Facts, datetime, bool], Facts]  # facts, the moment, whether the ledger learnt them at that very moment


def as_known(facts: Facts, at: datetime, noted: bool) -> Facts:
    """Nothing else is known."""
    return facts


def play(
    wishes: Iterable[Wish], *, said: Sequence[Contact], policy: Policy, until: datetime, then: Then = as_known
) -> list[Outcome]:
    """The outcome of each wish of one customer by ``until``; ``said`` is what went out besides and stands.

    ``then`` brings facts to a moment at which the ledger did not look.
    """
    by_key = {wish.ask_key: wish for wish in wishes}
    queue = [(wish.at, *_order(wish, due=wish.at, turn=wish.turn)) for wish in by_key.values()]
    heapq.heapify(queue)
    turns = itertools.count()
    made: list[Past] = []
    waiting: dict[str, Past] = {}
    outcomes: dict[str, Outcome] = {}
    while queue and queue[0][0] < until:
        now, *_, ask_key = heapq.heappop(queue)
        wish = by_key[ask_key]
        if _has_no_first(ask_key, by_key, outcomes):
            continue
        waiting.pop(ask_key, None)
        learnt_at, learnt = wish.known_at(now)
        facts = _facts(wish, then(learnt, now, learnt_at == now), now, said, made, waiting, policy)
        verdict = judge(facts, policy, now)
        outcomes[ask_key] = Outcome(
            ask_key=ask_key,
            probe=wish.probe,
            segment=facts.segment,
            verdict=verdict.name,
            rule=verdict.rule,
            at=now,
            channel=verdict.channel,
            since=wish.at,
            turn=wish.turn,
        )
        if verdict.name == "sent":
            made.append(_past(wish, facts, now, verdict.channel))
        elif verdict.until is not None:
            if verdict.rule != "absence":
                waiting[ask_key] = _past(wish, facts, verdict.until, verdict.channel)
            order = _order(wish, due=verdict.until, turn=next(turns))
            heapq.heappush(queue, (wish.again.get(verdict.until, verdict.until), *order))
    return list(outcomes.values())


def _has_no_first(ask_key: str, by_key: Mapping[str, Wish], outcomes: Mapping[str, Outcome]) -> bool:
    """An ask that came back is made again by another channel; what was not sent does not come back."""
    first = family_of(ask_key)
    if not is_again(ask_key) or first not in by_key:
        return False
    return first not in outcomes or outcomes[first].verdict != "sent"


def _order(wish: Wish, *, due: datetime, turn: int) -> tuple[int, float, datetime, int, str]:
    """Of those that are decided together the best goes first, then the one that was due first and came first."""
    priority, bid = wish.known[0][1].rank
    return (-priority, -bid, due, turn, wish.ask_key)


def _past(wish: Wish, facts: Facts, at: datetime, channel: str) -> Past:
    contact = Contact(at=at, purpose=facts.purpose, family=facts.family, channel=channel, probe=wish.probe)
    return Past(contact, wish.ask_key, *facts.rank)


def _facts(
    wish: Wish,
    facts: Facts,
    now: datetime,
    said: Sequence[Contact],
    made: Sequence[Past],
    waiting: dict[str, Past],
    policy: Policy,
) -> Facts:
    begin, soon = now - policy.memory(), now + timedelta(hours=policy.auction_hours)
    history = History(
        sent={0: [past for past in made if past.contact.at >= begin]},
        waiting={0: [past for past in waiting.values() if past.contact.at <= soon]},
    )
    contacts = [contact for contact in said if begin <= contact.at <= now]
    contacts += [past.contact for past in history.sent[0] if not _came_back(past.ask_key, wish.ask_key)]
    rivals = history.rivals(0, ask_key=wish.ask_key, rank=facts.rank, now=now) if facts.purpose in SURVEYS else ()
    return replace(facts, contacts=tuple(sorted(contacts, key=lambda each: each.at)), rivals=rivals)


def _came_back(earlier: str, ask_key: str) -> bool:
    """Whether an ask is the earlier one made again, which reached nobody."""
    return is_again(ask_key) and family_of(earlier) == family_of(ask_key)
