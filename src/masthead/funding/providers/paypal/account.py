"""Which PayPal account a newsroom has, and whether it moves money: read from the settings alone."""

from django.conf import settings

LIVE, SANDBOX = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"
PAGES = {LIVE: "https://www.paypal.com", SANDBOX: "https://www.sandbox.paypal.com"}


def is_on() -> bool:
    """Say whether the newsroom has PayPal's keys."""
    return bool(settings.ENV.paypal_client_id and settings.ENV.paypal_secret)


def is_test() -> bool:
    """Say whether the keys move no money: those of the sandbox, or of a simulator on this machine."""
    return base() != LIVE


def is_here() -> bool:
    """Say whether the API is a simulator on this machine."""
    return base() not in PAGES


def base() -> str:
    """Return the address of the API, without a slash at its end."""
    return str(settings.ENV.paypal_api) or LIVE


def pages() -> str:
    """Return the origin of the pages that supporters see."""
    return PAGES.get(base(), base())


def form_targets() -> tuple[str, ...]:
    """Return the origins that a form of ours may lead to: PayPal's pages, or the simulator's."""
    return (pages(),)
