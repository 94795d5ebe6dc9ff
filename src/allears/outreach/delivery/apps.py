from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.outreach.registry import register_credits


class DeliveryConfig(AppConfig):
    name = "allears.outreach.delivery"
    label = "delivery"

    def ready(self) -> None:
        from allears.jobs.bus import subscribe
        from allears.outreach.delivery.personal import DECLARED

        register_personal(*DECLARED)
        subscribe("customers.numbers_completed", "allears.outreach.delivery.numbers.complete_barred")
        register_credits("wechat", "allears.outreach.delivery.credits.left_on_wechat")
        register_credits("wecom", "allears.outreach.delivery.credits.left_on_wecom")
