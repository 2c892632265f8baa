"""How requests of Stripe's library travel: over connections that stay open and are shared by threads, and nothing more than that.

The library's own way through `requests` takes twice the processor time, and webhooks come in bursts.
"""

from collections.abc import Mapping
from typing import Any

import stripe
import urllib3

CONNECT_SECONDS, ANSWER_SECONDS = 5, 20
MOST_KEPT = 8  # connections; as many as questions are asked at a time (giving/actions/asking.py)


class Transport(stripe.HTTPClient):
    """Carries one request, once, to the servers whose certificates lead to Stripe's own list of roots. No proxy of the environment is used."""

    name = "masthead"

    def __init__(self) -> None:
        super().__init__()
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
            maxsize=MOST_KEPT,
            retries=False,
            cert_reqs="CERT_REQUIRED",
            ca_certs=stripe.ca_bundle_path,
        )

    def request(self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None) -> tuple[str, int, Mapping[str, str]]:  # type: ignore[override]
        """Send it and return body, status and headers.

        Raises:
            stripe.APIConnectionError: no answer; it may have been done all the same.
        """
        try:
            answer = self._pool.request(method.upper(), url, headers=headers, body=post_data)
        except urllib3.exceptions.HTTPError as error:
            raise stripe.APIConnectionError(f"Stripe did not answer: {type(error).__name__}") from None  # type: ignore[no-untyped-call]
        return answer.data.decode("utf-8", "replace"), answer.status, answer.headers

    def close(self) -> None:
        """Let the connections go."""
        self._pool.clear()
