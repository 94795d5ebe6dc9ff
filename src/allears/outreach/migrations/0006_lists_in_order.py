"""Messages by time, those that failed, and decisions by their rule and their probe: each list of them read all rows.

In exchange go the indexes of keys with which another one begins.
"""

import django.db.models.deletion
from django.db import migrations, models

from allears.store import indexes

WORKSPACE = models.ForeignKey(
    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
)


def of_customer(related_name: str, **more: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="customers.customer",
        **more,
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0002_key_scopes"),
        ("customers", "0013_lists_by_a_field"),
        ("outreach", "0005_rehearsals"),
    ]
    operations = [
        indexes.added(
            model="decision",
            index=models.Index(fields=["workspace", "rule", "-at"], name="outreach_decision_rule"),
            on="outreach_decision (workspace_id, rule, at DESC)",
        ),
        indexes.added(
            model="decision",
            index=models.Index(
                condition=models.Q(("probe_key", ""), _negated=True),
                fields=["workspace", "probe_key", "-at"],
                name="outreach_decision_probe",
            ),
            on="outreach_decision (workspace_id, probe_key, at DESC) WHERE NOT (probe_key = '')",
        ),
        indexes.added(
            model="message",
            index=models.Index(fields=["workspace", "-created_at"], name="outreach_message_latest"),
            on="outreach_message (workspace_id, created_at DESC)",
        ),
        indexes.added(
            model="message",
            index=models.Index(
                condition=models.Q(("state", "failed")),
                fields=["workspace", "-created_at"],
                name="outreach_message_failed",
            ),
            on="outreach_message (workspace_id, created_at DESC) WHERE state = 'failed'",
        ),
        indexes.replaced(
            model="decision",
            column="workspace",
            field=WORKSPACE,
            name="outreach_decision_workspace_id_beeac0d2",
            on="outreach_decision (workspace_id)",
        ),
        indexes.replaced(
            model="decision",
            column="customer",
            field=of_customer("decisions", null=True),
            name="outreach_decision_customer_id_d633b4dd",
            on="outreach_decision (customer_id)",
        ),
        indexes.replaced(
            model="message",
            column="workspace",
            field=WORKSPACE,
            name="outreach_message_workspace_id_8141dc0b",
            on="outreach_message (workspace_id)",
        ),
        indexes.replaced(
            model="message",
            column="customer",
            field=of_customer("messages"),
            name="outreach_message_customer_id_6af0ebae",
            on="outreach_message (customer_id)",
        ),
    ]
