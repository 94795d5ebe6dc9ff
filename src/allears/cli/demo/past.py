"""The company's past: what the governor decided on each ask, who answered, which cases came of it and how they ended.

A small discrete-event play over the simulated happenings, with the governor's own rules. It writes nothing: `seeding`
stores what comes out.
"""

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allears.cli.demo import truth
from allears.cli.demo.comments import feeling_of, line
from allears.cli.demo.company import CAUSES_OF, PROBE_OF_EVENT, ProbePlan
from allears.cli.demo.people import Shopper
from allears.cli.demo.simulate import Happening, Letter
from allears.outreach.auction import History
from allears.outreach.auction import Past as Said
from allears.outreach.governor import Consent, Contact, Facts, Policy, Verdict, Worth, judge
from allears.respond.triage import LET_DOWN
from allears.science.information import expected_information, unit_scale

EXPIRES = timedelta(days=7)
MINUTE = timedelta(minutes=1)
THIS_WEEK = timedelta(days=8)  # in which they have more to do than hands
BY_MAIL_SINCE = timedelta(weeks=7)  # before that, they rang their customers back


@dataclass(kw_only=True, eq=False)
class Ask:
    """A wish to ask, and what became of it."""

    who: Shopper
    about: Happening
    metric: str
    purpose: str  # survey, follow_up
    probe: ProbePlan | None
    key: str
    not_before: datetime | None
    expires_at: datetime
    share: float
    u: float
    answers: bool
    matter: "Matter | None" = None
    worth: Worth | None = None
    rulings: list["Decided"] = field(default_factory=list)
    sent_at: datetime | None = None
    opened_at: datetime | None = None
    answered_at: datetime | None = None
    partial: bool = False
    words: str = ""

    @property
    def score(self) -> int:
        return truth.SCORE[self.metric](self.u)

    @property
    def bid(self) -> float:
        return self.worth.bid if self.worth else 0.0

    @property
    def family(self) -> str:
        return "follow_up" if self.purpose == "follow_up" else self.metric


@dataclass(kw_only=True, eq=False)
class Decided:
    """One verdict on an ask."""

    at: datetime
    facts: Facts
    verdict: Verdict
    turn: int  # among all verdicts: those of one moment saw the ones before them
    settled_at: datetime | None = None


@dataclass(kw_only=True, eq=False)
class Unasked:
    """A complaint or praise that came by itself."""

    who: Shopper
    about: Happening
    letter: Letter
    at: datetime


@dataclass(kw_only=True, eq=False)
class Matter:
    """One customer's matter: the voice it began with, and what was done about it."""

    origin: Ask | Unasked
    opened_at: datetime
    steps: list["Done"] = field(default_factory=list)
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """Something done on a case, to be replayed by the real verbs in order of time."""

    at: datetime
    verb: str  # open, join, reply, call, hear, close, confirm, follow_up
    matter: Matter
    voice: Ask | Unasked | None = None
    text: str = ""
    cause: str = ""


@dataclass(kw_only=True)
class Past:
    """All that came of the happenings."""

    asks: list[Ask] = field(default_factory=list)
    letters: list[Unasked] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)


def play(*, seed: int, happenings: Iterable[Happening], policy: Policy, until: datetime) -> Past:
    """Let the company live through these happenings up to a moment."""
    return _Play(seed=seed, policy=policy, until=until).run(happenings)


