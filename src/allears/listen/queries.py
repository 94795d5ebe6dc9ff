"""Scoped reads of listening."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from allears.listen.definition import Definition, parse
from allears.listen.models import Invitation, Probe, Response, Survey, SurveyVersion, Voice
from allears.outreach.models import Decision
from allears.outreach.returned import first_tries


def surveys(*, workspace_id: int) -> QuerySet[Survey]:
    """Surveys on the list, oldest first."""
    found: QuerySet[Survey] = Survey.objects.in_workspace(workspace_id)
    return found.filter(archived_at__isnull=True).order_by("id")


def access_survey(*, workspace_id: int, survey_id: int) -> Survey:
    survey: Survey = Survey.objects.in_workspace(workspace_id).get(id=survey_id)
    return survey


def latest_version(*, survey: Survey) -> tuple[SurveyVersion, Definition]:
    """The version in force; a survey always has one."""
    version = survey.versions.order_by("-number")[0]
    return version, parse(version.definition)


def latest_versions(*, workspace_id: int) -> Mapping[int, tuple[SurveyVersion, Definition]]:
    """The version in force of every survey, by the survey's id, in one query."""
    newest = SurveyVersion.objects.in_workspace(workspace_id).filter(survey=OuterRef("survey")).order_by("-number")
    rows = SurveyVersion.objects.in_workspace(workspace_id).filter(number=Subquery(newest.values("number")[:1]))
    return {version.survey_id: (version, parse(version.definition)) for version in rows}


def probes(*, workspace_id: int) -> QuerySet[Probe]:
    found: QuerySet[Probe] = Probe.objects.in_workspace(workspace_id).select_related("touchpoint", "survey")
    return found


def access_probe(*, workspace_id: int, probe_id: int) -> Probe:
    return probes(workspace_id=workspace_id).get(id=probe_id)


def invitations(*, workspace_id: int) -> QuerySet[Invitation]:
    found: QuerySet[Invitation] = Invitation.objects.in_workspace(workspace_id)
    return found


def responses(*, workspace_id: int) -> QuerySet[Response]:
    found: QuerySet[Response] = Response.objects.in_workspace(workspace_id)
    return found


def voices(*, workspace_id: int) -> QuerySet[Voice]:
    found: QuerySet[Voice] = Voice.objects.in_workspace(workspace_id)
    return found


@dataclass(frozen=True, kw_only=True)
class ProbeFigures:
    """What became of a probe's wishes: counted by verdict and by rule, and how many answered."""

    asked: int = 0
    held: int = 0
    never: int = 0
    answered: int = 0
    refusals: Sequence[tuple[str, int]] = field(default_factory=tuple)  # rule, count; most frequent first
    next_due: datetime | None = None

    @property
    def wished(self) -> int:
        return self.asked + self.held + self.never

    @property
    def answer_rate(self) -> float | None:
        return self.answered / self.asked if self.asked else None


def probe_figures(*, workspace_id: int, now: datetime, days: int = 30) -> Mapping[str, ProbeFigures]:
    """By probe key, over the last days, in three queries; held asks that were decided anew count once, as decided."""
    since = now - timedelta(days=days)
    standing = Decision.objects.in_workspace(workspace_id).filter(first_tries(), at__gte=since, settled_at__isnull=True)
    counts: dict[str, Counter[tuple[str, str]]] = {}
    rows = standing.exclude(probe_key="").values_list("probe_key", "verdict", "rule").annotate(n=Count("id"))
    for key, verdict, rule, number in rows:
        counts.setdefault(key, Counter())[verdict, rule] += number
    answered = Counter[str]()
    started = Invitation.objects.in_workspace(workspace_id).filter(
        created_at__gte=since, started_at__isnull=False, probe__isnull=False
    )
    for key, number in started.values_list("probe__key").annotate(n=Count("id")):
        answered[key] += number
    held = standing.filter(verdict="held").exclude(probe_key="").order_by("-held_until")
    due: dict[str, datetime | None] = dict(held.values_list("probe_key", "held_until"))
    return {key: _figures(found, answered[key], due.get(key)) for key, found in counts.items()}


def _figures(found: Counter[tuple[str, str]], answered: int, due: datetime | None) -> ProbeFigures:
    def total(wanted: str) -> int:
        return sum(number for (verdict, _), number in found.items() if verdict == wanted)

    refusals = Counter[str]()
    for (verdict, rule), number in found.items():
        if verdict != "sent":
            refusals[rule] += number
    return ProbeFigures(
        asked=total("sent"),
        held=total("held"),
        never=total("never"),
        answered=answered,
        refusals=tuple(refusals.most_common()),
        next_due=due,
    )


def next_asks(*, workspace_id: int, probe_key: str, limit: int = 20) -> list[Decision]:
    """The held asks that come due next."""
    held = Decision.objects.in_workspace(workspace_id).filter(
        probe_key=probe_key, verdict="held", settled_at__isnull=True
    )
    return list(held.select_related("customer").order_by("held_until", "id")[:limit])


def survey_use(*, workspace_id: int) -> Mapping[int, tuple[int, int]]:
    """By survey: how many invitations, how many begun."""
    rows = (
        Invitation.objects.in_workspace(workspace_id)
        .values_list("survey_version__survey_id")
        .annotate(asked=Count("id"), begun=Count("id", filter=Q(started_at__isnull=False)))
    )
    return {survey_id: (asked, begun) for survey_id, asked, begun in rows}
