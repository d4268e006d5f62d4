import alerts.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0016_failed_log_ins'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contact',
            name='mobile',
            field=models.CharField(blank=True, help_text='E.164, e.g. +447700900123.', max_length=20, validators=[alerts.models.fields.valid_number]),
        ),
    ]
