"""Scoped reads beside a voice: who passed it on, who was thanked."""

from datetime import datetime

from allears.accounts.models import Membership
from allears.people.models import DigestChoice, Follow, Share, Thanks
from allears.store.scope import ScopedQuerySet


def shares_of(*, workspace_id: int, voice_id: int) -> ScopedQuerySet[Share]:
    """To whom a voice was passed on, the latest first."""
    rows: ScopedQuerySet[Share] = Share.objects.in_workspace(workspace_id)
    found = rows.filter(voice_id=voice_id, ended_at__isnull=True)
    return found.select_related("by__user", "to_member__user", "to_team").order_by("-pk")


def thanks_for(*, workspace_id: int, voice_id: int) -> ScopedQuerySet[Thanks]:
    """Who was thanked for a voice, the latest first."""
    rows: ScopedQuerySet[Thanks] = Thanks.objects.in_workspace(workspace_id)
    found = rows.filter(voice_id=voice_id, ended_at__isnull=True)
    return found.select_related("by__user", "to_member__user").order_by("-pk")


def access_follow(*, member: Membership, follow_id: int) -> Follow:
    """One thing this member follows or followed; raises DoesNotExist for a colleague's."""
    follow: Follow = Follow.objects.in_workspace(member.workspace_id).filter(member=member).get(pk=follow_id)
    return follow


def access_share(*, workspace_id: int, share_id: int) -> Share:
    """One share of this workspace; raises DoesNotExist."""
    share: Share = Share.objects.in_workspace(workspace_id).select_related("voice").get(pk=share_id)
    return share


def access_thanks(*, workspace_id: int, thanks_id: int) -> Thanks:
    """One thank-you of this workspace; raises DoesNotExist."""
    thanks: Thanks = Thanks.objects.in_workspace(workspace_id).select_related("voice").get(pk=thanks_id)
    return thanks


def digest_choice(*, member: Membership, now: datetime) -> DigestChoice:
    """How often this member wants their digest; ``off`` for whoever never chose."""
    rows = DigestChoice.objects.in_workspace(member.workspace_id)
    held: DigestChoice | None = rows.filter(member=member).first()
    return held or DigestChoice(workspace_id=member.workspace_id, member=member, changed_at=now)
