"""Documents: one for each address, with a copy asked for as soon as it is known."""

from django.db import transaction

from masthead.kernel.errors import MastheadError
from masthead.kernel.http import AddressRefused
from masthead.newsroom.sources import links
from masthead.newsroom.sources.actions.captures import queue_capture
from masthead.newsroom.sources.addresses import is_profile
from masthead.newsroom.sources.models import SourceDocument
from masthead.newsroom.staff.models import User


class DocumentRefused(MastheadError):
    """An address that cannot be a document; the sentence says why and what to give instead."""


@transaction.atomic
def add_document(url: str, *, user: User | None, kind: str = "") -> SourceDocument:
    """Return the document at `url`, made where it is not known yet; a new one has a copy queued.

    Addresses that differ only in what follows readers around (utm_…, fbclid), in `www.`, in the scheme or in a slash at the end
    are one document.

    Raises:
        DocumentRefused: not an address on the public web, or somebody's profile and not a post.
    """
    try:
        address, canonical = links.cleaned(url), links.canonical(url)
    except AddressRefused as refused:
        raise DocumentRefused(str(refused)) from None
    if len(address) > links.LONGEST:
        raise DocumentRefused(f"The address has {len(address)} characters; {links.LONGEST} are the most.")
    if is_profile(address):
        raise DocumentRefused(f"{address} is a profile, which shows something else tomorrow: give the address of the post itself.")
    facts = {"url": address, "added_by": user} | ({"kind": kind} if kind else {})
    document, is_new = SourceDocument.objects.get_or_create(canonical_url=canonical, defaults=facts)
    if is_new:
        queue_capture(document, user=user)
        document.refresh_from_db()
    return document
