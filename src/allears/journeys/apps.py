from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.journeys import personal


class JourneysConfig(AppConfig):
    name = "allears.journeys"

    def ready(self) -> None:
        from allears.events.imports.marks import register_marked

        register_marked("touchpoint", "allears.journeys.models.Touchpoint")
        register_personal(*personal.DECLARED)
