"""Cases by the time they were opened, of all states and of one: the list sorted all of them for each page.

In exchange go the indexes of keys with which another one begins.
"""

import django.db.models.deletion
from django.db import migrations, models

from allears.store import indexes

WORKSPACE = models.ForeignKey(
    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
)
CUSTOMER = models.ForeignKey(
    db_index=False,
    null=True,
    on_delete=django.db.models.deletion.CASCADE,
    related_name="cases",
    to="customers.customer",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0002_key_scopes"),
        ("customers", "0013_lists_by_a_field"),
        ("respond", "0003_answer_by"),
    ]
    operations = [
        indexes.added(
            model="case",
            index=models.Index(fields=["workspace", "-opened_at"], name="respond_case_latest"),
            on="respond_case (workspace_id, opened_at DESC)",
        ),
        indexes.added(
            model="case",
            index=models.Index(fields=["workspace", "state", "-opened_at"], name="respond_case_state"),
            on="respond_case (workspace_id, state, opened_at DESC)",
        ),
        indexes.replaced(
            model="case",
            column="workspace",
            field=WORKSPACE,
            name="respond_case_workspace_id_5326acc8",
            on="respond_case (workspace_id)",
        ),
        indexes.replaced(
            model="case",
            column="customer",
            field=CUSTOMER,
            name="respond_case_customer_id_6e502864",
            on="respond_case (customer_id)",
        ),
    ]
