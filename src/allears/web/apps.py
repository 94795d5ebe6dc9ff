from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.web import personal


class WebConfig(AppConfig):
    name = "allears.web"

    def ready(self) -> None:
        register_personal(*personal.DECLARED)
