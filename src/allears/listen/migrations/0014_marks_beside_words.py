"""The index of words knows what the wall filters by; what was said before is indexed anew by the worker."""

from django.db import migrations

from allears.listen.words import storing


def make(apps, schema_editor):
    storing.begin_anew_by(schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("listen", "0013_voice_editions")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
