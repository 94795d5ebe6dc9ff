"""What `listen` tells other systems."""

from typing import Any

from django.utils.translation import gettext_lazy

from allears.events.webhooks.catalogue import EventType, Told
from allears.events.webhooks.shapes import CUSTOMER_FIELDS, CUSTOMER_SAMPLE, customer_data, link, time
from allears.listen.models import Response, Voice

WORTH = ("metric", "score", "channel", "language", "segment")


def voice_received(*, workspace_id: int, voice_id: int, updated: bool = False) -> Told | None:
    """The voice with its words as they stand now."""
    rows = Voice.objects.in_workspace(workspace_id).select_related("customer", "touchpoint", "response")
    voice: Voice | None = rows.filter(pk=voice_id).first()
    if voice is None:
        return None
    shown: dict[str, Any] = {
        "id": voice.pk,
        "initiator": voice.initiator,
        "source_kind": voice.source_kind,
        "public": voice.public,
        "text": voice.text,
        **{name: getattr(voice, name) for name in WORTH},
        "touchpoint": voice.touchpoint.key if voice.touchpoint else None,
        "response_id": voice.response_id,
        "said_at": time(voice.said_at),
        "link": link(f"/listen/voices/{voice.pk}"),
    }
    data = {"voice": shown, "updated": updated, "customer": customer_data(voice.customer)}
    return Told(data=data, customer_id=voice.customer_id)


def response_completed(*, workspace_id: int, response_id: int) -> Told | None:
    """The whole answer."""
    rows = Response.objects.in_workspace(workspace_id).select_related(
        "customer", "touchpoint", "survey_version__survey", "invitation__probe"
    )
    response: Response | None = rows.filter(pk=response_id).first()
    if response is None:
        return None
    invitation, version = response.invitation, response.survey_version
    shown: dict[str, Any] = {
        "id": response.pk,
        **{name: getattr(response, name) for name in WORTH},
        "answers": response.answers,
        "survey": version.survey.key if version else None,
        "survey_version": version.number if version else None,
        "probe": invitation.probe.key if invitation and invitation.probe else None,
        "touchpoint": response.touchpoint.key if response.touchpoint else None,
        "started_at": time(response.started_at),
        "completed_at": time(response.completed_at),
    }
    return Told(
        data={"response": shown, "customer": customer_data(response.customer)}, customer_id=response.customer_id
    )


VOICE_RECEIVED = EventType(
    name="voice.received",
    summary=gettext_lazy("A customer said something, or added to what they said."),
    tell="allears.listen.webhooks.voice_received",
    fields={
        "voice.id": "integer",
        "voice.initiator": "string: company (we asked) or customer (they came by themselves)",
        "voice.source_kind": "string: survey, complaint, praise, request, review, social, chat, call, media, regulator",
        "voice.public": "boolean: said for all to read",
        "voice.text": "string, may be empty; a * for each character of personal data",
        "voice.metric": "string: nps, csat, ces, or empty",
        "voice.score": "integer or null",
        "voice.channel": "string",
        "voice.language": "string, may be empty",
        "voice.segment": "string: the customer's then, may be empty",
        "voice.touchpoint": "string or null: the touchpoint's key",
        "voice.response_id": "integer or null: the survey response it belongs to",
        "voice.said_at": "string: ISO 8601 in UTC",
        "voice.link": "string: its page in the console",
        "updated": "boolean: true when words or score were added to a voice told before",
        **CUSTOMER_FIELDS,
    },
    sample={
        "voice": {
            "id": 8731,
            "initiator": "company",
            "source_kind": "survey",
            "public": False,
            "text": "The sofa came two days late and nobody told me.",
            "metric": "nps",
            "score": 3,
            "channel": "email",
            "language": "en",
            "segment": "gold",
            "touchpoint": "delivery",
            "response_id": 5120,
            "said_at": "2026-03-01T09:00:00Z",
            "link": "https://ears.example.com/listen/voices/8731",
        },
        "updated": False,
        "customer": CUSTOMER_SAMPLE,
    },
)
RESPONSE_COMPLETED = EventType(
    name="response.completed",
    summary=gettext_lazy("A customer finished a survey."),
    tell="allears.listen.webhooks.response_completed",
    fields={
        "response.id": "integer",
        "response.metric": "string: nps, csat, ces, or empty",
        "response.score": "integer or null: of the main question",
        "response.channel": "string",
        "response.language": "string, may be empty",
        "response.segment": "string: the customer's then, may be empty",
        "response.answers": "object: question name to answer; in own words a * for each character of personal data",
        "response.survey": "string or null: the survey's key",
        "response.survey_version": "integer or null",
        "response.probe": "string or null: the probe's key",
        "response.touchpoint": "string or null: the touchpoint's key",
        "response.started_at": "string: ISO 8601 in UTC",
        "response.completed_at": "string: ISO 8601 in UTC",
        **CUSTOMER_FIELDS,
    },
    sample={
        "response": {
            "id": 5120,
            "metric": "nps",
            "score": 3,
            "channel": "email",
            "language": "en",
            "segment": "gold",
            "answers": {"nps": 3, "why": "The sofa came two days late and nobody told me."},
            "survey": "nps-why",
            "survey_version": 1,
            "probe": "after-delivery",
            "touchpoint": "delivery",
            "started_at": "2026-03-01T09:00:00Z",
            "completed_at": "2026-03-01T09:01:10Z",
        },
        "customer": CUSTOMER_SAMPLE,
    },
)
