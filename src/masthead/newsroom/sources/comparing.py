"""Whether a page still says what it said. Pure."""

import re

FEWEST_WORDS = 5  # a line of fewer is a button, a name or an hour
MOST_NEW = 0.2  # of the words: more than this added is another text


def what_changed(before: str, now: str) -> str:
    """Return what is different between two texts of one page, for people; empty where nothing that matters is.

    A line of the old text that is not in the new one is a change, however small: a figure, a “not”. Lines of fewer than
    five words, white space, case and typography do not count; what is added counts once it is a fifth of the text.
    """
    old, new = _lines(before), _lines(now)
    if not old:
        return ""
    missing = [line for line in old if line not in set(new)]
    if missing:
        return f"{len(missing)} of {len(old)} paragraphs are gone or different."
    added = sum(len(line.split()) for line in new if line not in set(old))
    words = sum(len(line.split()) for line in old)
    return f"{added} words were added to {words}." if added > words * MOST_NEW else ""


def _lines(text: str) -> list[str]:
    """Return the lines that say something, as they are compared: words and figures alone, in small letters."""
    plain = (" ".join(re.findall(r"\w+", line.casefold())) for line in text.splitlines())
    return [line for line in plain if len(line.split()) >= FEWEST_WORDS]
