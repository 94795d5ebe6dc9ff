from django.apps import AppConfig

from allears.customers.personal import register_personal


class TagsConfig(AppConfig):
    name = "allears.listen.tags"
    label = "tags"

    def ready(self) -> None:
        from allears.listen.tags.personal import DECLARED

        register_personal(*DECLARED)
