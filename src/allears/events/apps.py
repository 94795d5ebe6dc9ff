from django.apps import AppConfig

from allears.jobs.sources import register_source


class EventsConfig(AppConfig):
    name = "allears.events"

    def ready(self) -> None:
        register_source("events", "allears.events.lake.SOURCE")
