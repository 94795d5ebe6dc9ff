from django.apps import AppConfig

from allears.customers.personal import register_personal


class PluginConfig(AppConfig):
    name = "allears.understand.plugin"
    label = "plugin"

    def ready(self) -> None:
        from allears.understand.plugin.personal import DECLARED
        from allears.understand.reading import register_second_reader

        register_personal(*DECLARED)
        register_second_reader("allears.understand.plugin.in_force.second_reading")
