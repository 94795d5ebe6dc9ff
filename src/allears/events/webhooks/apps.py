from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.events.webhooks.catalogue import register_event_type
from allears.jobs.loops import register_loop


class WebhooksConfig(AppConfig):
    name = "allears.events.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from allears.events.webhooks.personal import DECLARED
        from allears.jobs.bus import listen_to_all  # models are loaded by now
        from allears.jobs.schedules import every

        register_personal(*DECLARED)
        register_event_type("customers.merged", "allears.events.webhooks.shapes.CUSTOMERS_MERGED")
        listen_to_all("allears.events.webhooks.outbox.on_recorded")
        register_loop("webhooks", "allears.events.webhooks.delivering.run_once", "webhooks")
        every(3600, "allears.events.webhooks.jobs.clean_up")
