"""Whom a study is about, who of them rests, and in which order they are drawn."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from allears.customers.models import Customer
from allears.customers.queries import customers
from allears.listen.conditions import understood
from allears.listen.studies.models import Member, Study
from allears.outreach.governor import sample_position
from allears.science.sampling import allocate

AT_ONCE = 5000


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What a wave is drawn from, by segment. ``lines`` stand in the order of the draw."""

    population: Mapping[str, int] = field(default_factory=dict)
    resting: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[str, list[int]] = field(default_factory=dict)

    def wanted(self, study: Study) -> dict[str, int]:
        """How many of each segment the study wants to ask."""
        available = {segment: len(line) for segment, line in self.lines.items()}
        return allocate(available, size=study.sample_size, quotas=study.quotas)

    def as_json(self, study: Study) -> dict[str, dict[str, int]]:
        wanted = self.wanted(study)
        return {
            segment: {
                "population": number,
                "resting": self.resting.get(segment, 0),
                "wanted": wanted.get(segment, 0),
            }
            for segment, number in sorted(self.population.items())
        }


def frame_of(*, study: Study, number: int) -> Frame:
    """The population of the wave of this number. The draw is a fixed hash, so that it can be checked."""
    resting = _resting(study, number)
    population, rests = Counter[str](), Counter[str]()
    places: dict[str, list[tuple[float, int]]] = {}
    for customer_id, key, segment in _people(study):
        population[segment] += 1
        if customer_id in resting:
            rests[segment] += 1
        else:
            place = sample_position(f"study:{study.pk}:{number}:{key}")
            places.setdefault(segment, []).append((place, customer_id))
    lines = {segment: [customer_id for _, customer_id in sorted(found)] for segment, found in places.items()}
    return Frame(population=population, resting=rests, lines={name: lines.get(name, []) for name in population})


def _people(study: Study) -> Iterator[tuple[int, str, str]]:
    """(id, key, segment) of everybody whom the study is about."""
    rows: QuerySet[Customer] = customers(workspace_id=study.workspace_id)
    if study.segments:
        rows = rows.filter(segment__in=study.segments)
    check = understood(study.conditions).customer
    if check is None:
        yield from rows.order_by("id").values_list("id", "key", "segment").iterator(AT_ONCE)
        return
    wanted = ("id", "key", "segment", "language", "attributes")
    for number, key, segment, language, attributes in rows.order_by("id").values_list(*wanted).iterator(AT_ONCE):
        portrait: dict[str, Any] = {"segment": segment, "language": language, "attributes": attributes}
        if check(portrait):
            yield number, key, segment


def _resting(study: Study, number: int) -> Collection[int]:
    """Who was asked, or waits to be, in the waves just before."""
    if not study.rest_waves:
        return frozenset()
    before = (
        Member.objects.in_workspace(study.workspace_id)
        .filter(wave__study=study, wave__number__lt=number, wave__number__gte=number - study.rest_waves)
        .exclude(verdict="never")
        .exclude(customer=None)
    )
    return set(before.values_list("customer_id", flat=True))
