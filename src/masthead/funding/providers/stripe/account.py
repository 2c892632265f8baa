"""Which Stripe account the newsroom's settings name, and whether it moves money. Loads nothing of Stripe's library."""

from django.conf import settings

CHECKOUT = "https://checkout.stripe.com"
PORTAL = "https://billing.stripe.com"
LIVE_KEYS = ("sk_live_", "rk_live_")


def is_on() -> bool:
    """Say whether the newsroom has a key."""
    return bool(settings.ENV.stripe_secret_key)


def is_live() -> bool:
    """Say whether the key moves real money."""
    return str(settings.ENV.stripe_secret_key).startswith(LIVE_KEYS)


def is_test() -> bool:
    """Say whether the key moves none."""
    return not is_live()


def form_targets() -> tuple[str, ...]:
    """Return the origins that a form of ours may lead to: Stripe's checkout and portal, or the simulator."""
    return (settings.ENV.stripe_api,) if settings.ENV.stripe_api else (CHECKOUT, PORTAL)
