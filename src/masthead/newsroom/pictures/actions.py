"""Who may see a file: what publishes holds it, what withdraws lets it go."""

from collections.abc import Iterable

from django.db import transaction

from masthead.newsroom.pictures.models import PublicUse


@transaction.atomic
def hold(*, holder: str, pictures: Iterable[int] = (), attachments: Iterable[int] = ()) -> None:
    """Make `holder` hold exactly these pictures and attachments (primary keys) public, and no others.

    Call it in the transaction that publishes or withdraws the holder.
    """
    wanted = {("picture_id", key) for key in pictures} | {("attachment_id", key) for key in attachments}
    rows = list(PublicUse.objects.filter(holder=holder))
    held = {("picture_id", row.picture_id) if row.picture_id else ("attachment_id", row.attachment_id): row.pk for row in rows}
    gone = [key for use, key in held.items() if use not in wanted]
    if gone:
        PublicUse.objects.filter(pk__in=gone).delete()
    new = [PublicUse(holder=holder, **{field: key}) for field, key in wanted - held.keys()]
    if new:
        PublicUse.objects.bulk_create(new, ignore_conflicts=True)
