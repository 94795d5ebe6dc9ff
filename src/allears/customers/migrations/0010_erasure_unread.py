"""Which files of others an erasure could not look into."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_completed_numbers")]
    operations = [
        migrations.AddField(model_name="erasure", name="unread", field=models.JSONField(default=list)),
    ]
