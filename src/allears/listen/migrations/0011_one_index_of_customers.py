"""The index of voices by customer alone goes: the one by customer and time does all it did, each import writes one less.

Not by AlterField, for which SQLite would write the whole table anew.
"""

import django.db.models.deletion
from django.db import migrations, models

NAME = "listen_voice_customer_id_89c82bb5"


class Migration(migrations.Migration):
    dependencies = [("listen", "0010_latest_words")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{NAME}"', f'CREATE INDEX "{NAME}" ON "listen_voice" ("customer_id")'
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="voice",
                    name="customer",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="voices",
                        to="customers.customer",
                    ),
                )
            ],
        )
    ]
