from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0003_decision_outlives_customer")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="segment",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="decision",
            name="priority",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="decision",
            name="bid",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="digest",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
    ]
