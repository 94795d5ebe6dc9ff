"""Journeys hold nothing of a customer's."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable

DECLARED = (
    PersonalTable(
        model="journeys.Touchpoint",
        columns=("name", "name_zh"),
        erase=Erase.MENTIONS,
        label=gettext_noop("Touchpoints"),
        typed=True,
    ),
    Harmless(
        model="journeys.Touchpoint",
        columns=("key", "stage", "channel", "event_names"),
        because="the company's own words",
    ),
)
