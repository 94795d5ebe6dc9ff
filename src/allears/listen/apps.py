from django.apps import AppConfig

from allears.jobs.sources import register_source


class ListenConfig(AppConfig):
    name = "allears.listen"

    def ready(self) -> None:
        register_source("responses", "allears.listen.lake.RESPONSE_SOURCE")
        register_source("asks", "allears.listen.lake.ASK_SOURCE")
        register_source("voices", "allears.listen.lake.VOICE_SOURCE")
