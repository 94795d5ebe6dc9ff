"""An index of the words of voices; voices that are there already are indexed by the worker."""

from django.db import migrations, models

from allears.listen.words import storing


def make(apps, schema_editor):
    storing.make_table(schema_editor.execute, schema_editor.connection.vendor)
    schema_editor.execute("INSERT INTO listen_voicepending (voice_id) SELECT id FROM listen_voice WHERE text <> ''")


class Migration(migrations.Migration):
    dependencies = [("listen", "0005_probe_versions")]
    operations = [
        migrations.CreateModel(
            name="VoicePending",
            fields=[("voice_id", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
