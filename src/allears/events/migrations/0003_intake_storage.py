"""On PostgreSQL: bodies live for milliseconds, so they are stored as they come, and the table is swept often."""

from django.db import migrations


def tune(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE events_intakerow ALTER COLUMN body SET STORAGE EXTERNAL")
        schema_editor.execute(
            "ALTER TABLE events_intakerow SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"
        )


class Migration(migrations.Migration):
    dependencies = [("events", "0002_lean_event_table")]
    operations = [migrations.RunPython(tune, migrations.RunPython.noop)]
