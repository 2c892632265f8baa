"""Pages that pass the gate before readers see them, and hold their files public only while they are."""

from typing import Any

from django.db import transaction
from wagtail.models import Page, PagePermissionTester

from masthead.kernel import clock
from masthead.newsroom.pictures import actions as pictures
from masthead.newsroom.stories import gate, rules


class LeafPermissions(PagePermissionTester):
    """What a person may do with a page. Of one that has none below it nothing is looked for in the tree, which Wagtail goes through whole for a reporter."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:  # noqa: FBT001, FBT002 - Wagtail's own signature
        """Return whether the person may delete the page."""
        if self.page.numchild or self.page_is_root or not self.user.is_active or self.user.is_superuser:
            return bool(super().can_delete(ignore_bulk))
        if "change" in self.permissions:
            return "publish" in self.permissions or not self.page.live
        return "add" in self.permissions and self.page.owner_id == self.user.pk and ("publish" in self.permissions or not self.page.live)


class GatedPage(Page):
    """A page with pictures and a body. Every write of a live one asks the gate, whichever way it comes."""

    class Meta:
        abstract = True

    def save(self, clean: bool = True, user: Any = None, log_action: Any = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Wagtail's own signature
        """Store the page; pass the gate first wherever this writes what readers see.

        Raises:
            PublishRefused, EmbargoHolds: it is to be live and may not be.
        """
        if self.live and clean:
            gate.pass_or_refuse(self, now=clock.now())
        with transaction.atomic():
            saved = super().save(clean=clean, user=user, log_action=log_action, **kwargs)
            if kwargs.get("update_fields") is None:
                shown = rules.files_shown(self) if self.live else rules.NO_FILES
                pictures.hold(holder=rules.holder(self), pictures=shown.pictures, attachments=shown.attachments)
        return saved

    def permissions_for_user(self, user: Any) -> LeafPermissions:
        """Return what `user` may do with the page."""
        return LeafPermissions(user, self)

    def publish(self, revision: Any, **kwargs: Any) -> Any:
        """Publish or schedule `revision`; what may not go out is refused when it is scheduled, not at its hour.

        Raises:
            PublishRefused: a finding blocks.
        """
        page = revision.as_object()
        page.embargoed_until = None  # an embargo schedules, it does not refuse
        gate.pass_or_refuse(page, now=clock.now())
        return super().publish(revision, **kwargs)
