"""From a drawn customer to the governor, and from an allowed ask to an invitation that ends with its wave."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from allears.listen import asking
from allears.listen.models import Invitation
from allears.listen.studies.models import Member, Study, Wave
from allears.outreach.contracts import Proposal, Release

WAVE = re.compile(r"wave:(?P<wave>(?P<study>\d+)\.\d+):")  # of an ask's key


def proposals_for(
    *,
    study: Study,
    number: int,
    closes_at: datetime,
    customer_ids: Sequence[int],
    portraits: Mapping[int, Mapping[str, Any]],
    wave_id: int | None,
) -> list[Proposal]:
    """The wish to ask each of them once in this wave; without a ``wave_id`` it is only tried."""
    return [
        Proposal(
            customer_id=customer_id,
            purpose="survey",
            family=study.survey.family,
            channel=study.channel,
            ask_key=f"wave:{study.pk}.{number}:{customer_id}",
            probe_key=study.probe_key,
            expires_at=closes_at,
            fallbacks=tuple(study.fallbacks),
            priority=study.priority,
            context=asking.Ask(
                survey_id=study.survey_id,
                wave_id=wave_id,
                snapshot={"customer": dict(portraits.get(customer_id, {})), "round": f"wave:{study.pk}.{number}"},
            ).as_context(),
        )
        for customer_id in customer_ids
    ]


def invite(*, workspace_id: int, releases: Sequence[Release], now: datetime) -> list[Invitation]:
    """Invitations for asks that the governor allowed; those of a wave are tied to it and close with it."""
    made = asking.invite(workspace_id=workspace_id, releases=releases, now=now)
    waves: dict[int, list[Invitation]] = {}
    for invitation, release in zip(made, releases, strict=True):
        if number := release.proposal.context.get("wave_id"):
            waves.setdefault(number, []).append(invitation)
    for number, mine in waves.items():
        _tie(workspace_id, number, mine)
    return made


def ends_of(*, workspace_id: int, proposals: Sequence[Proposal]) -> dict[str, datetime]:
    """Of waiting asks, those whose wave was closed early: since when."""
    found = {each.ask_key: match for each in proposals if (match := WAVE.match(each.ask_key))}
    if not found:
        return {}
    studies = {int(match["study"]) for match in found.values()}
    waves = Wave.objects.in_workspace(workspace_id).filter(study_id__in=studies, closed_at__isnull=False)
    over = {f"{wave.study_id}.{wave.number}": wave.over_at for wave in waves}
    return {ask_key: over[match["wave"]] for ask_key, match in found.items() if match["wave"] in over}


def _tie(workspace_id: int, wave_id: int, invitations: Sequence[Invitation]) -> None:
    wave = Wave.objects.in_workspace(workspace_id).get(pk=wave_id)
    ids = [each.pk for each in invitations]
    Invitation.objects.in_workspace(workspace_id).filter(pk__in=ids).update(expires_at=wave.over_at)
    by_customer = {each.customer_id: each.pk for each in invitations}
    members = list(
        Member.objects.in_workspace(workspace_id).filter(wave=wave, customer_id__in=list(by_customer), invitation=None)
    )
    for member in members:
        member.invitation_id = by_customer[member.customer_id]
    Member.objects.in_workspace(workspace_id).bulk_update(members, ["invitation"], batch_size=500)
