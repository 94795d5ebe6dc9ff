"""Shared and single-use links: anybody may answer there; each visitor gets an invitation of an own."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from allears.journeys.models import Touchpoint
from allears.listen.models import Invitation, Survey, SurveyLink

OPEN_FOR = timedelta(days=30)  # how long a visitor can come back to a begun answer


class UnknownTokenError(LookupError):
    """No invitation and no link has this token."""


class LinkError(ValueError):
    """A link that cannot be made; ``field`` names what to mend."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


@dataclass(frozen=True, kw_only=True)
class LinkSpec:
    """What a new link is for."""

    name: str
    channel: str = "link"
    touchpoint_id: int | None = None
    single_use: bool = False
    most: int | None = None
    closes_at: datetime | None = None


def create_link(*, survey: Survey, spec: LinkSpec, now: datetime) -> SurveyLink:
    """A new address for a survey; raises LinkError."""
    if not spec.name.strip():
        raise LinkError("name", "say where the link will stand")
    if spec.most is not None and spec.most < 1:
        raise LinkError("most", "allow at least one answer")
    if spec.closes_at is not None and spec.closes_at <= now:
        raise LinkError("closes_at", "this time is over already")
    touchpoints = Touchpoint.objects.in_workspace(survey.workspace_id)
    if spec.touchpoint_id is not None and not touchpoints.filter(id=spec.touchpoint_id).exists():
        raise LinkError("touchpoint_id", "there is no such touchpoint in this workspace")
    link: SurveyLink = SurveyLink.objects.create(
        workspace_id=survey.workspace_id, survey=survey, token=secrets.token_urlsafe(12), created_at=now, **vars(spec)
    )
    return link


def close_link(*, link: SurveyLink, now: datetime) -> None:
    """Take no new answers; begun ones stay as they are."""
    link.closed_at = link.closed_at or now
    link.save(update_fields=["closed_at"])


def takes(link: SurveyLink, invitation: Invitation, now: datetime) -> bool:
    """Whether the link still takes the answer of this visitor."""
    if link.closed_at is not None or (link.closes_at is not None and link.closes_at <= now):
        return False
    most = 1 if link.single_use else link.most
    if most is None:
        return True
    done = link.invitations.filter(completed_at__isnull=False).exclude(pk=invitation.pk)
    return bool(done.count() < most)


def visitor(*, token: str, once: str, now: datetime) -> tuple[Invitation, str]:
    """The invitation of a visitor at a shared link, unsaved unless known; and the word that leads to it again.

    Nothing is written here: who only looks leaves no trace. Raises UnknownTokenError.
    """
    link = (
        SurveyLink.objects.across_workspaces()  # the token itself says whose it is
        .select_related("workspace", "survey")
        .filter(token=token)
        .first()
    )
    if link is None:
        raise UnknownTokenError(token)
    once = "" if link.single_use else (once or secrets.token_urlsafe(12))
    own = _own_token(link, once)
    known = (
        Invitation.objects.in_workspace(link.workspace_id)
        .select_related("workspace", "survey_version__survey", "response", "customer", "link")
        .filter(token=own)
        .first()
    )
    return known or _fresh(link, own, now), once


def _own_token(link: SurveyLink, once: str) -> str:
    return salted_hmac("listen.links", f"{link.token}:{once}", algorithm="sha256").hexdigest()[:32]


def _fresh(link: SurveyLink, token: str, now: datetime) -> Invitation:
    version = link.survey.versions.select_related("survey").order_by("-number")[0]
    invitation = Invitation(
        workspace=link.workspace,
        token=token,
        survey_version=version,
        touchpoint_id=link.touchpoint_id,
        channel=link.channel,
        link=link,
        language="",
        created_at=now,
        expires_at=min(now + OPEN_FOR, link.closes_at or now + OPEN_FOR),
    )
    invitation.language = version.definition["languages"][0]
    return invitation


def settled(*, token: str, once: str, language: str, now: datetime) -> str:
    """The token of the invitation that an answer belongs to; a visitor's is made now. Raises UnknownTokenError."""
    if Invitation.objects.across_workspaces().filter(token=token).exists():
        return token
    invitation, _ = visitor(token=token, once=once, now=now)
    if invitation.pk is None:
        invitation.language = language
        try:
            with transaction.atomic():
                invitation.save()
        except IntegrityError:
            return invitation.token  # the same first answer, sent twice at the same moment
    return invitation.token
