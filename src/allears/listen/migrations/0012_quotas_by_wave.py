"""A quota counts within a wave of a study, so that last year's answers do not fill this year's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_key_scopes"), ("listen", "0011_one_index_of_customers")]
    operations = [
        migrations.RemoveIndex(model_name="quotaplace", name="listen_quot_survey__d1cab5_idx"),
        migrations.AddField(
            model_name="quotaplace", name="round", field=models.CharField(blank=True, default="", max_length=40)
        ),
        migrations.AddIndex(
            model_name="quotaplace",
            index=models.Index(fields=["survey", "round", "name"], name="listen_quot_survey__70ae55_idx"),
        ),
    ]
