"""A plain-text page: the first line that is not furniture is the headline, blank lines part paragraphs."""

import html as entities
import re

from masthead.moving.body import Paragraphs
from masthead.moving.pages.furniture import Furniture, line_kind
from masthead.moving.pages.parse import SavedPage, alike
from masthead.moving.pages.sifting import sift

LONGEST_HEADLINE = 200


def read_plain(text: str) -> SavedPage:
    """Return the story of a plain-text page."""
    page = SavedPage()
    blocks = _blocks(text)
    start = _headline_at(blocks)
    for block in blocks[:start]:
        page.leave_out(line_kind(block) or Furniture.MENU, block)
    if start < len(blocks):
        page.headline = " ".join(blocks[start].split())
        sift(page, [Paragraphs(f"<p>{entities.escape(' '.join(block.split()), quote=False)}</p>") for block in blocks[start + 1 :]])
    return page


def _blocks(text: str) -> list[str]:
    """Return the paragraphs: parted by blank lines where there are any between long ones, else by line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").strip().split("\n")
    parted = [block for block in re.split(r"\n[ \t]*\n+", "\n".join(lines)) if block.strip()]
    found: list[str] = []
    for block in parted:
        inner = [line for line in block.split("\n") if line.strip()]
        found += [block] if _is_wrapped(inner) else inner
    return found


def _is_wrapped(lines: list[str]) -> bool:
    """Return whether lines are one paragraph broken at a fixed width: all but the last are about equally long."""
    if len(lines) < 2:  # noqa: PLR2004 - one line is no broken paragraph
        return True
    lengths = [len(line.rstrip()) for line in lines[:-1]]
    return min(lengths) >= 50 and max(lengths) <= 110 and len(lines[-1]) <= max(lengths) + 10  # noqa: PLR2004 - columns of common editors


def _headline_at(blocks: list[str]) -> int:
    """Return which block is the headline: one printed twice, else the first line that is text and no sentence of the story."""
    lines = [" ".join(block.split()) for block in blocks]
    top = [number for number, line in enumerate(lines[:25]) if line_kind(line) is None and len(line) <= LONGEST_HEADLINE]
    for number in top:
        if len(lines[number]) > 15 and any(alike(lines[number], other) for other in lines[number + 1 : number + 12]):  # noqa: PLR2004 - longer than a menu's word
            return number
    long_enough = [number for number in top if len(lines[number].split()) > 3]  # noqa: PLR2004 - a menu's entry has fewer words
    return (long_enough or top or [len(blocks)])[0]
