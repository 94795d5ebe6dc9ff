"""Where decisions, messages and the sender's files hold personal data."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable

DECLARED = (
    PersonalTable(
        model="outreach.Message",
        customer="customer",
        columns=("address", "subject", "text", "html", "headers", "error"),
        erase=Erase.DELETE,
        kind="messages",
        at="created_at",
        label=gettext_noop("Messages"),
    ),
    PersonalTable(
        model="outreach.Decision",
        customer="customer",
        columns=("facts",),
        erase=Erase.BLANK,
        label=gettext_noop("Decisions"),
    ),
    Harmless(model="outreach.Policy", columns=("rules",), because="the company's own rules"),
    Harmless(
        model="outreach.Rehearsal",
        columns=("kind", "wanted", "result"),
        because="the company's own rules, counts, and ids of decisions",
    ),
    Harmless(
        model="outreach.Decision",
        columns=("purpose", "family", "channel", "rule", "probe_key", "touchpoint_key", "ask_key", "segment", "digest"),
        because="codes, ids of rows, a group of many, and a fingerprint of codes and times",
    ),
    Harmless(
        model="outreach.Message",
        columns=("purpose", "channel", "language", "idempotency_key", "lease_owner"),
        because="codes, and ids of rows",
    ),
)
