"""What public voices said before their authors edited them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_key_scopes'),
        ('listen', '0012_quotas_by_wave'),
    ]

    operations = [
        migrations.CreateModel(
            name='VoiceEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True, default='')),
                ('metric', models.CharField(blank=True, default='', max_length=8)),
                ('score', models.SmallIntegerField(blank=True, null=True)),
                ('replaced_at', models.DateTimeField()),
                ('voice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='listen.voice')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
