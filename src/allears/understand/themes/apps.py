from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.understand.themes import personal


class ThemesConfig(AppConfig):
    name = "allears.understand.themes"
    label = "themes"

    def ready(self) -> None:
        from allears.jobs.schedules import every  # models are loaded by now

        register_personal(*personal.DECLARED)
        every(180, "allears.understand.themes.jobs.take_in")
        every(1800, "allears.understand.themes.jobs.find_anew")
