"""Asking a provider several things at a time: most of the time of a question is waiting for the answer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

from masthead.funding.providers.base import Facts, Provider

MOST_AT_ONCE = 8


def at_once(provider: Provider, refs: Sequence[str]) -> dict[str, Facts | Exception]:
    """Fetch each of `refs` and return what was said, or what went wrong, by ref; as many at a time as the provider allows."""
    ask = partial(_ask, provider)
    if provider.capabilities.asked_at_once == 1 or len(refs) == 1:
        return {ref: ask(ref) for ref in refs}
    return dict(zip(refs, _askers(provider.capabilities.asked_at_once).map(ask, refs), strict=True))


def _ask(provider: Provider, ref: str) -> Facts | Exception:
    try:
        return provider.fetch(ref)
    except Exception as error:  # noqa: BLE001 - kept beside the webhook, and said there
        return error


@cache
def _askers(number: int) -> ThreadPoolExecutor:
    """Return threads that live as long as the process, so that their connections to the provider do."""
    return ThreadPoolExecutor(min(number, MOST_AT_ONCE), thread_name_prefix="ask")
