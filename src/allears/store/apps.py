from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "allears.store"

    def ready(self) -> None:
        from allears.store import checks  # noqa: F401 – registers them
