from django.apps import AppConfig

from allears.customers.personal import Harmless, PersonalFiles, register_personal


class OperationsConfig(AppConfig):
    name = "allears.operations"

    def ready(self) -> None:
        from allears.jobs.schedules import every  # models are loaded by now

        register_personal(
            PersonalFiles(name="backups", erase="allears.operations.backups.forgetting.forget", label="Back-ups"),
            Harmless(model="operations.Backup", columns=("path", "error"), because="a file's place, a fault"),
        )
        every(900, "allears.operations.jobs.nightly_backup")
        every(1800, "allears.operations.jobs.gather_statistics")
