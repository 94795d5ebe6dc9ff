"""With which country the telephone numbers were last completed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_workspace_keys")]
    operations = [
        migrations.AddField(
            model_name="identityrules",
            name="completed_with",
            field=models.CharField(blank=True, default="", max_length=2),
        ),
    ]
