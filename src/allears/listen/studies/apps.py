from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.outreach.registry import register_end, register_rehearser, register_releaser


class StudiesConfig(AppConfig):
    name = "allears.listen.studies"
    label = "studies"

    def ready(self) -> None:
        from allears.jobs.schedules import every
        from allears.listen.studies.personal import DECLARED

        every(60, "allears.listen.studies.jobs.run_waves")
        register_releaser("survey", "allears.listen.studies.asking.invite")
        register_end("allears.listen.studies.asking.ends_of")
        register_rehearser("study", "allears.listen.studies.trying.step")
        register_personal(*DECLARED)
