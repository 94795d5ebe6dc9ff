"""The index of words by time too: on PostgreSQL, a frequent word is found by looking through the latest voices."""

from django.db import migrations

from allears.listen.words import storing


def make(apps, schema_editor):
    storing.make_table(schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("listen", "0009_voices_from_everywhere")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
