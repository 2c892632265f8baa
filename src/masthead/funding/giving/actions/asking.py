"""Asking a provider several things at a time: most of the time of a question is waiting for the answer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

from masthead.funding.providers.base import Facts, Provider

MOST_AT_ONCE = 8


def at_once(provider: Provider, refs: Sequence[str], *, who: str = "the inbox") -> dict[str, Facts | Exception]:
    """Fetch each of `refs` and return what was said, or what went wrong, by ref; as many at a time as the provider allows.

    Each provider has threads of its own for each who asks: one that is slow takes none from what waits for another.
    """
    ask = partial(_ask, provider)
    if provider.capabilities.asked_at_once == 1 or len(refs) <= 1:
        return {ref: ask(ref) for ref in refs}
    askers = _askers(provider.name, who, min(provider.capabilities.asked_at_once, MOST_AT_ONCE))
    return dict(zip(refs, askers.map(ask, refs), strict=True))


def _ask(provider: Provider, ref: str) -> Facts | Exception:
    try:
        return provider.fetch(ref)
    except Exception as error:  # noqa: BLE001 - kept beside the webhook, and said there
        return error


@cache
def _askers(provider: str, who: str, number: int) -> ThreadPoolExecutor:
    """Return threads that live as long as the process, so that their connections to the provider do."""
    return ThreadPoolExecutor(number, thread_name_prefix=f"{who} asks {provider}")
