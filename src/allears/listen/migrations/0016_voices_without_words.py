"""Voices without words are in the index too, by their marks; all are indexed anew by the worker, labels with them.

Until then they are found by what the index knows of them.
"""

from django.db import migrations

from allears.listen.words import storing


def make(apps, schema_editor):
    storing.make(schema_editor.execute, schema_editor.connection.vendor)
    storing.wait_all(schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("listen", "0015_touchpoints_by_time")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
