"""Holding off those who try passwords, before any is hashed: a wrong one costs half a second of a processor.

Tries are rows, so that all processes count together. Each is written before it is counted: parallel ones cannot slip
through. What was typed as an address is kept only as a keyed hash, since people type passwords there by mistake.
"""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from masthead.kernel.errors import MastheadError
from masthead.kernel.places import address_of, place_of
from masthead.newsroom.staff.models import SignInTry

WINDOW = dt.timedelta(minutes=15)
PER_ACCOUNT_AND_PLACE = 10
PER_PLACE = 30  # one place trying many accounts
PER_ACCOUNT_FROM_STRANGERS = 50  # many places trying one account; those it signed in from before are not strangers
KNOWN_FOR = dt.timedelta(days=90)


class TooManyTries(MastheadError):
    """Sign-in is closed for a while to this account from this place."""


def place(request: HttpRequest) -> str:
    """Return the network a request comes from, such as 203.0.113.0/24; of proxies, only those of ours are believed."""
    trusted = settings.ENV.trusted_networks
    return place_of(address_of(remote=request.META.get("REMOTE_ADDR", ""), forwarded=request.headers.get("x-forwarded-for", ""), trusted=trusted))


def account(name: str) -> str:
    """Return the name under which tries for `name` are counted."""
    return salted_hmac("masthead.staff.throttle", name.strip().casefold(), algorithm="sha256").hexdigest()


def admit(*, name: str, place: str, now: dt.datetime) -> SignInTry:
    """Write down a try to sign in as `name` from `place` at `now`, and return it.

    Raises:
        TooManyTries: this account, this place or both had too many within the window; no password may be looked at.
    """
    _forget(now)
    key = account(name)
    this = SignInTry.objects.create(account=key, place=place, tried_at=now)
    recent = SignInTry.objects.filter(tried_at__gt=now - WINDOW, succeeded=False)
    here = recent.filter(account=key, place=place).count()
    known = SignInTry.objects.filter(account=key, place=place, succeeded=True).exists()
    strangers = 0 if known else recent.filter(account=key).count()
    if here > PER_ACCOUNT_AND_PLACE or recent.filter(place=place).count() > PER_PLACE or strangers > PER_ACCOUNT_FROM_STRANGERS:
        minutes = int(WINDOW.total_seconds() // 60)
        raise TooManyTries(f"Too many tries. Wait {minutes} minutes, or sign in from where you usually do; “Forgotten password?” works meanwhile.")
    return this


def succeed(this: SignInTry) -> None:
    """Remember that `this` try was the owner's: her place is known, and her earlier slips there are forgiven."""
    SignInTry.objects.filter(account=this.account, place=this.place).exclude(pk=this.pk).delete()
    this.succeeded = True
    this.save(update_fields=["succeeded"])


def _forget(now: dt.datetime) -> None:
    SignInTry.objects.filter(succeeded=False, tried_at__lte=now - WINDOW).delete()
    SignInTry.objects.filter(succeeded=True, tried_at__lte=now - KNOWN_FOR).delete()
