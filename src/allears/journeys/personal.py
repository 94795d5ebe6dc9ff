"""Journeys hold nothing of a customer's."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Harmless, typed_by_staff

DECLARED = (
    typed_by_staff("journeys.Touchpoint", ("name", "name_zh"), label=gettext_noop("Touchpoints")),
    Harmless(
        model="journeys.Touchpoint",
        columns=("key", "stage", "channel", "event_names"),
        because="the company's own words",
    ),
)
