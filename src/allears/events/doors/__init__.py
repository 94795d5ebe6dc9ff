"""Doors for what already speaks another language: each translates a request into one body of the intake log."""

from allears.events.doors.arrival import Arrival, Translated, UnfitError
from allears.events.doors.before import answer_at
from allears.events.doors.before import beacon as _beacon
from allears.events.doors.cloudevents import translate as _cloudevents
from allears.events.doors.jitsu import JITSU
from allears.events.doors.posthog import translate as _posthog

DOORS = {
    "/v1/cloudevents": _cloudevents,
    "/beacon/v1/batch": _beacon,
    **JITSU,
    **dict.fromkeys(
        ("/batch", "/batch/", "/capture", "/capture/", "/e", "/e/", "/i/v0/e", "/i/v0/e/"),
        _posthog,
    ),
}

__all__ = ["DOORS", "Arrival", "Translated", "UnfitError", "answer_at"]