class _Play:
    def __init__(self, *, seed: int, policy: Policy, until: datetime) -> None:
        self.dice = random.Random(f"{seed}:past")  # noqa: S311 – a simulation, repeatable on purpose
        self.policy = policy
        self.until = until
        self.past = Past()
        self.queue: list[tuple[datetime, float, int, Callable[[datetime], None]]] = []
        self.count = itertools.count()
        self.turns = itertools.count()
        self.sent: dict[int, list[Said]] = defaultdict(list)
        self.waiting: dict[int, dict[str, Said]] = defaultdict(dict)  # customer → ask → when it is due
        self.first_seen: dict[int, datetime] = {}
        self.learnt: dict[tuple[str, str], _Learnt] = defaultdict(_Learnt)  # probe and segment → what was answered
        self.running: dict[int, dict[str, Matter]] = defaultdict(dict)  # customer → touchpoint → open matter

    def run(self, happenings: Iterable[Happening]) -> Past:
        for happening in happenings:
            self._catch_up(happening.at)
            self.first_seen.setdefault(happening.shopper.number, happening.at)
            self._happen(happening)
        self._catch_up(self.until)
        self.past.done.sort(key=lambda each: each.at)
        return self.past

    def _later(self, at: datetime, what: Callable[[datetime], None], *, bid: float = 0.0) -> None:
        """Of what is due together the best ask goes first, as in the door out."""
        heapq.heappush(self.queue, (at, -bid, next(self.count), what))

    def _catch_up(self, now: datetime) -> None:
        while self.queue and self.queue[0][0] <= now:
            at, *_, what = heapq.heappop(self.queue)
            what(at)

    def _happen(self, happening: Happening) -> None:
        reaction = happening.reaction
        if reaction is None:
            return
        probe = PROBE_OF_EVENT.get(happening.event)
        if probe is not None:
            not_before = happening.at + timedelta(hours=probe.delay_hours) if probe.delay_hours else None
            ask = Ask(
                who=happening.shopper,
                about=happening,
                metric=probe.metric,
                purpose="survey",
                probe=probe,
                key=f"{probe.key}:{happening.key}",
                not_before=not_before,
                expires_at=(not_before or happening.at) + EXPIRES,
                share=probe.share,
                worth=self.learnt[probe.key, happening.shopper.segment].worth(),
                u=reaction.u,
                answers=reaction.answers,
                partial=reaction.stops_after_score,
                words=reaction.comment,
            )
            self.past.asks.append(ask)
            self._decide(ask, happening.at)
        if letter := reaction.letter:
            unasked = Unasked(who=happening.shopper, about=happening, letter=letter, at=happening.at + letter.after)
            self._later(unasked.at, lambda at: self._say(unasked))

    def _decide(self, ask: Ask, at: datetime) -> None:
        facts = self._facts(ask, at)
        verdict = judge(facts, self.policy, at)
        ask.rulings.append(Decided(at=at, facts=facts, verdict=verdict, turn=next(self.turns)))
        number = ask.who.number
        self.waiting[number].pop(ask.key, None)
        if verdict.name == "sent":
            self.sent[number].append(_said(ask, at))
            self._sent(ask, at)
        elif verdict.name == "held" and verdict.until:
            self.waiting[number][ask.key] = _said(ask, verdict.until)
            if verdict.until <= self.until:
                self._later(verdict.until, lambda then: self._decide_again(ask, then), bid=ask.bid)

    def _decide_again(self, ask: Ask, at: datetime) -> None:
        ask.rulings[-1].settled_at = at
        self._decide(ask, at)

    def _facts(self, ask: Ask, at: datetime) -> Facts:
        who = ask.who
        remembered = at - self.policy.memory()
        soon = at + timedelta(hours=self.policy.auction_hours)
        history = History(
            sent={who.number: [said for said in self.sent[who.number] if said.contact.at >= remembered]},
            waiting={who.number: [said for said in self.waiting[who.number].values() if at < said.contact.at <= soon]},
        )
        return Facts(
            purpose=ask.purpose,
            family=ask.family,
            channel="email",
            ask_key=ask.key,
            zone=who.timezone,
            reachable=True,
            share=ask.share,
            not_before=ask.not_before,
            expires_at=ask.expires_at,
            suppressed_by="open_case" if self.running.get(who.number) else "",
            consents=consents_of(who, self.first_seen[who.number]),
            contacts=tuple(said.contact for said in history.sent[who.number]),
            segment=who.segment,
            worth=ask.worth,
            rivals=history.rivals(who.number, ask_key=ask.key, rank=(0, ask.bid), now=at),
        )

    def _sent(self, ask: Ask, at: datetime) -> None:
        ask.sent_at = at + timedelta(seconds=self.dice.uniform(0.4, 6))
        reaction = ask.about.reaction
        assert reaction is not None
        after = max(MINUTE, reaction.answers_after)
        if ask.answers:
            self._later(ask.sent_at + after, lambda then: self._answer(ask, then))
        elif self.dice.random() < 0.2:
            ask.opened_at = ask.sent_at + after

    def _answer(self, ask: Ask, at: datetime) -> None:
        ask.opened_at = at - timedelta(seconds=self.dice.uniform(3, 40))
        ask.answered_at = at
        if ask.probe is not None:
            self.learnt[ask.probe.key, ask.who.segment].hear(ask)
        if ask.matter is not None:
            self.past.done.append(Done(at=at, verb="follow_up", matter=ask.matter, voice=ask))
            if ask.score <= LET_DOWN[ask.metric]:
                self._work(ask.matter, at, again=True)
        elif ask.score <= LET_DOWN[ask.metric]:
            self._open(ask, at)

    def _say(self, unasked: Unasked) -> None:
        self.past.letters.append(unasked)
        if unasked.letter.kind == "complaint":
            self._open(unasked, unasked.at)

    def _open(self, voice: Ask | Unasked, at: datetime) -> None:
        running = self.running[voice.who.number]
        if matter := running.get(voice.about.touchpoint):
            self.past.done.append(Done(at=at, verb="join", matter=matter, voice=voice))
            return
        matter = running[voice.about.touchpoint] = Matter(origin=voice, opened_at=at)
        self.past.done.append(Done(at=at, verb="open", matter=matter, voice=voice))
        self._work(matter, at, again=False)

    def _work(self, matter: Matter, at: datetime, *, again: bool) -> None:
        """Somebody answers, the customer may answer back, and then it is closed."""
        matter.closed_at = None
        self.running[matter.origin.who.number].setdefault(matter.origin.about.touchpoint, matter)
        busy = 0.9 if at > self.until - THIS_WEEK else 0.0
        replied = at + timedelta(minutes=self.dice.lognormvariate(5.1 + busy, 1.0))
        self._later(replied, lambda then: self._reply(matter, then, "reply.again" if again else "reply.first"))
        closing = replied + timedelta(hours=self.dice.lognormvariate(3.6 + busy, 0.8))
        if not again and self.dice.random() < 0.3:
            heard = replied + (closing - replied) * 0.4
            pleased = self.dice.random() < 0.55
            self._later(heard, lambda then: self._hear(matter, then, pleased=pleased))
            if not pleased:
                self._later(heard + (closing - replied) * 0.3, lambda then: self._reply(matter, then, "reply.again"))
        self._later(closing, lambda then: self._close(matter, then))

    def _note(self, verb: str, matter: Matter, at: datetime, **more: Any) -> None:
        matter.steps.append(step := Done(at=at, verb=verb, matter=matter, **more))
        self.past.done.append(step)

    def _reply(self, matter: Matter, at: datetime, section: str) -> None:
        about = matter.origin.about
        text = line(self.dice, language=about.shopper.language, section=section, slots=about.slots)
        by_phone = at < self.until - BY_MAIL_SINCE or self.dice.random() < 0.25
        self._note("call" if by_phone else "reply", matter, at, text=text)

    def _hear(self, matter: Matter, at: datetime, *, pleased: bool) -> None:
        about = matter.origin.about
        section = "answer.thanks" if pleased else "answer.unhappy"
        text = line(self.dice, language=about.shopper.language, section=section, slots=about.slots)
        self._note("hear", matter, at, text=text)

    def _close(self, matter: Matter, at: datetime) -> None:
        about = matter.origin.about
        matter.closed_at = at
        self.running[about.shopper.number].pop(about.touchpoint, None)
        self._note("close", matter, at, cause=self.dice.choice(CAUSES_OF[about.touchpoint]))
        if self.dice.random() < 0.25:
            self._note("confirm", matter, at + timedelta(minutes=self.dice.uniform(5, 600)))
        self._later(at + MINUTE, lambda then: self._follow_up(matter, then))

    def _follow_up(self, matter: Matter, at: datetime) -> None:
        about, reaction = matter.origin.about, matter.origin.about.reaction
        assert reaction is not None
        fast = (matter.steps[0].at - matter.opened_at) < timedelta(hours=4)
        u = reaction.u + truth.RECOVERY["fast" if fast else "slow"] + reaction.grudge + 1.0
        feeling = "good" if feeling_of(u) == "good" else "bad"
        words = line(self.dice, language=about.shopper.language, section=f"followup.{feeling}", slots=about.slots)
        ask = Ask(
            who=about.shopper,
            about=about,
            metric="csat",
            purpose="follow_up",
            probe=None,
            key=f"case:{about.key}:{at:%m%d%H%M}",
            not_before=None,
            expires_at=at + 2 * EXPIRES,
            share=1.0,
            u=u,
            answers=reaction.keeps_answering and len(matter.steps) < 6,
            matter=matter,
            words=words if self.dice.random() < 0.7 else "",
        )
        self.past.asks.append(ask)
        self._decide(ask, at)


