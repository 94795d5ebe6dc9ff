"""Where cases hold personal data. Their clocks, owners and causes stay as anonymous facts."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, typed_by_staff

DECLARED = (
    PersonalTable(
        model="respond.CaseEntry",
        customer="case__customer",
        columns=("text", "detail"),
        erase=Erase.BLANK,
        kind="cases",
        at="at",
        label=gettext_noop("Notes and replies"),
    ),
    PersonalTable(
        model="respond.Handover",
        customer="case__customer",
        columns=("reason", "answer"),
        erase=Erase.BLANK,
        kind="cases",
        at="at",
        label=gettext_noop("Handovers"),
    ),
    PersonalTable(
        model="respond.Case",
        customer="customer",
        columns=("subject",),
        renew=("token",),
        fill=(("subject", "[erased]"),),
        erase=Erase.BLANK,
        kind="cases",
        at="opened_at",
        label=gettext_noop("Cases"),
    ),
    typed_by_staff("respond.Cause", ("name", "name_zh"), label=gettext_noop("Causes")),
    Harmless(model="respond.Cause", columns=("key",), because="the company's own words"),
    Harmless(model="respond.ServicePromise", columns=("priority",), because="a code"),
    Harmless(model="respond.BusinessCalendar", columns=("shifts", "holidays"), because="the company's own hours"),
)
