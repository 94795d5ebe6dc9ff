from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "allears.journeys"

    def ready(self) -> None:
        from allears.events.imports.marks import register_marked

        register_marked("touchpoint", "allears.journeys.models.Touchpoint")
