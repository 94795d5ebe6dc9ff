from django.apps import AppConfig

from allears.customers import declared
from allears.customers.personal import register_personal


class CustomersConfig(AppConfig):
    name = "allears.customers"

    def ready(self) -> None:
        register_personal(*declared.TABLES, *declared.HARMLESS)
