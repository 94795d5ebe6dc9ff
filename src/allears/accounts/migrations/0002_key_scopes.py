from typing import Any

from django.db import migrations, models


def as_before(apps: Any, schema_editor: Any) -> None:
    """API keys of before could export; whoever relies on one goes on, and whoever does not makes a narrower one."""
    apps.get_model("accounts", "AccessKey").objects.filter(kind="api").update(scopes=["export"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(model_name="accesskey", name="scopes", field=models.JSONField(default=list)),
        migrations.RunPython(as_before, migrations.RunPython.noop),
    ]
