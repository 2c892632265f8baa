"""An index of the webhooks that wait, by provider: each provider's are applied apart from the others'."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('giving', '0011_matched_until'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='inboxevent',
            index=models.Index(condition=models.Q(('applied_at__isnull', True)), fields=['provider', 'next_try_at'], name='giving_inbox_due'),
        ),
    ]
