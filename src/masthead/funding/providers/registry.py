"""The one table of providers, and the rule that practice and real money never meet."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings
from django.core.checks import CheckMessage, Error

from masthead.funding.providers.bank.instructions import takes_transfers
from masthead.funding.providers.base import Provider, ProviderError
from masthead.funding.providers.paypal import account as paypal
from masthead.funding.providers.stripe import account as stripe


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One provider of the table: every one has a folder with `client.py` (speaks to it) and `provider.py` (our facts)."""

    name: str
    live: bool  # can move real money
    is_on: Callable[[], bool]  # reads the newsroom's settings
    path: str  # module:class
    in_test: Callable[[], bool] = lambda: False  # on with its test keys, which move nothing
    far: bool = False  # asked over the network
    form_targets: Callable[[], tuple[str, ...]] = tuple  # origins beside our own that the contribute form leads to

    @property
    def moves_money(self) -> bool:
        """Say whether it moves real money as the newsroom's settings stand."""
        return self.live and not self.in_test()


PROVIDERS: tuple[Listed, ...] = (
    Listed(
        name="stripe",
        live=True,
        far=True,
        is_on=stripe.is_on,
        in_test=stripe.is_test,
        form_targets=stripe.form_targets,
        path="masthead.funding.providers.stripe.provider:StripeProvider",
    ),
    Listed(
        name="paypal",
        live=True,
        far=True,
        is_on=paypal.is_on,
        in_test=paypal.is_test,
        form_targets=paypal.form_targets,
        path="masthead.funding.providers.paypal.provider:PayPalProvider",
    ),
    Listed(name="practice", live=False, is_on=lambda: settings.ENV.practice, path="masthead.funding.providers.practice.provider:PracticeProvider"),
    Listed(name="bank", live=True, is_on=lambda: takes_transfers(settings.ENV), path="masthead.funding.providers.bank.provider:BankProvider"),
)


class UnknownProvider(ProviderError):
    """A provider that is not in the table, or is not on in this newsroom."""


class PracticeBesideLive(ProviderError):
    """Practice gifts and real money in one newsroom: nothing is taken until one of them is off."""


def enabled() -> tuple[Listed, ...]:
    """Return the providers that are on in this newsroom.

    Raises:
        PracticeBesideLive: a live provider and practice are both on.
    """
    on = tuple(listed for listed in PROVIDERS if listed.is_on())
    live = [listed.name for listed in on if listed.moves_money]
    unreal = [listed.name for listed in on if not listed.moves_money]
    if live and unreal:
        mend = "set practice = false in masthead.toml" if unreal[0] == "practice" else f"remove the test keys of {unreal[0]}"
        raise PracticeBesideLive(
            f"{unreal[0]} moves no money and is on beside the live provider {live[0]}, so a gift could look real and not be: {mend}, or remove the settings of {live[0]}."
        )
    return on


def provider(name: str) -> Provider:
    """Return the provider called `name`, where it is on.

    Raises:
        UnknownProvider: it is not in the table, or not on.
        PracticeBesideLive: a live provider and practice are both on.
    """
    for listed in enabled():
        if listed.name == name:
            return _made(listed.path)
    raise UnknownProvider(f"The provider {name!r} is not on in this newsroom: see its settings in masthead.toml.")


def form_targets() -> tuple[str, ...]:
    """Return the origins beside our own that a form of the contribute pages may lead to; none where nothing can be given."""
    try:
        return tuple(target for listed in enabled() for target in listed.form_targets())
    except PracticeBesideLive:
        return ()


def default_name() -> str:
    """Return the name of the provider that takes new gifts: the first that is on.

    Raises:
        UnknownProvider: none is on.
    """
    on = enabled()
    if not on:
        raise UnknownProvider("No provider is on, so no gift can be taken: configure one, or set practice = true in masthead.toml to try things out.")
    return on[0].name


@cache
def _made(path: str) -> Provider:
    module, _, name = path.partition(":")
    made: Provider = getattr(import_module(module), name)()
    return made


def check_providers(**_: object) -> list[CheckMessage]:
    """Report, as a Django system check, practice beside a live provider."""
    try:
        enabled()
    except PracticeBesideLive as refusal:
        return [Error(str(refusal), id="giving.E001")]
    return []
