from django.apps import AppConfig

from allears.customers.personal import register_personal


class PlacesConfig(AppConfig):
    name = "allears.listen.places"
    label = "places"

    def ready(self) -> None:
        from allears.listen.places.personal import DECLARED

        register_personal(*DECLARED)
