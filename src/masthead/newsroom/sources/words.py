"""What servers' answers are called. Pure."""

from http import HTTPStatus

WORDS = {
    401: "that one must sign in",
    402: "that one must pay",
    403: "that it lets nobody in, or not us",
    404: "that there is nothing at this address",
    410: "that the page is gone for good",
    429: "that it is asked too often",
    451: "that a law keeps the page away",
    503: "that it is not ready",
}


def status_words(status: int) -> str:
    """Return a status code with what it means: `404, that there is nothing at this address`."""
    if status in WORDS:
        return f"{status}, {WORDS[status]}"
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)
