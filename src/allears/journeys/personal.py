"""Journeys hold nothing of a customer's."""

from allears.customers.personal import Harmless

DECLARED = (
    Harmless(
        model="journeys.Touchpoint",
        columns=("key", "name", "name_zh", "stage", "channel", "event_names"),
        because="the company's own words",
    ),
)
