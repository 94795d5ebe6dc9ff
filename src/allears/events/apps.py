from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.events import personal
from allears.events.imports.kinds import register_kind
from allears.jobs.loops import register_loop
from allears.jobs.sources import register_source


class EventsConfig(AppConfig):
    name = "allears.events"

    def ready(self) -> None:
        register_source("events", "allears.events.lake.SOURCE")
        register_loop("consumer", "allears.events.consumer.run_once", "intake")
        register_loop("checkpoint", "allears.events.consumer.checkpoint.run_once", "checkpoint")
        register_kind("events", "allears.events.imports.history.EVENTS")
        register_kind("customers", "allears.events.imports.people.CUSTOMERS")
        register_personal(*personal.DECLARED)
