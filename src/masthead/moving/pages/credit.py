"""Picture credits in a line or at the end of a caption: “Photo: @account / X”, “(Image: Jambula)”, “Credit: ...”."""

import re

_WORD = r"(?:photo(?:graph)?s?|picture|pic|image|illustration|graphic|foto|photo\s+credit|picture\s+credit|image\s+credit|credits?|courtesy|source)"
_WHOLE = re.compile(rf"[(\[]?\s*{_WORD}(?:\s+(?:credit|by|courtesy(?:\s+of)?|from|via))?\s*[:|/–—-]\s*(?P<credit>[^\n]{{2,200}}?)\s*[)\]]?\.?", re.IGNORECASE)
_BY = re.compile(r"(?:photo(?:graph)?|picture|image|illustration)\s+(?:by|courtesy\s+of)\s+(?P<credit>[^\n.]{2,120})\.?", re.IGNORECASE)
# Before the credit the caption ends as a sentence, or a bracket, dash or bar opens.
_AT_END = re.compile(
    rf"(?P<caption>.{{3,600}}?)(?:(?<=[.!?…”\"')\]])\s*[(\[]?|\s*[(\[|–—])\s*{_WORD}(?:\s+(?:credit|by))?\s*[:|]\s*(?P<credit>[^\n:]{{2,160}}?)\s*[)\]]?\.?",
    re.IGNORECASE | re.DOTALL,
)
LONGEST_LINE = 220
LONGEST_CAPTION = 800


def whole_credit(line: str) -> str:
    """Return the credit where a line is nothing else, or nothing."""
    text = " ".join(line.split())
    if len(text) > LONGEST_LINE:
        return ""
    match = _WHOLE.fullmatch(text) or _BY.fullmatch(text)
    return match["credit"].strip() if match else ""


def split_caption(caption: str) -> tuple[str, str]:
    """Return a caption without its credit, and the credit; the caption alone where it ends without one."""
    text = " ".join(caption.split())
    if credit := whole_credit(text):
        return "", credit
    match = _AT_END.fullmatch(text) if len(text) <= LONGEST_CAPTION else None
    return (match["caption"].strip(), match["credit"].strip()) if match else (text, "")
