"""Answers of people screened out or over quota go to the lake anew: its rows say since now that they do not count."""

from django.db import migrations


def heat(apps, schema_editor):
    responses = apps.get_model("listen", "Response").objects
    responses.filter(outcome__in=("screened", "over_quota"), score__isnull=False).update(flush_id=None)


class Migration(migrations.Migration):
    dependencies = [("listen", "0018_marked_attributes")]
    operations = [migrations.RunPython(heat, migrations.RunPython.noop)]
