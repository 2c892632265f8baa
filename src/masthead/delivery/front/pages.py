"""What the front says itself: refusals in one line, and the page that tells a reader what is not there just now."""

from html import escape
from http import HTTPStatus

STYLE = (
    "html{color-scheme:light dark;font:1.125rem/1.6 Georgia,serif}body{max-width:34rem;margin:15vh auto;padding:0 1.25rem}"
    "h1{font-size:1.6rem;line-height:1.25;margin:.3em 0 .6em}p{margin:0 0 1em}.of{font-family:system-ui,sans-serif;font-size:.95rem;letter-spacing:.02em}"
)
RETRY_SECONDS = 20
# No hash of the style is needed elsewhere: this page stands alone, and loads nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
GIVE = "/contribute/"
PAYING = ("/contribute/", "/giving/", "/practice/")
"""Where readers come back to from a payment."""


def refusal(why: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return headers and body of a refusal that says `why` in one line."""
    return [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")], f"{why}\n".encode()


def away(status: int, *, path: str, asked: str, name: str, language: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return headers and body of the page for a reader whom Django cannot answer.

    `status` is 502, 503 or 504; `asked` the request's method: whoever sent something is told whether it may have arrived.
    """
    title, sentences = _words(status, path=path, asked=asked)
    text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)} – {escape(name)}</title><style>{STYLE}</style>'
        f'<body><p class="of" lang="{escape(language)}">{escape(name)}</p><main><h1>{escape(title)}</h1>{text}</main></body></html>\n'
    )
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", POLICY.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
        (b"retry-after", str(RETRY_SECONDS).encode()),
    ]
    return headers, page.encode()


def _words(status: int, *, path: str, asked: str) -> tuple[str, list[str]]:
    home = 'What has been published can still be read: <a href="/">to the front page</a>.'
    sent = asked not in {"GET", "HEAD", "OPTIONS"}
    paid = "If you have just made a payment, it counts, and its receipt follows by e-mail, even if that takes a while. There is no need to pay again."
    if sent and status != HTTPStatus.SERVICE_UNAVAILABLE:
        title = "We cannot say whether that arrived"
        lines = ["The part of this site that takes what you sent stopped while it had it in hand. Please look whether it was done before you send it again."]
        return title, [*lines, paid, home] if path.startswith(PAYING) else [*lines, home]
    if path.partition("?")[0] == GIVE:
        title = "Giving is not possible this minute"
        return title, ["The part of this site that takes gifts is being looked after. Nothing was charged. Please come back in a few minutes.", home]
    if sent:
        return "That was not taken", [
            "The part of this site that takes what you send is being looked after. Nothing of it was kept: please send it again in a minute.",
            home,
        ]
    lines = ["The part of this site that makes it is being looked after. Please come back in a minute."]
    return "This page is not there just now", [*lines, paid, home] if path.startswith(PAYING) else [*lines, home]
