"""Where webhooks hold personal data: what was told, and what was answered."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, Rules, typed_by_staff

DECLARED = (
    PersonalTable(
        model="webhooks.Outgoing",
        customer="customer",
        columns=("body", "error"),
        erase=Erase.DELETE,
        kind="raw",
        at="at",
        home="events.webhooks",
        label=gettext_noop("Webhooks sent"),
    ),
    PersonalTable(
        model="webhooks.Attempt",
        customer="delivery__outgoing__customer",
        columns=("answer", "error"),
        erase=Erase.DELETE,
        kind="raw",
        at="at",
        home="events.webhooks",
        label=gettext_noop("Answers to webhooks"),
    ),
    typed_by_staff("webhooks.Endpoint", ("description",), label=gettext_noop("Webhooks"), home="events.webhooks"),
    Rules(model="webhooks.Endpoint", columns=("url",), label=gettext_noop("Webhooks"), home="events.webhooks"),
    Harmless(
        model="webhooks.Endpoint",
        columns=("url", "event_types", "secret", "former_secret", "disabled_why"),
        because="what the administrators typed about another system; secrets are sealed",
    ),
    Harmless(model="webhooks.Outgoing", columns=("key", "type", "arguments"), because="a random id, codes, ids"),
    Harmless(model="webhooks.Delivery", columns=("state", "lease_owner"), because="a code, a process"),
)
