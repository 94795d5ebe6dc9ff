"""A label of a company's own may be as long as its files write it; on PostgreSQL a longer one stopped the reading."""

from django.db import migrations, models

from allears.listen.words import storing


def make(apps, schema_editor):
    """SQLite makes the table anew, and its triggers go with the old one."""
    storing.make_for("understand_voicelabel", schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("understand", "0003_labels_among_words")]
    operations = [
        migrations.AlterField("correction", "value", models.CharField(blank=True, default="", max_length=200)),
        migrations.AlterField("voicelabel", "code", models.CharField(max_length=280)),
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
