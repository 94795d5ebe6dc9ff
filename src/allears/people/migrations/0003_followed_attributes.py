"""What is followed already becomes known to the index of words; the worker marks the voices of the past."""

from django.db import migrations


def follow(apps, schema_editor):
    marked = apps.get_model("listen", "MarkedAttribute")._base_manager
    rows = apps.get_model("people", "Follow")._base_manager.filter(ended_at__isnull=True)
    for workspace_id, kind, value in rows.values_list("workspace_id", "kind", "value"):
        if kind in ("attribute", "segment"):
            name = value.partition("=")[0] if kind == "attribute" else ""
            marked.get_or_create(workspace_id=workspace_id, name=name)


class Migration(migrations.Migration):
    dependencies = [("people", "0002_initial"), ("listen", "0018_marked_attributes")]
    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
