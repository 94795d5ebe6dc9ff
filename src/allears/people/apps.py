from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.people import personal


class PeopleConfig(AppConfig):
    name = "allears.people"

    def ready(self) -> None:
        from allears.jobs.schedules import every  # stores rows, so it waits until models are loaded

        every(300, "allears.people.jobs.send_digests")
        register_personal(*personal.DECLARED)
