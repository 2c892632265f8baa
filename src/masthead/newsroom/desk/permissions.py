"""Who may see which pages in the admin: Wagtail's rules, without their price for those who see all.

Wagtail names the pages that a person may see by comparing each path of the tree with each of her rights. Our roles hold theirs on the root, so that the answer is:
all of them.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies.pages import PagePermissionPolicy

EXPLORING = frozenset({"add", "change", "publish", "lock", "unlock", "bulk_delete"})  # as Wagtail's own policy has them


class TreePolicy(PagePermissionPolicy):  # type: ignore[misc]  # Wagtail is untyped
    """Wagtail's policy for pages; a right on the root of the tree is one on every page."""

    def sees_all(self, user: Any) -> bool:
        """Return whether `user` may see every page in the admin."""
        return bool(user.is_active and (user.is_superuser or self._holds_at_root(user, EXPLORING)))

    def explorable_instances(self, user: Any) -> QuerySet[Any]:
        """Return the pages that `user` may see in the admin."""
        pages: QuerySet[Any] = self.model.objects.all() if self.sees_all(user) else super().explorable_instances(user)
        return pages

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        """Return the pages on which `user` has the right to any of `actions`."""
        all_of_them = user.is_active and not user.is_superuser and self._holds_at_root(user, frozenset(actions))
        pages: QuerySet[Any] = self.model.objects.all() if all_of_them else super().instances_user_has_any_permission_for(user, set(actions))
        return pages

    def _holds_at_root(self, user: Any, actions: frozenset[str]) -> bool:
        wanted = self._get_permission_codenames(actions)
        return any(right.permission.codename in wanted and right.page.is_root() for right in self.get_cached_permissions_for_user(user))
