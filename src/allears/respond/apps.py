from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.events.exports.tables import register_export
from allears.events.webhooks.catalogue import register_event_type
from allears.jobs.sources import register_source
from allears.outreach.registry import register_suppressor
from allears.respond import personal


class RespondConfig(AppConfig):
    name = "allears.respond"

    def ready(self) -> None:
        from allears.jobs.bus import subscribe  # these store rows, so they wait until models are loaded
        from allears.jobs.schedules import every

        for name in ("opened", "replied", "handed_over", "breached", "closed", "reopened"):
            register_event_type(f"case.{name}", f"allears.respond.webhooks.CASE_{name.upper()}")
        subscribe("voice.received", "allears.respond.jobs.open_case")
        subscribe("member.left", "allears.respond.jobs.rehome")
        subscribe("case.closed", "allears.respond.jobs.ask_follow_up")
        register_suppressor(
            "allears.respond.queries.customers_with_open_case", query="allears.respond.queries.open_case_query"
        )
        every(30, "allears.respond.jobs.tend")
        register_source("cases", "allears.respond.lake.SOURCE")
        register_export("cases", "allears.respond.exporting.CASES")
        register_personal(*personal.DECLARED)
