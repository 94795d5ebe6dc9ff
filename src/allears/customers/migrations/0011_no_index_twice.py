"""Indexes that another one covers, or that nothing looks into, go: every new customer was written into each of them.

An identifier's workspace is what its constraint begins with, a value's and a consent's customer what the index by name
or time begins with. ``merged_into`` is empty for nearly all, so its index holds the others alone. Nobody looks for the
beginning of a key, for which PostgreSQL has an index besides the one that keeps it unique.

Not by AlterField, for which SQLite would write the whole tables anew.
"""

import django.db.models.deletion
from django.db import migrations, models


def without_index(model: str, column: str, name: str, field: models.Field) -> migrations.SeparateDatabaseAndState:
    table = f"customers_{model}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}_id")')
        ],
        state_operations=[migrations.AlterField(model_name=model, name=column, field=field)],
    )


def link(to: str, related_name: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        **{
            "db_index": False,
            "on_delete": django.db.models.deletion.CASCADE,
            "related_name": related_name,
            "to": to,
            **more,
        }
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_erasure_unread")]
    operations = [
        without_index(
            "identifier", "workspace", "customers_identifier_workspace_id_818eb984", link("accounts.workspace", "+")
        ),
        without_index(
            "attributevalue", "customer", "customers_attributevalue_customer_id_5edb5cf1",
            link("customers.customer", "attribute_values"),
        ),
        without_index(
            "consentrecord", "customer", "customers_consentrecord_customer_id_48c59a12",
            link("customers.customer", "consents"),
        ),
        without_index(
            "customer", "merged_into", "customers_customer_merged_into_id_2994ddb6",
            link("customers.customer", "+", blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="customers_customer_merged",
            ),
        ),
        migrations.RunSQL('DROP INDEX IF EXISTS "customers_customer_key_19351892_like"', migrations.RunSQL.noop),
    ]  # fmt: skip
