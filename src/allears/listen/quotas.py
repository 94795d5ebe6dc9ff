"""Quotas: how many of a kind have answered, and who is counted. Each wave of a study counts for itself."""

from collections.abc import Sequence

from django.db.models import Count

from allears.listen.definition import Definition
from allears.listen.models import Invitation, QuotaPlace, Response, Survey


def full(*, invitation: Invitation, definition: Definition, beside: int | None, lock: bool = False) -> tuple[str, ...]:
    """The quotas that take nobody more; places of the response ``beside`` are its own.

    ``lock`` (inside a transaction) lets one response at a time be counted, so that a quota is never overrun.
    """
    if not definition.quotas:
        return ()
    survey_id = invitation.survey_version.survey_id
    if lock:
        Survey.objects.across_workspaces().select_for_update().get(pk=survey_id)  # the caller's own survey
    taken = places(survey_id=survey_id, of_round=invitation.round, beside=beside)
    return tuple(quota.name for quota in definition.quotas if taken.get(quota.name, 0) >= quota.limit)


def places(*, survey_id: int, of_round: str = "", beside: int | None = None) -> dict[str, int]:
    """How many places of each quota are taken."""
    rows = QuotaPlace.objects.across_workspaces().filter(survey_id=survey_id, round=of_round)  # the caller's own survey
    return dict(rows.exclude(response_id=beside).values_list("name").annotate(taken=Count("id")).order_by())


def take(invitation: Invitation, response: Response, names: Sequence[str]) -> None:
    """Count a complete response for these quotas, and for no others."""
    mine = QuotaPlace.objects.in_workspace(response.workspace_id).filter(response=response)
    if response.completed_at is None:
        return
    known = set(mine.values_list("name", flat=True))
    mine.filter(name__in=known - set(names)).delete()
    survey_id = invitation.survey_version.survey_id
    for name in names:
        if name not in known:
            QuotaPlace.objects.create(
                workspace_id=response.workspace_id,
                survey_id=survey_id,
                round=invitation.round,
                name=name,
                response=response,
            )
