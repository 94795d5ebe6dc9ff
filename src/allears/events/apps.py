from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.events import personal
from allears.events.exports.tables import register_export
from allears.events.imports.kinds import register_kind
from allears.jobs.loops import register_loop
from allears.jobs.sources import register_source


class EventsConfig(AppConfig):
    name = "allears.events"

    def ready(self) -> None:
        from allears.jobs.schedules import every

        register_source("events", "allears.events.lake.SOURCE")
        register_loop("consumer", "allears.events.consumer.run_once", "intake")
        register_loop("checkpoint", "allears.events.consumer.checkpoint.run_once", "checkpoint")
        register_kind("events", "allears.events.imports.history.EVENTS")
        register_kind("customers", "allears.events.imports.people.CUSTOMERS")
        register_export("events", "allears.events.exports.own.EVENTS")
        register_export("customers", "allears.events.exports.own.CUSTOMERS")
        every(1800, "allears.events.exports.jobs.expire_exports")
        every(1800, "allears.events.imports.jobs.expire_uploads")
        register_kind("accounts", "allears.events.imports.companies.ACCOUNTS")
        register_personal(*personal.DECLARED)
