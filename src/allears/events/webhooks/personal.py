"""Where webhooks hold personal data: what was told, and what was answered."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, Rules

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
    PersonalTable(
        model="webhooks.Endpoint",
        columns=("description",),
        erase=Erase.MENTIONS,
        home="events.webhooks",
        label=gettext_noop("Webhooks"),
        typed=True,
    ),
    Rules(model="webhooks.Endpoint", columns=("url",), label=gettext_noop("Webhooks"), home="events.webhooks"),
    Harmless(
        model="webhooks.Endpoint",
        columns=("url", "event_types", "secret", "former_secret", "disabled_why"),
        because="what the administrators typed about another system; secrets are sealed",
    ),
    Harmless(model="webhooks.Outgoing", columns=("key", "type", "arguments"), because="a random id, codes, ids"),
    Harmless(model="webhooks.Delivery", columns=("state", "lease_owner"), because="a code, a process"),
)
