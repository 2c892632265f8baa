"""What `masthead doctor` says of the payment providers that are on: whether money moves, and whether their word reaches the newsroom."""

from collections.abc import Iterator

from masthead.cli.examine import Finding, is_public
from masthead.config.env import Env


def providers(env: Env) -> Iterator[Finding]:
    """Look at Stripe and PayPal where the newsroom has their keys: live or test, the webhook's secret, the last webhook seen."""
    from masthead.funding.providers.paypal import account as paypal
    from masthead.funding.providers.stripe import account as stripe

    if stripe.is_on():
        yield _provider(env, "stripe", live=stripe.is_live(), heard=bool(env.webhook_secrets_of_stripe), setting="stripe_webhook_secrets")
    if paypal.is_on():
        yield _provider(env, "paypal", live=not paypal.is_test(), heard=bool(env.paypal_webhook_id), setting="paypal_webhook_id")
    elif env.paypal_client_id or env.paypal_secret:
        lacking = "paypal_secret" if env.paypal_client_id else "paypal_client_id"
        yield Finding("paypal", ok=False, words=f"off: {lacking} is empty", mend=f"set {lacking} in masthead.toml, or empty the other one")


def _provider(env: Env, name: str, *, live: bool, heard: bool, setting: str) -> Finding:
    keys = "live keys" if live else "test keys"
    if not heard:
        words = f"{keys}, and {setting} is empty: no webhook is believed, so gifts are counted only by the sweeper"
        return Finding(name, ok=False, words=words, mend=f"make a webhook to {env.address}/webhooks/{name}/ at the provider and set {setting} in masthead.toml")
    if not live and is_public(env):
        return Finding(name, ok=False, words=f"{keys} at {env.address}: gifts look real and move no money", mend="use live keys, or take the test keys out")
    return Finding(name, ok=True, words=f"{keys}, webhooks are verified, {_last_webhook(name)}")


def _last_webhook(name: str) -> str:
    from masthead.funding.giving.models import InboxEvent

    moment = InboxEvent.objects.filter(provider=name).order_by("-received_at").values_list("received_at", flat=True).first()
    return f"the last one came at {moment:%Y-%m-%d %H:%M} UTC" if moment else "none has come yet"
