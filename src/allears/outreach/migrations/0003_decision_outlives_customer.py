from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_standing_ruling")]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="decisions",
                to="customers.customer",
            ),
        ),
    ]
