"""What tells a scanner of mail from a person: the figures that were opened, and an answer that was denied."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listen", "0016_voices_without_words")]
    operations = [
        migrations.AddField("invitation", "figures", models.SmallIntegerField(null=True)),
        migrations.AddField("invitation", "figures_at", models.DateTimeField(null=True)),
        migrations.AddField("invitation", "denied_at", models.DateTimeField(null=True)),
    ]
