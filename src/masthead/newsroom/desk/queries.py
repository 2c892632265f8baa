"""What the desk finds in a story, and what of it still stands."""

from collections.abc import Iterable

from masthead.newsroom.desk import checks
from masthead.newsroom.desk.models import Acceptance
from masthead.newsroom.desk.reading import read
from masthead.newsroom.stories.gate import Finding, Inspected


def open_findings(page: Inspected) -> Iterable[Finding]:
    """Return the findings in `page` that nobody has accepted; the gate's inspector."""
    found = checks.run(read(page))
    if not found or page.pk is None:
        return found
    accepted = set(Acceptance.objects.filter(page_id=page.pk).values_list("finding_key", flat=True))
    return [finding for finding in found if finding.key not in accepted]


def acceptances(page: Inspected) -> list[Acceptance]:
    """Return what was accepted in `page`, newest first."""
    return list(Acceptance.objects.filter(page_id=page.pk).select_related("accepted_by").order_by("-accepted_at"))
