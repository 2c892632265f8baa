"""The table of sealed boxes."""

from django.db import models

from masthead.kernel.ids import new_id


class ProtectedSource(models.Model):
    """A sealed box (`sealing.py`). The day alone is kept outside: an hour would lead to the session and story of its making."""

    wagtail_reference_index_ignore = True

    key = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sealed = models.BinaryField()
    created_on = models.DateField()

    class Meta:
        default_permissions = ()
        permissions = [("keep_protectedsource", "Can keep protected sources")]

    def __str__(self) -> str:
        return "A protected source"
