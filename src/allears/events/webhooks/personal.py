"""Where webhooks hold personal data: what was told, and what was answered."""

from allears.customers.personal import Erase, Harmless, PersonalTable

DECLARED = (
    PersonalTable(
        model="webhooks.Outgoing",
        customer="customer",
        columns=("body", "error"),
        erase=Erase.DELETE,
        kind="raw",
        at="at",
        home="events.webhooks",
        label="Webhooks sent",
    ),
    PersonalTable(
        model="webhooks.Attempt",
        customer="delivery__outgoing__customer",
        columns=("answer", "error"),
        erase=Erase.DELETE,
        kind="raw",
        at="at",
        home="events.webhooks",
        label="Answers to webhooks",
    ),
    Harmless(
        model="webhooks.Endpoint",
        columns=("url", "description", "event_types", "secret", "former_secret", "disabled_why"),
        because="what the administrators typed about another system; secrets are sealed",
    ),
    Harmless(model="webhooks.Outgoing", columns=("key", "type", "arguments"), because="a random id, codes, ids"),
    Harmless(model="webhooks.Delivery", columns=("state", "lease_owner"), because="a code, a process"),
)
