"""A key for words that no customer is known to have said."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("customers", "0007_attribute_confirmed")]
    operations = [
        migrations.CreateModel(
            name="WorkspaceKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BinaryField()),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="workspacekey",
            constraint=models.UniqueConstraint(fields=("workspace",), name="customers_one_workspace_key"),
        ),
    ]
