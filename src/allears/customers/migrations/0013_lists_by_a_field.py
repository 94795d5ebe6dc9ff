"""Customers of a segment, of a language and by a number: whoever asked for one that few have, or nobody, had all read.

The index by workspace alone goes: two others begin with it.
"""

import django.db.models.deletion
from django.db import migrations, models

from allears.store import indexes

WORKSPACE = models.ForeignKey(
    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
)


def by(column: str, *times: str) -> models.Index:
    condition, name = models.Q((column, ""), _negated=True), f"customers_customer_{column}"
    return models.Index(condition=condition, fields=["workspace", column, *times], name=name)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0002_key_scopes"), ("customers", "0012_found_by_parts")]
    operations = [
        indexes.added(
            model="customer",
            index=by("segment", "-last_seen_at"),
            on="customers_customer (workspace_id, segment, last_seen_at DESC) WHERE NOT (segment = '')",
        ),
        indexes.added(
            model="customer",
            index=by("language", "-last_seen_at"),
            on="customers_customer (workspace_id, language, last_seen_at DESC) WHERE NOT (language = '')",
        ),
        indexes.added(
            model="customer", index=by("phone"), on="customers_customer (workspace_id, phone) WHERE NOT (phone = '')"
        ),
        indexes.replaced(
            model="customer",
            column="workspace",
            field=WORKSPACE,
            name="customers_customer_workspace_id_9c4ede06",
            on="customers_customer (workspace_id)",
        ),
    ]
