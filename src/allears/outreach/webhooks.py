"""What `outreach` tells other systems."""

from django.utils.translation import gettext_lazy

from allears.events.webhooks.catalogue import EventType, Told
from allears.events.webhooks.shapes import CUSTOMER_FIELDS, CUSTOMER_SAMPLE, customer_data, link, time
from allears.outreach.models import Decision

PLAIN = ("id", "verdict", "rule", "purpose", "family", "channel", "probe_key", "touchpoint_key", "policy_version")


def decision_made(*, workspace_id: int, decision_id: int) -> Told | None:
    """The verdict and its reason."""
    decision: Decision | None = (
        Decision.objects.in_workspace(workspace_id).select_related("customer").filter(pk=decision_id).first()
    )
    if decision is None:
        return None
    shown = {
        **{name: getattr(decision, name) for name in PLAIN},
        "at": time(decision.at),
        "held_until": time(decision.held_until),
        "link": link(f"/decisions/{decision.pk}"),
    }
    data = {"decision": shown, "customer": customer_data(decision.customer)}
    return Told(data=data, customer_id=decision.customer_id)


DECISION_MADE = EventType(
    name="decision.made",
    summary=gettext_lazy("The governor decided whether a customer may be contacted."),
    tell="allears.outreach.webhooks.decision_made",
    fields={
        "decision.id": "integer",
        "decision.verdict": "string: sent, held (decided again at held_until), never",
        "decision.rule": "string: the rule that decided, e.g. allowed, consent, rest, quiet_hours, cap",
        "decision.purpose": "string: survey, follow_up, service",
        "decision.family": "string: the fatigue clock, e.g. nps",
        "decision.channel": "string",
        "decision.probe_key": "string, may be empty",
        "decision.touchpoint_key": "string, may be empty",
        "decision.policy_version": "integer: of the contact rules then in force",
        "decision.at": "string: ISO 8601 in UTC",
        "decision.held_until": "string or null",
        "decision.link": "string: its page in the console",
        **CUSTOMER_FIELDS,
    },
    sample={
        "decision": {
            "id": 90210,
            "verdict": "held",
            "rule": "quiet_hours",
            "purpose": "survey",
            "family": "nps",
            "channel": "email",
            "probe_key": "after-delivery",
            "touchpoint_key": "delivery",
            "policy_version": 3,
            "at": "2026-03-01T22:10:00Z",
            "held_until": "2026-03-02T08:00:00Z",
            "link": "https://ears.example.com/decisions/90210",
        },
        "customer": CUSTOMER_SAMPLE,
    },
)
