"""Drawing a wave: segment by segment in the order of the hash, until as many may be asked as were wanted.

Whom the governor refuses for good is followed by the next in line, so that refusals do not shrink the sample. Each
chunk is one transaction that holds the lease and locks the wave: a killed draw goes on where it was, and two workers
draw nobody twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from allears.jobs.lease import hold
from allears.listen import asking as listen_asking
from allears.listen.studies import asking
from allears.listen.studies.models import Member, Study, Wave
from allears.listen.studies.population import frame_of
from allears.outreach.actions import propose
from allears.outreach.contracts import Release, Ruling

CHUNK = 200  # customers ruled on in one transaction
LEASE = "studies"
LEASE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The lease that a draw is made under."""

    owner: str
    fence: int
    now: Callable[[], datetime]


def draw(*, wave: Wave, turn: Turn) -> int:
    """Draw until the wave is complete; how many were drawn now. Raises LeaseLostError."""
    study = wave.study
    lines = frame_of(study=study, number=wave.number).lines
    drawn = 0
    for segment, wanted in wanted_of(wave).items():
        line = iter(_not_drawn(wave, lines.get(segment, ())))
        while (more := _next(wave, study, segment, wanted, line, turn)) is not None:
            drawn += more
    complete = Wave.objects.in_workspace(wave.workspace_id).filter(pk=wave.pk, drawn_at=None, closed_at=None)
    complete.update(drawn_at=turn.now())
    return drawn


def wanted_of(wave: Wave) -> dict[str, int]:
    """By segment, as it was worked out when the wave opened."""
    return {segment: told["wanted"] for segment, told in wave.frame.items()}


def _not_drawn(wave: Wave, line: Sequence[int]) -> list[int]:
    rows = Member.objects.in_workspace(wave.workspace_id).filter(wave=wave)
    known = set(rows.values_list("customer_id", flat=True))
    return [number for number in line if number not in known]


def _next(wave: Wave, study: Study, segment: str, wanted: int, line: Iterator[int], turn: Turn) -> int | None:
    """The next of the line, as many as are missing; None when none is, the line has ended or the wave was closed."""
    now = turn.now()
    with transaction.atomic():
        hold(name=LEASE, owner=turn.owner, fence=turn.fence, now=now, seconds=LEASE_SECONDS)
        if Wave.objects.in_workspace(wave.workspace_id).select_for_update().get(pk=wave.pk).closed_at:
            return None
        missing = wanted - may_be_asked(wave)[segment]
        ids = [number for _, number in zip(range(min(missing, CHUNK)), line, strict=False)]
        if not ids:
            return None
        known = Member.objects.in_workspace(wave.workspace_id).filter(wave=wave, customer_id__in=ids)
        taken = set(known.values_list("customer_id", flat=True))
        return _ask(wave, study, segment, [number for number in ids if number not in taken], now)


def may_be_asked(wave: Wave) -> Counter[str]:
    """How many of those drawn may be asked now or later, by segment."""
    rows = Member.objects.in_workspace(wave.workspace_id).filter(wave=wave).exclude(verdict="never")
    return Counter(dict(rows.values_list("segment").annotate(n=Count("id"))))


def _ask(wave: Wave, study: Study, segment: str, ids: Sequence[int], now: datetime) -> int:
    workspace_id = wave.workspace_id
    proposals = asking.proposals_for(
        study=study,
        number=wave.number,
        closes_at=wave.closes_at,
        customer_ids=ids,
        portraits=listen_asking.portraits(workspace_id=workspace_id, customer_ids=ids),
        wave_id=wave.pk,
    )
    rulings = propose(workspace_id=workspace_id, proposals=proposals, now=now)
    Member.objects.in_workspace(workspace_id).bulk_create(_members(wave, segment, ids, rulings, now), batch_size=500)
    allowed = [
        Release(ruling=ruling, proposal=proposal)
        for ruling, proposal in zip(rulings, proposals, strict=True)
        if ruling.fresh and ruling.verdict == "sent"
    ]
    if allowed:
        asking.invite(workspace_id=workspace_id, releases=allowed, now=now)
    return len(ids)


def _members(
    wave: Wave, segment: str, ids: Sequence[int], rulings: Sequence[Ruling], now: datetime
) -> Iterator[Member]:
    for customer_id, ruling in zip(ids, rulings, strict=True):
        yield Member(
            workspace_id=wave.workspace_id,
            wave=wave,
            customer_id=customer_id,
            segment=segment,
            verdict=ruling.verdict,
            rule=ruling.rule,
            drawn_at=now,
        )


def sample_of(lines: Mapping[str, Sequence[int]], wanted: Mapping[str, int]) -> list[tuple[int, str]]:
    """(customer, segment) of those who would be drawn first, nobody refused."""
    return [(number, segment) for segment in sorted(lines) for number in lines[segment][: wanted.get(segment, 0)]]
