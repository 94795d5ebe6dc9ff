"""What another policy, or another probe, would have done: the past played again through the same governor.

`play` is pure: one customer's wishes in order of time, what was said to them besides, a policy. Held asks come back
when their time comes, those of one moment compete, each sees what the ones before it were allowed.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from allears.outreach.auction import History, Past
from allears.outreach.governor import SURVEYS, Contact, Facts, Policy, judge


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One ask as it was wished, and the facts about it as the ledger learnt them."""

    ask_key: str
    at: datetime
    probe: str
    known: tuple[tuple[datetime, Facts], ...]  # in order of time; the first at ``at`` or before

    def facts_at(self, moment: datetime) -> Facts:
        """As last known then."""
        found = self.known[0][1]
        for at, facts in self.known:
            if at > moment:
                break
            found = facts
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


Suppressed = Callable[[Facts, datetime], str]


def play(
    wishes: Iterable[Wish],
    *,
    said: Sequence[Contact],
    policy: Policy,
    until: datetime,
    suppressed: Suppressed = lambda facts, at: facts.suppressed_by,
) -> list[Outcome]:
    """The outcome of each wish of one customer by ``until``; ``said`` is what went out besides and stands."""
    by_key = {wish.ask_key: wish for wish in wishes}
    queue = [(wish.at, *_order(wish)) for wish in by_key.values()]
    heapq.heapify(queue)
    made: list[Past] = []
    waiting: dict[str, Past] = {}
    outcomes: dict[str, Outcome] = {}
    while queue and queue[0][0] < until:
        now, *_, ask_key = heapq.heappop(queue)
        wish = by_key[ask_key]
        waiting.pop(ask_key, None)
        facts = _facts(wish, now, said, made, waiting, policy)
        verdict = judge(replace(facts, suppressed_by=suppressed(facts, now)), policy, now)
        outcomes[ask_key] = Outcome(
            ask_key=ask_key,
            probe=wish.probe,
            segment=facts.segment,
            verdict=verdict.name,
            rule=verdict.rule,
            at=now,
            channel=verdict.channel,
        )
        if verdict.name == "sent":
            made.append(_past(wish, facts, now, verdict.channel))
        elif verdict.until is not None:
            if verdict.rule != "absence":
                waiting[ask_key] = _past(wish, facts, verdict.until, verdict.channel)
            heapq.heappush(queue, (verdict.until, *_order(wish)))
    return list(outcomes.values())


def _order(wish: Wish) -> tuple[int, float, datetime, str]:
    """Of those that come due together the best goes first, then the one that was wished first."""
    priority, bid = wish.known[0][1].rank
    return (-priority, -bid, wish.at, wish.ask_key)


def _past(wish: Wish, facts: Facts, at: datetime, channel: str) -> Past:
    contact = Contact(at=at, purpose=facts.purpose, family=facts.family, channel=channel, probe=wish.probe)
    return Past(contact, wish.ask_key, *facts.rank)


def _facts(
    wish: Wish,
    now: datetime,
    said: Sequence[Contact],
    made: Sequence[Past],
    waiting: dict[str, Past],
    policy: Policy,
) -> Facts:
    facts = wish.facts_at(now)
    begin, soon = now - policy.memory(), now + timedelta(hours=policy.auction_hours)
    history = History(
        sent={0: [past for past in made if past.contact.at >= begin]},
        waiting={0: [past for past in waiting.values() if past.contact.at <= soon]},
    )
    contacts = [contact for contact in said if begin <= contact.at <= now]
    contacts += [past.contact for past in history.sent[0]]
    rivals = history.rivals(0, ask_key=wish.ask_key, rank=facts.rank, now=now) if facts.purpose in SURVEYS else ()
    return replace(facts, contacts=tuple(sorted(contacts, key=lambda each: each.at)), rivals=rivals)
