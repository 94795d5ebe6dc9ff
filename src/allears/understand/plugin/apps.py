from django.apps import AppConfig

from allears.customers.personal import register_personal


class PluginConfig(AppConfig):
    name = "allears.understand.plugin"
    label = "plugin"

    def ready(self) -> None:
        from allears.understand.plugin.personal import DECLARED

        register_personal(*DECLARED)
