from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "allears.jobs"

    def ready(self) -> None:
        from allears.jobs.schedules import every  # models are loaded by now

        every(600, "allears.jobs.schedules.clean_up")
