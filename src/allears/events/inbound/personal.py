"""Where inbound webhooks hold personal data: in the bodies as they came."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, Rules, typed_by_staff

DECLARED = (
    PersonalTable(
        model="inbound.InboundRequest",
        columns=("body", "reason", "delivery"),
        erase=Erase.DELETE,
        kind="raw",
        at="received_at",
        home="events.inbound",
        label=gettext_noop("Inbound webhooks"),
    ),
    typed_by_staff("inbound.InboundSource", ("name",), label=gettext_noop("Inbound webhooks"), home="events.inbound"),
    Rules(
        model="inbound.InboundSource",
        columns=("mapping",),
        label=gettext_noop("Inbound webhooks"),
        home="events.inbound",
    ),
    Harmless(
        model="inbound.InboundSource",
        columns=("token", "proof", "header", "secret", "mapping"),
        because="what administrators said of another system; secrets are sealed",
    ),
    Harmless(model="inbound.InboundRequest", columns=("content_type", "state"), because="codes"),
)
