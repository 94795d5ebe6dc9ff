"""The index of what customers are called and reached by; those there are already are indexed by the worker."""

from django.db import migrations, models

from allears.customers.finding import storing


def make(apps, schema_editor):
    storing.make(schema_editor.execute, schema_editor.connection.vendor)
    storing.wait_all(schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_no_index_twice")]
    operations = [
        migrations.CreateModel(
            name="CustomerPending",
            fields=[("customer_id", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
