"""Scored answers, asks and voices, keyword-only, with sensible defaults."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from allears.accounts.models import Workspace
from allears.journeys.models import Touchpoint
from allears.listen import originals
from allears.listen.models import Invitation, Response, Survey, SurveyVersion, Voice

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday
_numbers = itertools.count(1)


def touchpoint(*, workspace: Workspace, key: str = "delivery") -> Touchpoint:
    return Touchpoint.objects.in_workspace(workspace.pk).get_or_create(
        workspace=workspace, key=key, defaults={"name": key.title()}
    )[0]


def survey_version(*, workspace: Workspace, family: str = "nps") -> SurveyVersion:
    survey, _ = Survey.objects.in_workspace(workspace.pk).get_or_create(
        workspace=workspace, key=family, defaults={"name": family, "family": family}
    )
    return SurveyVersion.objects.in_workspace(workspace.pk).get_or_create(
        workspace=workspace, survey=survey, number=1, defaults={"definition": {}}
    )[0]


def response(*, workspace: Workspace, score: int | None, at: datetime = NOON, **fields: Any) -> Response:
    """A completed NPS answer by e-mail at the touchpoint `delivery`, unless said otherwise."""
    key = fields.pop("touchpoint", "delivery")
    row = {
        "key": f"response-{next(_numbers)}",
        "metric": "nps",
        "score": score,
        "channel": "email",
        "started_at": at,
        "updated_at": at,
        "completed_at": at,
        "touchpoint": touchpoint(workspace=workspace, key=key) if key else None,
    }
    return Response.objects.create(workspace=workspace, **row | fields)


def invitation(*, workspace: Workspace, at: datetime = NOON, stage: str = "sent", **fields: Any) -> Invitation:
    """An ask that got as far as ``stage``: made, sent, opened, started or completed."""
    stages = ["sent", "opened", "started", "completed"]
    reached = stages[: stages.index(stage) + 1] if stage in stages else []
    key = fields.pop("touchpoint", "delivery")
    row = {
        "token": f"token-{next(_numbers)}",
        "survey_version": survey_version(workspace=workspace, family=fields.pop("family", "nps")),
        "touchpoint": touchpoint(workspace=workspace, key=key) if key else None,
        "channel": "email",
        "language": "en",
        "created_at": at,
        "expires_at": at + timedelta(days=7),
    }
    return Invitation.objects.create(workspace=workspace, **row | {f"{s}_at": at for s in reached} | fields)


def voice(*, workspace: Workspace, text: str = "Late again", at: datetime = NOON, **fields: Any) -> Voice:
    words = originals.blot(text)
    row = {
        "key": f"voice-{next(_numbers)}",
        "initiator": "company",
        "source_kind": "survey",
        "channel": "email",
        "text": words.text,
        "hidden": words.hidden or None,
        "said_at": at,
    }
    made: Voice = Voice.objects.create(workspace=workspace, **row | fields)
    kept = originals.Original(row_id=made.pk, customer_id=made.customer_id, said={"text": text}, at=made.said_at)
    originals.keep_voices(workspace_id=workspace.pk, originals=[kept] if words.hidden else [])
    return made
