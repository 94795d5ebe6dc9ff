from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "allears.outreach"
