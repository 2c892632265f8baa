"""Read WordPress block markup: comments such as `<!-- wp:image {"id":5} -->` around HTML, nested at will.

The grammar is the block editor's own (developer.wordpress.org/block-editor, “The block grammar”). Any text is
read without complaint, and nothing of it is lost: the sources of the parts, joined, are the text again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_COMMENT = re.compile(r"<!--\s+(/?)wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(\s+\{.*\})?\s*(/?)-->", re.DOTALL)
DEEPEST = 60


@dataclass(slots=True)
class Block:
    """One block: `parts` are HTML and inner blocks in order. The text outside all blocks has no name."""

    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    parts: list["str | Block"] = field(default_factory=list)
    opening: str = ""
    closing: str = ""

    @property
    def source(self) -> str:
        """The block's markup, word for word."""
        return self.opening + "".join(part if isinstance(part, str) else part.source for part in self.parts) + self.closing

    @property
    def html(self) -> str:
        """The HTML within, without any block's comments."""
        return "".join(part if isinstance(part, str) else part.html for part in self.parts)


def has_blocks(text: str) -> bool:
    """Return whether `text` is block markup rather than classic text."""
    return "<!-- wp:" in text


def read_blocks(text: str) -> Block:
    """Return the nameless block that holds the whole of `text`. Never fails; a block left open ends with its parent."""
    root = Block("")
    stack = [root]
    for token in _tokens(text):
        if isinstance(token, str):
            stack[-1].parts.append(token)
        elif token[1] == "/":
            _close(stack, token[2], token[0])
        else:
            block = Block(token[2], _attributes(token[3]), [], token[0])
            stack[-1].parts.append(block)
            if token[4] != "/" and len(stack) < DEEPEST:
                stack.append(block)
    return root


def _tokens(text: str) -> Iterator[str | re.Match[str]]:
    at = 0
    search = 0
    while (start := text.find("<!--", search)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        match = _COMMENT.fullmatch(text, start, end + 3)
        if match is None:
            search = start + 4
            continue
        if start > at:
            yield text[at:start]
        yield match
        at = search = end + 3
    if at < len(text):
        yield text[at:]


def _close(stack: list[Block], name: str, source: str) -> None:
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth].name == name:
            stack[depth].closing = source
            del stack[depth:]
            return
    stack[-1].parts.append(source)


def _attributes(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
