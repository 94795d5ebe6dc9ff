from django.apps import AppConfig

from allears.customers.personal import register_personal


class InboundConfig(AppConfig):
    name = "allears.events.inbound"
    label = "inbound"

    def ready(self) -> None:
        from allears.events.inbound.personal import DECLARED

        register_personal(*DECLARED)
