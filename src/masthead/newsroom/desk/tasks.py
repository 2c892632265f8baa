"""What the worker does for the desk: a share of the archive at a time, each share calling the next."""

from django_tasks import task

from masthead.kernel import clock
from masthead.newsroom.desk import archive, watching
from masthead.newsroom.desk.models import Recheck


@task()
def recheck_a_share(recheck_id: int) -> None:
    """Check the next share of a recheck and put the one after it into the queue. Run twice, it does nothing twice."""
    recheck = Recheck.objects.select_related("rule").filter(pk=recheck_id, finished_at=None, stopped_at=None).first()
    if recheck is None:
        return
    keys = archive.next_share(recheck)
    if recheck.rule is not None:
        archive.try_rule(recheck.rule, keys, trial=recheck)
    elif keys:
        archive.check(keys, now=clock.now())
    if archive.advance(recheck, keys, now=clock.now()):
        recheck_a_share.enqueue(recheck_id)


@task()
def note_links() -> None:
    """Note what every public story links to, so that it is asked for now and then."""
    watching.note_all_links()
