"""What asks, answers and voices tell the lake: facts, never words."""

from datetime import datetime, timedelta

from django.db.models import Case, Q, Value, When
from django.db.models.fields.json import KT

from allears.jobs.hot import HotSource, holds, present
from allears.lake.tables import ASKS, RESPONSES, VOICES
from allears.listen.models import COUNTED, OUTSIDE, Invitation, Response, Voice

METRICS = ("nps", "csat", "ces")
SETTLED_AFTER = timedelta(hours=24)
"""A partial answer may still grow; it stays hot, and is counted all the same, until it has rested this long."""


def _settled(now: datetime) -> Q:
    return Q(completed_at__isnull=False) | Q(updated_at__lt=now - SETTLED_AFTER)


RESPONSE_SOURCE = HotSource(
    spec=RESPONSES,
    model=Response,
    ts="started_at",
    only=Q(metric__in=METRICS, score__isnull=False),
    ready=_settled,
    columns={
        "response_id": "id",
        "voice_id": "voice__id",
        "customer_key": "customer__key",
        "survey_key": "survey_version__survey__key",
        "survey_version": "survey_version__number",
        "family": "survey_version__survey__family",
        "metric": "metric",
        "score": "score",
        "scale_max": Case(When(metric="nps", then=Value(10)), When(metric="ces", then=Value(7)), default=Value(5)),
        "touchpoint_key": "touchpoint__key",
        "channel": "channel",
        "segment": "segment",
        "language": "language",
        "initiator": Case(
            When(voice__initiator__isnull=False, then="voice__initiator"), default=Value(Voice.Initiator.COMPANY)
        ),
        "invited": present("invitation_id"),
        "completed": present("completed_at"),
        "has_comment": holds(Q(voice__text__gt="")),
        "counted": holds(~Q(outcome__in=OUTSIDE)),
    },
)

ASK_SOURCE = HotSource(
    spec=ASKS,
    model=Invitation,
    ts="created_at",
    columns={
        "ask_id": "id",
        "decision_id": "decision_id",
        "customer_key": "customer__key",
        "survey_key": "survey_version__survey__key",
        "survey_version": "survey_version__number",
        "family": "survey_version__survey__family",
        "probe_key": "probe__key",
        "touchpoint_key": "touchpoint__key",
        "channel": "channel",
        "segment": KT("snapshot__customer__segment"),  # the customer's, then
        "language": "language",
        "delivered": present("sent_at"),
        "opened": present("opened_at"),
        "started": present("started_at"),
        "completed": present("completed_at"),
        "sent_ms": "sent_at",
        "opened_ms": "opened_at",
        "completed_ms": "completed_at",
    },
)

VOICE_SOURCE = HotSource(
    spec=VOICES,
    model=Voice,
    ts="said_at",
    only=COUNTED,
    columns={
        "voice_id": "id",
        "customer_key": "customer__key",
        "initiator": "initiator",
        "source_kind": "source_kind",
        "public": "public",
        "touchpoint_key": "touchpoint__key",
        "channel": "channel",
        "segment": "segment",
        "language": "language",
        "metric": "metric",
        "score": "score",
        "sentiment": "sentiment",
        "has_text": holds(Q(text__gt="")),
    },
)

SOURCES = (RESPONSE_SOURCE, ASK_SOURCE, VOICE_SOURCE)
