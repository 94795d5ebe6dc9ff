from django.apps import AppConfig

from allears.customers import declared
from allears.customers.personal import register_personal
from allears.jobs.loops import register_loop
from allears.jobs.sources import register_source


class CustomersConfig(AppConfig):
    name = "allears.customers"

    def ready(self) -> None:
        from allears.jobs.schedules import every  # models are loaded by now

        register_personal(*declared.TABLES, *declared.HARMLESS, declared.WORDS)
        register_loop("customer words", "allears.customers.finding.indexing.run_once", "customers")
        register_source("movements", "allears.customers.lake.SOURCE")
        every(3600, "allears.customers.jobs.finish_erasures")
        every(300, "allears.customers.jobs.complete_numbers")
        every(86_400, "allears.customers.jobs.retain")
