"""A label that comes or goes is noted for the index of words."""

from django.db import migrations

from allears.listen.words import storing


def make(apps, schema_editor):
    storing.make_for("understand_voicelabel", schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("understand", "0002_annotations_to_the_lake"), ("listen", "0016_voices_without_words")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
