from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0006_parties_by_name")]

    operations = [
        migrations.AddIndex(model_name="party", index=models.Index(fields=["kind", "merged_into"], name="sources_party_by_kind")),
    ]
