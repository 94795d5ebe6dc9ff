from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.events.exports.tables import register_export
from allears.events.webhooks.catalogue import register_event_type
from allears.jobs.loops import register_loop
from allears.jobs.sources import register_source
from allears.outreach import personal


class OutreachConfig(AppConfig):
    name = "allears.outreach"

    def ready(self) -> None:
        register_event_type("decision.made", "allears.outreach.webhooks.DECISION_MADE")
        register_source("decisions", "allears.outreach.lake.SOURCE")
        register_loop("sender", "allears.outreach.sender.serve", bell_topic="outbox")
        register_loop("held", "allears.outreach.jobs.decide_held", bell_topic="held")
        register_export("decisions", "allears.outreach.exporting.DECISIONS")
        register_personal(*personal.DECLARED)
