"""A tag that is put on a voice or taken off is noted for the index of words."""

from django.db import migrations

from allears.listen.words import storing


def make(apps, schema_editor):
    storing.make_for_tags(schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("tags", "0001_initial"), ("listen", "0014_marks_beside_words")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
