"""Doors for what already speaks another language: each translates a request into one body of the intake log."""

from allears.events.doors.arrival import Arrival, Translated, UnfitError
from allears.events.doors.cloudevents import translate as _cloudevents
from allears.events.doors.posthog import FLAGS, FLAGS_ADDRESSES
from allears.events.doors.posthog import translate as _posthog

DOORS = {
    "/v1/cloudevents": _cloudevents,
    **dict.fromkeys(
        ("/batch", "/batch/", "/capture", "/capture/", "/e", "/e/", "/i/v0/e", "/i/v0/e/"),
        _posthog,
    ),
}
ANSWERS = dict.fromkeys(FLAGS_ADDRESSES, FLAGS)

__all__ = ["ANSWERS", "DOORS", "Arrival", "Translated", "UnfitError"]
