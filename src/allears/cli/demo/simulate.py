"""The simulated company: business events in order of time, each with what the customer felt and would do about it.

Pure: equal arguments give equal histories. Each customer has dice of their own, so more customers or more days change
nobody else's life.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allears.cli.demo import comments, truth
from allears.cli.demo.journey import Step, one_journey
from allears.cli.demo.people import ORDERS_PER_WEEK, Shopper, shopper

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a customer says unasked."""

    kind: str  # complaint, praise
    after: timedelta
    channel: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """What the customer felt, and what they would do if asked, or do unasked."""

    u: float
    answers: bool  # when asked by e-mail
    answers_after: timedelta
    stops_after_score: bool  # a partial answer
    comment: str
    letter: Letter | None
    keeps_answering: bool  # also when asked again after a case
    grudge: float  # what is left over when their case is closed: Normal(0, 1)

    def score(self, metric: str) -> int:
        return truth.SCORE[metric](self.u)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One business event; ``reaction`` is None where customer and company do not meet."""

    key: str  # message id
    at: datetime
    week: int
    shopper: Shopper
    event: str
    touchpoint: str
    properties: Mapping[str, Any]
    slots: Mapping[str, str]
    reaction: Reaction | None


def simulate(*, seed: int, start: datetime, days: int, customers: int) -> Iterator[Happening]:
    """Everything that happens in these days, in order of time."""
    end = start + timedelta(days=days)
    found: list[Happening] = []
    for number in range(1, customers + 1):
        found += life(seed=seed, who=shopper(seed=seed, number=number), start=start, end=end)
    found.sort(key=lambda each: (each.at, each.key))
    yield from found


def life(*, seed: int, who: Shopper, start: datetime, end: datetime) -> Iterator[Happening]:
    """One customer's journeys between two moments; new customers arrive somewhere in between."""
    dice = random.Random(f"{seed}:life:{who.number}")  # noqa: S311 – a simulation, repeatable on purpose
    span = end - start
    at = start + (span * dice.random() * 0.9 if who.segment == "new" else timedelta(0))
    number = 0
    pause = 0.0 if who.segment == "new" else dice.expovariate(ORDERS_PER_WEEK[who.segment])
    while (at := at + WEEK * pause) < end:
        for happening in live_journey(seed=seed, who=who, number=number, at=at, start=start):
            if happening.at < end:
                yield happening
        number += 1
        pause = dice.expovariate(ORDERS_PER_WEEK[who.segment]) + 0.3


def live_journey(*, seed: int, who: Shopper, number: int, at: datetime, start: datetime) -> Iterator[Happening]:
    """One journey from its first step at about ``at``; weeks count from ``start``."""
    dice = random.Random(f"{seed}:journey:{who.number}:{number}")  # noqa: S311 – repeatable on purpose
    for index, step in enumerate(one_journey(dice, who=who, at=at, week_of=lambda moment: (moment - start) // WEEK)):
        yield happening_of(dice, who=who, step=step, key=f"{who.user_id}-{number}-{index}", start=start)


def happening_of(dice: random.Random, *, who: Shopper, step: Step, key: str, start: datetime) -> Happening:
    week = max(0, (step.at - start) // WEEK)
    reaction = None
    if step.touchpoint:
        mean = truth.expected(touchpoint=step.touchpoint, segment=who.segment, week=week, operations=step.operations)
        u = mean + who.taste + dice.gauss(0, truth.NOISE_SD)
        reaction = _reaction(dice, who=who, step=step, u=u)
    return Happening(
        key=key,
        at=step.at,
        week=week,
        shopper=who,
        event=step.event,
        touchpoint=step.touchpoint,
        properties=step.properties,
        slots=step.slots,
        reaction=reaction,
    )


def _reaction(dice: random.Random, *, who: Shopper, step: Step, u: float) -> Reaction:
    answers = truth.propensity(u=u, segment=who.segment, language=who.language, channel="email") > dice.random()
    feeling = comments.feeling_of(u)
    late = step.touchpoint == "delivery" and step.operations.late_hours >= 1
    text = comments.compose(
        dice, language=who.language, touchpoint=step.touchpoint, feeling=feeling, slots=step.slots, late=late
    )
    talkative = dice.random() < (0.82 if feeling == "bad" else 0.6)
    return Reaction(
        u=u,
        answers=answers,
        answers_after=timedelta(minutes=dice.lognormvariate(4.6, 1.4)),
        stops_after_score=not talkative and dice.random() < 0.4,
        comment=text if talkative else "",
        letter=_letter(dice, who=who, u=u, text=text, slots=step.slots),
        keeps_answering=dice.random() < 0.45,
        grudge=dice.gauss(0, 1),
    )


def _letter(dice: random.Random, *, who: Shopper, u: float, text: str, slots: Mapping[str, str]) -> Letter | None:
    chance = dice.random()
    if chance < truth.complaint_probability(u):
        kind = "complaint"
    elif chance < truth.praise_probability(u):
        kind = "praise"
    else:
        return None
    subject, body = comments.letter(dice, language=who.language, kind=kind, body=text, slots=slots)
    return Letter(
        kind=kind,
        after=timedelta(minutes=dice.lognormvariate(4.0, 1.0)),
        channel=dice.choice(["email", "web", "phone"]),
        subject=subject,
        text=body,
    )
