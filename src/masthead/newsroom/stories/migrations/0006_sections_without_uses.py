from django.db import migrations


def forget(apps, schema_editor):
    """Take out of Wagtail's index of references that stories lie in their sections, which it notes no more."""
    types = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    references = apps.get_model("wagtailcore", "ReferenceIndex").objects.using(schema_editor.connection.alias)
    page, story = types.filter(app_label="wagtailcore", model="page").first(), types.filter(app_label="stories", model="storypage").first()
    sections = apps.get_model("stories", "SectionPage").objects.using(schema_editor.connection.alias).values_list("pk", flat=True)
    for section in sections if page and story else ():
        references.filter(to_content_type=page, to_object_id=str(section), content_type=story, model_path="section").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("stories", "0005_lists_of_the_desk"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
