from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.people.registry import register_waiting
from allears.web import personal


class WebConfig(AppConfig):
    name = "allears.web"

    def ready(self) -> None:
        register_personal(*personal.DECLARED)
        register_waiting("allears.respond.queries.waiting_for")  # the two live side by side and meet here
