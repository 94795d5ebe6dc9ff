"""The index of words knows the attributes of customers and the segments that somebody follows."""

import django.db.models.deletion
from django.db import migrations, models

from allears.listen.words import storing


def make(apps, schema_editor):
    storing.make(schema_editor.execute, schema_editor.connection.vendor)
    storing.make_for_attributes(schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("listen", "0017_doubted_forms"), ("customers", "0012_found_by_parts")]
    operations = [
        migrations.CreateModel(
            name="MarkedAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=400)),
                ("below", models.BigIntegerField(null=True)),
                ("is_marked", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["workspace", "name"], name="listen_markedattribute_once")
                ]
            },
        ),
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
