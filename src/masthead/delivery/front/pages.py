"""What the front says itself: refusals in one line, and the page that tells a reader what is not there just now.

The page's sentences are English here. The renderer, which has Django, leaves them in the newsroom's language beside the page store; the front reads them there.
"""

import json
import os
from collections.abc import Mapping
from html import escape
from http import HTTPStatus
from pathlib import Path

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
FILE = "away.json"


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for translation, which happens where Django is (delivery/away.py)."""
    return sentence


SENTENCES: Mapping[str, str] = {
    "home": gettext_noop("What has been published can still be read:"),
    "to_front": gettext_noop("to the front page"),
    "lost": gettext_noop("We cannot say whether that arrived"),
    "look": gettext_noop(
        "The part of this site that takes what you sent stopped while it had it in hand. Please look whether it was done before you send it again."
    ),
    "paid": gettext_noop(
        "If you have just made a payment, it counts, and its receipt follows by e-mail, even if that takes a while. There is no need to pay again."
    ),
    "no_gifts": gettext_noop("Giving is not possible this minute"),
    "not_charged": gettext_noop("The part of this site that takes gifts is being looked after. Nothing was charged. Please come back in a few minutes."),
    "not_taken": gettext_noop("That was not taken"),
    "send_again": gettext_noop(
        "The part of this site that takes what you send is being looked after. Nothing of it was kept: please send it again in a minute."
    ),
    "not_there": gettext_noop("This page is not there just now"),
    "come_back": gettext_noop("The part of this site that makes it is being looked after. Please come back in a minute."),
}
ENGLISH: Mapping[str, str] = {"lang": "en", "dir": "ltr", **SENTENCES}


def keep(folder: Path, words: Mapping[str, str]) -> None:
    """Leave `words` (SENTENCES, with `lang` and `dir`) in the page store's `folder`, for the fronts of this machine."""
    beside = folder / f"{FILE}.new"
    beside.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    beside.replace(folder / FILE)


class Kept:
    """The words that were left in a folder; English where there are none, or not all of them."""

    def __init__(self, folder: str) -> None:
        """Look in `folder`, the page store's; nowhere where it is empty."""
        self._file = Path(folder) / FILE if folder else None
        self._seen = 0
        self._words = ENGLISH

    def words(self) -> Mapping[str, str]:
        """Return the words as they were left last."""
        if self._file is None:
            return ENGLISH
        try:
            with self._file.open(encoding="utf-8") as file:
                changed = os.fstat(file.fileno()).st_mtime_ns
                if changed != self._seen:
                    known = json.load(file)
                    self._words = known if known.keys() >= ENGLISH.keys() else ENGLISH
                    self._seen = changed
        except (OSError, ValueError, AttributeError):
            return ENGLISH
        return self._words


def refusal(why: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return headers and body of a refusal that says `why` in one line."""
    return [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")], f"{why}\n".encode()


def away(status: int, *, path: str, asked: str, name: str, language: str, words: Mapping[str, str] = ENGLISH) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return headers and body of the page for a reader whom Django cannot answer.

    `status` is 502, 503 or 504; `asked` the request's method: whoever sent something is told whether it may have arrived. `language` is that of
    the publication's `name`, `words` what `keep` was given.
    """
    title, *sentences = (words[key] for key in _keys(status, path=path, asked=asked))
    text = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    home = f'<p>{escape(words["home"])} <a href="/">{escape(words["to_front"])}</a>.</p>'
    page = (
        f'<!doctype html><html lang="{escape(words["lang"])}" dir="{escape(words["dir"])}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} – {escape(name)}</title><style>{STYLE}</style>"
        f'<body><p class="of" lang="{escape(language)}">{escape(name)}</p><main><h1>{escape(title)}</h1>{text}{home}</main></body></html>\n'
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


def _keys(status: int, *, path: str, asked: str) -> list[str]:
    """Return which sentences are said, the title first."""
    sent = asked not in {"GET", "HEAD", "OPTIONS"}
    paid = ["paid"] if path.startswith(PAYING) else []
    if sent and status != HTTPStatus.SERVICE_UNAVAILABLE:
        return ["lost", "look", *paid]
    if path.partition("?")[0] == GIVE:
        return ["no_gifts", "not_charged"]
    return ["not_taken", "send_again"] if sent else ["not_there", "come_back", *paid]
