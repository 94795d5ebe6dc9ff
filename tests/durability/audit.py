"""Run inside an installation after the load: prints what is there, as one JSON object, and judges nothing."""

import json
import os
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.settings")
django.setup()

from allears.events.models import Event, QuarantinedRow
from allears.jobs.models import Job
from allears.listen.models import Response, Voice
from allears.outreach.models import Decision, Message
from allears.respond.models import Case, CaseVoice

events = Event.objects.across_workspaces().values_list("properties", flat=True)
voices = Voice.objects.across_workspaces()
print(
    json.dumps(
        {
            "events": Counter(str(properties["n"]) for properties in events if "n" in properties),
            "quarantined": QuarantinedRow.objects.across_workspaces().count(),
            "decisions": dict(Counter(Decision.objects.across_workspaces().values_list("rule", flat=True))),
            "messages": dict(Counter(Message.objects.across_workspaces().values_list("state", flat=True))),
            "asked": Counter(Message.objects.across_workspaces().values_list("address", flat=True)),
            "answered": dict(Response.objects.across_workspaces().values_list("customer__email", "score")),
            "responses": Response.objects.across_workspaces().count(),
            "voices": Counter(voices.values_list("customer__email", flat=True)),
            "cases": Counter(Case.objects.across_workspaces().values_list("customer__email", flat=True)),
            "voices_in_cases": CaseVoice.objects.across_workspaces().count(),
            "jobs": dict(Counter(Job.objects.values_list("state", flat=True))),
        }
    )
)
