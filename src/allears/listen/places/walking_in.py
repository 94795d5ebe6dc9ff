"""Answers of people who came by themselves: each visit is one invitation that nobody had to send.

The visit's name is chosen where it happens (a browser, a tablet, a telephone system), so a repeat changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from allears.listen import answering
from allears.listen.answering import Saved
from allears.listen.asking import latest_versions
from allears.listen.definition import Definition
from allears.listen.models import Invitation, Survey
from allears.listen.places.models import Place

OPEN_FOR = timedelta(days=2)
CHANNELS = {"site": "widget", "qr": "qr", "kiosk": "kiosk", "line": "ivr"}


class NothingToAskError(LookupError):
    """The place has no such survey, or it was closed."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One person at one place, once."""

    place: Place
    key: str  # of the visit; a repeat under the same key is the same visit
    survey_key: str = ""  # empty: the place's own
    customer_id: int | None = None
    language: str = ""


def survey_of(*, place: Place, key: str = "") -> tuple[int, Definition]:
    """The version that is asked there now; raises NothingToAskError."""
    rows = Survey.objects.in_workspace(place.workspace_id).filter(archived_at__isnull=True)
    survey = rows.filter(key=key).first() if key else rows.filter(id=place.survey_id).first()
    if survey is None or place.ended_at is not None:
        raise NothingToAskError(key or place.code)
    version, definition = latest_versions(workspace_id=place.workspace_id, survey_ids=[survey.pk])[survey.pk]
    return version.id, definition


def token_of(visit: Visit) -> str:
    """The same visit has the same token, and nobody can guess another's."""
    name = f"{visit.place.code}:{visit.survey_key}:{visit.key}"
    return salted_hmac("allears.listen.places", name, algorithm="sha256").hexdigest()[:40]


def walk_in(*, visit: Visit, now: datetime) -> Invitation:
    """The visit's invitation, made at its first answer; raises NothingToAskError."""
    place, token = visit.place, token_of(visit)
    found: Invitation | None = Invitation.objects.in_workspace(place.workspace_id).filter(token=token).first()
    if found is not None:
        return found
    version_id, definition = survey_of(place=place, key=visit.survey_key)
    values = {
        "workspace_id": place.workspace_id,
        "survey_version_id": version_id,
        "customer_id": visit.customer_id,
        "touchpoint_id": place.touchpoint_id,
        "channel": CHANNELS[place.kind],
        "snapshot": {"place": {"code": place.code, "name": place.name, "employee": place.employee}},
        "language": definition.language_for(visit.language),
        "created_at": now,
        "sent_at": now,
        "expires_at": now + OPEN_FOR,
    }
    rows = Invitation.objects.in_workspace(place.workspace_id)
    made: Invitation
    made, created = rows.get_or_create(token=token, defaults=values)
    if created:
        Place.objects.in_workspace(place.workspace_id).filter(pk=place.pk).update(answered=F("answered") + 1)
    return made


def answer(*, visit: Visit, given: dict[str, Any], complete: bool, language: str, now: datetime) -> Saved:
    """Keep what was given at a place; raises NothingToAskError or answering.ClosedError."""
    with transaction.atomic():
        invitation = walk_in(visit=visit, now=now)
        return answering.save(
            token=invitation.token, given=given, complete=complete, language=language or invitation.language, now=now
        )
