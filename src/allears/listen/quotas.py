"""Quotas: how many of a kind have answered, and who is counted."""

from collections import Counter
from collections.abc import Sequence

from allears.listen.definition import Definition
from allears.listen.models import QuotaPlace, Response, Survey


def full(*, survey_id: int, definition: Definition, beside: int | None, lock: bool = False) -> tuple[str, ...]:
    """The quotas that take nobody more; places of the response ``beside`` are its own.

    ``lock`` (inside a transaction) lets one response at a time be counted, so that a quota is never overrun.
    """
    if not definition.quotas:
        return ()
    if lock:
        Survey.objects.across_workspaces().select_for_update().get(pk=survey_id)  # the caller's own survey
    taken = Counter(places(survey_id=survey_id, beside=beside))
    return tuple(quota.name for quota in definition.quotas if taken[quota.name] >= quota.limit)


def places(*, survey_id: int, beside: int | None = None) -> list[str]:
    """The quota of each place that is taken."""
    rows = QuotaPlace.objects.across_workspaces().filter(survey_id=survey_id)  # the caller's own survey
    return list(rows.exclude(response_id=beside).values_list("name", flat=True))


def take(response: Response, names: Sequence[str]) -> None:
    """Count a complete response for these quotas, and for no others."""
    mine = QuotaPlace.objects.in_workspace(response.workspace_id).filter(response=response)
    if response.completed_at is None:
        return
    known = set(mine.values_list("name", flat=True))
    mine.filter(name__in=known - set(names)).delete()
    version = response.survey_version
    assert version is not None
    for name in names:
        if name not in known:
            QuotaPlace.objects.create(
                workspace_id=response.workspace_id, survey_id=version.survey_id, name=name, response=response
            )
