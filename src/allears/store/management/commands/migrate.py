"""Django's ``migrate``, which gives an empty database its tables in one go."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.loader import MigrationLoader

from allears.store import tables
from allears.store.sqlite.presumed import presume

UNTOUCHED = ("app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied", "prune")


class Command(migrate.Command):
    """As Django's; only a whole migration of an empty database begins with the tables as they were written down."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS and not any(options.get(name) for name in UNTOUCHED):
            known = MigrationLoader(None).disk_migrations or {}
            tables.make(wanted=known)
        super().handle(*args, **options)
        if options["database"] == DEFAULT_DB_ALIAS and not any(options.get(name) for name in UNTOUCHED):
            presume(connection)
