from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "allears.store"
