"""A probe's quota in a rehearsal: customers are played one after another, and only then is it known who came first.

The asks go through the quota in order of time: whoever meets it full, when first wished or when sent, is not asked.
What such an ask had held back of the same customer stays held back.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from allears.outreach.rehearsing import Outcome

BEFORE_THE_QUOTA = frozenset({"sampled_out", "hold_out", "overtaken", "expired"})  # rules that are looked at earlier


@dataclass(frozen=True, kw_only=True)
class Played:
    """One ask as it came out without a quota; times as text, to be kept as JSON."""

    since: str  # first wished
    at: str  # last ruled on
    turn: int
    segment: str
    channel: str
    verdict: str
    rule: str

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        return cls(
            since=(outcome.since or outcome.at).isoformat(),
            at=outcome.at.isoformat(),
            turn=outcome.turn,
            segment=outcome.segment,
            channel=outcome.channel,
            verdict=outcome.verdict,
            rule=outcome.rule,
        )


def within_quota(
    asks: Sequence[Played],
    *,
    limits: Mapping[str, int],
    span: timedelta,
    before: Sequence[tuple[datetime, str]],
    one_in: int = 1,
) -> list[Played]:
    """The asks with those refused that met a full quota. ``before``: what was asked earlier (when, segment); each ask
    played stands for ``one_in``.
    """
    if not limits:
        return list(asks)
    made: dict[str, list[datetime]] = {cell: [] for cell in limits}

    def note(at: datetime, segment: str, many: int) -> None:
        for cell in {"", segment} & set(made):
            made[cell] += [at] * many

    for moment, segment in sorted(before):
        note(moment, segment, 1)
    full = set[int]()
    for at, number, is_last in _moments(asks):
        ask = asks[number]
        cell = ask.segment if ask.segment in limits else ""
        if cell in limits and ask.rule not in BEFORE_THE_QUOTA:
            begin = datetime.fromisoformat(ask.since) - span  # counted from the first look on, as the governor does
            if len(made[cell]) - bisect_left(made[cell], begin) >= limits[cell]:
                full.add(number)
        if is_last and ask.verdict == "sent" and number not in full:
            note(at, ask.segment, one_in)
    return [replace(ask, verdict="never", rule="quota") if at in full else ask for at, ask in enumerate(asks)]


def _moments(asks: Sequence[Played]) -> list[tuple[datetime, int, bool]]:
    """When each ask was first and last ruled on, in order of time."""
    found = [
        (datetime.fromisoformat(moment), ask.turn, is_last, number)
        for number, ask in enumerate(asks)
        for moment, is_last in ((ask.since, False), (ask.at, True))
    ]
    return [(at, number, is_last) for at, _turn, is_last, number in sorted(found)]
