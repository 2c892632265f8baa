"""What came from where: one row for each thing an import made, so that a second run finds it again."""

from django.db import models


class ImportedItem(models.Model):
    """A thing on the old site and what it became here.

    `key` names it at its `source` (an old site's host): for WordPress its post id and a hash of its guid. `digest`
    is a hash of what the file said; `revision_id` the revision the import wrote. A story whose latest revision is
    another one was edited since, and no import overwrites it.
    """

    class Kind(models.TextChoices):
        STORY = "story"
        PAGE = "page"
        PICTURE = "picture"
        FILE = "file"
        AUTHOR = "author"
        SECTION = "section"
        TOPIC = "topic"

    source = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=300)
    object_id = models.BigIntegerField(help_text="Primary key of the story, page, picture, attachment, author, section or topic.")
    digest = models.CharField(max_length=64, blank=True)
    revision_id = models.BigIntegerField(null=True)
    original = models.TextField(blank=True, help_text="The text as the old site had it, word for word.")
    imported_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "kind", "key"], name="moving_imported_once")]
        indexes = [models.Index(fields=["kind", "object_id"], name="moving_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} of {self.source}"
