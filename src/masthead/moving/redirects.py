"""Old addresses: each leads, permanently, to where the thing is now."""

from collections.abc import Iterable

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

LONGEST = 255


def lead_to_page(*, paths: Iterable[str], page: Page, own: str) -> int:
    """Store a permanent redirect to `page` for each of `paths` that has none, and return how many are new.

    `own` is the page's address here; it is not redirected to itself. Call it in the transaction that stores the page.
    """
    return _store(paths, own, page=page, link="")


def lead_to_address(*, paths: Iterable[str], address: str) -> int:
    """Store a permanent redirect to `address`, a path on this site, for each of `paths` that has none; return how many are new."""
    return _store(paths, address, page=None, link=address)


def count_new(*, paths: Iterable[str], own: str) -> int:
    """Return how many of `paths` have no redirect yet and would get one."""
    return len(_new(paths, own))


def _new(paths: Iterable[str], own: str) -> list[str]:
    wanted = {old for path in paths if len(old := Redirect.normalise_path(path)) <= LONGEST and old not in {"/", Redirect.normalise_path(own)}}
    return sorted(wanted - set(Redirect.objects.filter(old_path__in=wanted).values_list("old_path", flat=True)))


def _store(paths: Iterable[str], own: str, *, page: Page | None, link: str) -> int:
    new = [Redirect(old_path=old, site=None, is_permanent=True, redirect_page=page, redirect_link=link) for old in _new(paths, own)]
    if new:
        Redirect.objects.bulk_create(new)
    return len(new)
