"""The way to the page of one's own gifts: a link by mail that works once, and the short visit that it opens. No passwords."""

import datetime as dt
import logging
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from masthead.funding.giving.letters import letter_to
from masthead.kernel.errors import MastheadError
from masthead.readers import links
from masthead.readers.links import BadLink
from masthead.readers.models import Supporter, Visit
from masthead.readers.rules import normal_email

LINK, SESSION, KEY = "giving.visit", "giving.session", "giving.key"
LASTS = dt.timedelta(minutes=30)  # the link, and then the visit
WINDOW = dt.timedelta(hours=1)
MOST_PER_EMAIL, MOST_PER_PLACE = 3, 20  # in that window
RETRY = dt.timedelta(minutes=1)
KEPT = dt.timedelta(days=2)
MOST_AT_ONCE = 20
logger = logging.getLogger(__name__)


class TooOften(MastheadError):
    """More links than anybody needs were asked for from one network."""


@transaction.atomic
def ask_for_link(*, email: str, place: str, now: dt.datetime) -> None:
    """Note that somebody at `place` (a network) asks for the link of an address; `send_links` looks whether it is a supporter's.

    Known or not, throttled or not, an address leaves the same row at the same cost, and its owner the same answer.

    Raises:
        BadEmail: it is not an address.
        TooOften: twenty were asked for from this network within the hour.
    """
    address = normal_email(email)
    email_mark, place_mark = _mark(address), _mark(place)
    lately = Visit.objects.filter(asked_at__gt=now - WINDOW)
    if lately.filter(place_mark=place_mark).count() >= MOST_PER_PLACE:
        raise TooOften(_("Too many links were asked for from your network: try again in an hour."))
    often = lately.filter(email_mark=email_mark).count() >= MOST_PER_EMAIL
    Visit.objects.create(email="" if often else address, email_mark=email_mark, place_mark=place_mark, asked_at=now)


def send_links(*, now: dt.datetime) -> int:
    """Send the links that were asked for to those who are supporters, and return how many left. The typed addresses are forgotten."""
    Visit.objects.filter(asked_at__lte=now - LASTS).exclude(email="").update(email="")
    waiting = Visit.objects.exclude(email="").filter(Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - RETRY)).order_by("asked_at")
    return sum(_send_one(visit, now=now) for visit in waiting[:MOST_AT_ONCE])


def _send_one(visit: Visit, *, now: dt.datetime) -> bool:
    if not Visit.objects.filter(pk=visit.pk, claimed_at=visit.claimed_at).exclude(email="").update(claimed_at=now):
        return False
    supporter = Supporter.objects.filter(email=visit.email).first()
    if supporter:
        try:
            letter_to(
                supporter.email,
                subject=_("Your gifts to %(newsroom)s") % {"newsroom": settings.ENV.name},
                template="manage",
                context={"link": settings.ENV.address + link_path(visit, now=visit.asked_at), "name": supporter.name},
                message_id=f"visit-{visit.pk.hex}",
            ).send()
        except Exception:
            logger.exception("The link to a supporter's page was not sent; it is tried again in a minute")
            return False
    Visit.objects.filter(pk=visit.pk).update(email="", supporter=supporter, sent_at=now if supporter else None)
    return supporter is not None


def link_path(visit: Visit, *, now: dt.datetime) -> str:
    """Return the path that opens a visit, good for half an hour and once."""
    return reverse("giving_enter", args=[links.sign(purpose=LINK, value=visit.pk.hex, now=now)])


def is_openable(*, token: str, now: dt.datetime) -> bool:
    """Say whether a link would open a visit now; looking uses nothing up."""
    try:
        pk = uuid.UUID(hex=links.read(purpose=LINK, token=token, max_age=LASTS, now=now))
    except (BadLink, ValueError):
        return False
    return Visit.objects.filter(pk=pk, supporter__isnull=False, opened_at__isnull=True).exists()


def open_visit(*, token: str, now: dt.datetime) -> str:
    """Use a link up and return the value of the visit's cookie.

    Raises:
        BadLink: it is not ours, too old, or was used.
    """
    try:
        pk = uuid.UUID(hex=links.read(purpose=LINK, token=token, max_age=LASTS, now=now))
    except ValueError:
        raise BadLink("This link does not work.") from None
    if not Visit.objects.filter(pk=pk, supporter__isnull=False, opened_at__isnull=True).update(opened_at=now):
        raise BadLink("This link was used already.")
    return links.sign(purpose=SESSION, value=pk.hex, now=now)


def visit_of(cookie: str, *, now: dt.datetime) -> Visit | None:
    """Return the open visit that a cookie names, with its supporter; None where it is over, or was never ours."""
    try:
        pk = uuid.UUID(hex=links.read(purpose=SESSION, token=cookie, max_age=LASTS, now=now))
    except (BadLink, ValueError):
        return None
    found = Visit.objects.filter(pk=pk, supporter__isnull=False, opened_at__gt=now - LASTS - RETRY, ended_at__isnull=True)
    return found.select_related("supporter").first()


def key_of(visit: Visit, *, now: dt.datetime) -> str:
    """Return what each form of a visit carries, so that no other page can post in its name."""
    return links.sign(purpose=KEY, value=visit.pk.hex, now=now)


def is_key_of(visit: Visit, key: str, *, now: dt.datetime) -> bool:
    """Say whether a form was made for this visit."""
    try:
        return links.read(purpose=KEY, token=key, max_age=LASTS, now=now) == visit.pk.hex
    except BadLink:
        return False


def leave(*, visit: Visit, now: dt.datetime) -> None:
    """End a visit: its cookie opens nothing any more."""
    Visit.objects.filter(pk=visit.pk).update(ended_at=now)


def forget_visits(*, now: dt.datetime) -> int:
    """Delete the visits of the days before yesterday, and return how many."""
    return Visit.objects.filter(asked_at__lt=now - KEPT).delete()[0]


def _mark(text: str) -> str:
    return salted_hmac("masthead.giving.visit", text, algorithm="sha256").hexdigest()
