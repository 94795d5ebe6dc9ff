from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "allears.accounts.teams"
    label = "teams"
