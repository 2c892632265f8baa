from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stories", "0004_lists_in_turn")]

    operations = [
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["withdrawn_at"], name="stories_withdrawn_notes", condition=models.Q(withdrawn_at__isnull=False)),
        ),
        migrations.AddIndex(model_name="storypage", index=models.Index(fields=["label"], name="stories_by_label")),
        migrations.AddIndex(model_name="storypage", index=models.Index(fields=["language"], name="stories_by_language")),
        migrations.AddIndex(
            model_name="storypage",
            index=models.Index(fields=["embargoed_until"], name="stories_under_embargo", condition=models.Q(embargoed_until__isnull=False)),
        ),
    ]
