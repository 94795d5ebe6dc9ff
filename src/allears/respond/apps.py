from django.apps import AppConfig

from allears.jobs.sources import register_source


class RespondConfig(AppConfig):
    name = "allears.respond"

    def ready(self) -> None:
        register_source("cases", "allears.respond.lake.SOURCE")
