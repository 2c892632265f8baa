from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0005_misses")]

    operations = [
        migrations.AddIndex(model_name="party", index=models.Index(fields=["merged_into", "name", "id"], name="sources_standing_by_name")),
    ]
