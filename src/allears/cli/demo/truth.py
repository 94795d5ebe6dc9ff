"""What is true in the simulated company: how satisfied customers are, and who answers. See docs/demo.md.

Each meeting of a customer with a touchpoint leaves a satisfaction u on a line of its own,

    u = base(touchpoint) + taste(customer) + segment + trend · (week − 13) / 13 + shocks(touchpoint, week)
        + operations (lateness, waiting, days, failure) + e,        e ~ Normal(0, 1.6²), taste ~ Normal(0, 1.0²)

and every score is u cut at fixed points, so the three metrics of one meeting agree with each other. A promoter is
u ≥ 8.5, a detractor u < 6.5. Whether someone answers depends on u too, so the answers alone are biased: `propensity`
says by how much.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

TASTE_SD = 1.0
NOISE_SD = 1.6
WEEKS = 26  # of history; later weeks stand where the last one stood

BASE: Mapping[str, float] = {
    "browse": 7.9,
    "store": 8.5,
    "order": 8.2,
    "payment": 8.6,
    "delivery": 8.3,
    "installation": 7.5,
    "app": 7.3,
    "call": 7.8,
    "chat": 7.4,
    "repair": 7.9,
    "return": 7.9,
    "bill": 8.1,
    "membership": 8.0,
}
TREND: Mapping[str, float] = {"app": 0.9, "chat": 0.4, "store": -0.2}  # from week 13 to week 26
SEGMENT: Mapping[str, float] = {"new": -0.3, "regular": 0.0, "vip": 0.4}
NPS_CUTS = (0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5)
CSAT_CUTS = (3.0, 5.0, 6.5, 8.3)
CES_CUTS = (2.0, 3.5, 5.0, 6.3, 7.5, 8.7)

DEPOT_MOVE = range(11, 14)  # weeks in which the depot moved: 45 % of deliveries late instead of 12 %
LATE_SHARE, LATE_SHARE_MOVING = 0.12, 0.45
NEW_FITTERS_FROM, NEW_FITTERS = 16, 1.1  # a better installation partner from this week on
APP_OUTAGE, APP_OUTAGE_EFFECT = 20, -1.8  # a bad release, mended within the week
PER_LOG_LATE = -1.15  # per ln(1 + hours late / 3)
PER_WAIT_MINUTE = -0.16  # on the phone or in the chat, beyond three minutes
PER_DAY = -0.22  # of a return or refund, beyond four days
PAYMENT_FAILED = -2.6
NOT_SOLVED = -2.0  # a call, chat or repair that did not solve it

ANSWER = -1.35  # logit of answering: the lukewarm, regular, English-speaking customer by e-mail
ANSWER_UNHAPPY, ANSWER_DELIGHTED = 0.75, 0.35  # u < 5; u ≥ 9.5
ANSWER_SEGMENT: Mapping[str, float] = {"new": -0.2, "regular": 0.0, "vip": 0.45}
ANSWER_LANGUAGE: Mapping[str, float] = {"en": 0.0, "zh": -0.15}
ANSWER_CHANNEL: Mapping[str, float] = {"email": 0.0, "web": 0.3}
COMPLAINS = ((3.0, 0.16), (5.0, 0.05))  # u below → probability of complaining unasked
PRAISES = (10.3, 0.05)  # u above → probability of praising unasked
RECOVERY = {"fast": 2.6, "slow": 0.9}  # added to u when the case was answered within its promise, or later


@dataclass(frozen=True, kw_only=True)
class Operations:
    """What operations did at one meeting, as far as it moves satisfaction."""

    late_hours: float = 0.0
    wait_minutes: float = 0.0
    days: float = 0.0
    failed: bool = False
    solved: bool = True


def shock(touchpoint: str, week: int) -> float:
    """Known changes of one touchpoint from week to week, beyond its trend."""
    if touchpoint == "installation" and week >= NEW_FITTERS_FROM:
        return NEW_FITTERS
    if touchpoint == "app" and week == APP_OUTAGE:
        return APP_OUTAGE_EFFECT
    return 0.0


def late_share(week: int) -> float:
    return LATE_SHARE_MOVING if week in DEPOT_MOVE else LATE_SHARE


def operations_effect(done: Operations) -> float:
    effect = PER_LOG_LATE * math.log1p(max(0.0, done.late_hours) / 3)
    effect += PER_WAIT_MINUTE * max(0.0, done.wait_minutes - 3)
    effect += PER_DAY * max(0.0, done.days - 4)
    return effect + PAYMENT_FAILED * done.failed + NOT_SOLVED * (not done.solved)


def expected(*, touchpoint: str, segment: str, week: int, operations: Operations) -> float:
    """The mean of u over customers' tastes and moods."""
    week = min(week, WEEKS)
    trend = TREND.get(touchpoint, 0.0) * (week - 13) / 13
    return BASE[touchpoint] + SEGMENT[segment] + trend + shock(touchpoint, week) + operations_effect(operations)


def nps_score(u: float) -> int:
    return bisect_right(NPS_CUTS, u)


def csat_score(u: float) -> int:
    return 1 + bisect_right(CSAT_CUTS, u)


def ces_score(u: float) -> int:
    return 1 + bisect_right(CES_CUTS, u)


SCORE = {"nps": nps_score, "csat": csat_score, "ces": ces_score}


def propensity(*, u: float, segment: str, language: str, channel: str) -> float:
    """The probability that this customer answers when asked about this meeting."""
    logit = ANSWER + ANSWER_SEGMENT[segment] + ANSWER_LANGUAGE[language] + ANSWER_CHANNEL[channel]
    logit += ANSWER_UNHAPPY * (u < 5) + ANSWER_DELIGHTED * (u >= 9.5)
    return 1 / (1 + math.exp(-logit))


def expected_nps(mean: float) -> float:
    """True NPS of a touchpoint whose u has this mean: 100 · (P(u ≥ 8.5) − P(u < 6.5)), u ~ Normal."""
    sd = math.hypot(TASTE_SD, NOISE_SD)
    return 100 * (_normal((mean - 8.5) / sd) - _normal((6.5 - mean) / sd))


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def complaint_probability(u: float) -> float:
    return next((share for below, share in COMPLAINS if u < below), 0.0)


def praise_probability(u: float) -> float:
    above, share = PRAISES
    return share if u > above else 0.0
