from django.apps import AppConfig


class RespondConfig(AppConfig):
    name = "allears.respond"
