"""Voices by touchpoint and time: a touchpoint where nothing was said for long was found by walking through all voices.

It takes the place of the index by touchpoint alone. Not by AlterField, for which SQLite would write the whole table
anew; and on PostgreSQL while others write.
"""

import django.db.models.deletion
from django.db import migrations, models

from allears.store import indexes

OLD, NEW = "listen_voice_touchpoint_id_051bf721", "listen_voic_touchpo_c84228_idx"


def change(apps, schema_editor):
    indexes.make(schema_editor, name=NEW, on="listen_voice (touchpoint_id, said_at DESC)")
    indexes.drop(schema_editor, name=OLD)


def change_back(apps, schema_editor):
    indexes.make(schema_editor, name=OLD, on="listen_voice (touchpoint_id)")
    indexes.drop(schema_editor, name=NEW)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("listen", "0014_marks_beside_words")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(change, change_back)],
            state_operations=[
                migrations.AlterField(
                    model_name="voice",
                    name="touchpoint",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="voices",
                        to="journeys.touchpoint",
                    ),
                ),
                migrations.AddIndex(
                    model_name="voice", index=models.Index(fields=["touchpoint", "-said_at"], name=NEW)
                ),
            ],
        )
    ]