@dataclass(kw_only=True)
class _Learnt:
    """What a probe has heard from a segment, on a scale of 0 to 1."""

    asked: int = 0
    answers: int = 0
    total: float = 0.0
    squares: float = 0.0

    def hear(self, ask: Ask) -> None:
        value = unit_scale(ask.metric, ask.score)
        self.answers += 1
        self.total += value
        self.squares += value * value

    def worth(self) -> Worth:
        """The bid of one more ask; a usual spread and answer rate are assumed until there are answers."""
        self.asked += 1
        n = self.answers
        variance = max(0.0, (self.squares - self.total * self.total / n) / (n - 1)) if n > 4 else 0.09
        propensity = min(1.0, (n + 2) / (self.asked + 8))
        bid = expected_information(variance=variance, answers=n, propensity=propensity)
        return Worth(bid=bid, variance=variance, answers=n, propensity=propensity)


def _said(ask: Ask, at: datetime) -> Said:
    contact = Contact(
        at=at,
        purpose=ask.purpose,
        family=ask.family,
        channel="email",
        probe=ask.probe.key if ask.probe else "",
    )
    return Said(contact, ask.key, 0, ask.worth.bid if ask.worth else 0.0)


def consents_of(who: Shopper, at: datetime) -> tuple[Consent, ...]:
    """What this customer granted or withdrew before it all began."""
    if who.consent == "silent":
        return ()
    return (Consent(channel="email", purpose="survey", granted=who.consent == "granted", at=at - timedelta(days=1)),)
