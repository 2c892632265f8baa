"""Pairing quotation marks over a run of paragraphs, and what is wrong where they do not pair. Pure.

A quotation that runs over several paragraphs is opened in each and closed in the last alone (the convention of the English-, French- and
Spanish-language press; The Chicago Manual of Style, 13.32). So a paragraph may leave a quotation open only where the next one opens it
again, and `quotation_running` says when even that cannot be meant.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from masthead.newsroom.desk.checks import quotation_running as running
from masthead.newsroom.desk.checks.quotation_marks import BEFORE, MARKS, UNSEEN, Family, Mark, Side
from masthead.newsroom.stories.text import Kind, Passage

STRAIGHT = ('"', "''")
AHEAD = 60  # marks of a paragraph that are looked at to tell what one does: a text of nothing but marks may not hold up a save


class Wrong(StrEnum):
    """What can be wrong with a mark."""

    UNCLOSED = "unclosed"
    UNOPENED = "unopened"
    UNRESUMED = "unresumed"  # its paragraph goes on with a quotation and does not say so
    UNSTARTED = "unstarted"  # its paragraph goes on with words that the one before leads in to and does not open
    TURNED = "turned"
    NESTED = "nested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One mark that is wrong, and the passage it stands in. `sure` is false where the reader may be at fault and not the text."""

    wrong: Wrong
    passage: Passage
    mark: Mark
    sure: bool = True


@dataclass(slots=True)
class Paragraph:
    """What the marks of one family come to in one passage: (opening, closing) pairs, the marks left open, and faults."""

    passage: Passage
    spans: list[tuple[Mark, Mark]] = dataclasses.field(default_factory=list)
    left: list[Mark] = dataclasses.field(default_factory=list)
    faults: list[Fault] = dataclasses.field(default_factory=list)

    def blame(self, wrong: Wrong, mark: Mark) -> None:
        """Note that `mark` is wrong."""
        self.faults.append(Fault(wrong=wrong, passage=self.passage, mark=mark))


@dataclass(frozen=True, slots=True)
class _Open:
    """A quotation that a paragraph leaves open, and who speaks."""

    passage: Passage
    mark: Mark
    voices: running.Voices

    @property
    def fault(self) -> Fault:
        return Fault(wrong=Wrong.UNCLOSED, passage=self.passage, mark=self.mark)


def pair(passages: Sequence[Passage], marks: Sequence[Sequence[Mark]], *, english: bool) -> tuple[list[Paragraph], list[Fault]]:
    """Return how the marks of one family pair in each of `passages`, read from one to the next, and all that is wrong.

    `marks` are those of each passage, in the same order.
    """
    paragraphs: list[Paragraph] = []
    faults: list[Fault] = []
    left: _Open | None = None
    for passage, own in zip(passages, marks, strict=True):
        resumed = left is not None and resumes(own, passage.text)
        carried = left is not None and not resumed and _carries(left, passage, own)
        if carried and not own:
            paragraphs.append(Paragraph(passage))
            continue  # still open behind it
        paragraph = read(passage, own, open_before=left.mark if left and carried else None, first_opens=resumed)
        still = bool(paragraph.left) and not paragraph.left[0].end  # what was open before
        if left and not resumed and not carried:
            faults.append(left.fault)
        elif left and carried and not _sits_in_list(left.passage, passage) and not running.is_cut(left.passage.text, passage.text):
            faults.append(Fault(wrong=Wrong.UNRESUMED, passage=passage, mark=own[0]))
        elif left and resumed and not _goes_on(left, paragraph, english=english):
            faults.append(left.fault)
            resumed = False
        elif english and not left and paragraphs and resumes(own, passage.text) and _lacks_opening(paragraphs[-1].passage.text, paragraph):
            faults.append(Fault(wrong=Wrong.UNSTARTED, passage=passage, mark=own[0]))
        faults += paragraph.faults
        paragraphs.append(paragraph)
        if not paragraph.left:
            left = None
        elif not still:
            heard = running.voices(_house(paragraph)) if english else running.SILENT
            left = _Open(passage, paragraph.left[0], heard or (left.voices if left and resumed else running.SILENT))
    if left:
        faults.append(left.fault)
    return paragraphs, faults


def read(passage: Passage, own: Sequence[Mark], *, open_before: Mark | None = None, first_opens: bool = False) -> Paragraph:
    """Return how the marks `own` of one family pair within `passage`; `open_before` is still open where it begins."""
    found = Paragraph(passage)
    stack = [dataclasses.replace(open_before, start=0, end=0)] if open_before else []
    for number, mark in enumerate(own):
        rest = own[number + 1 : number + 1 + AHEAD]
        side = Side.OPEN if first_opens and not number else _acts(mark, stack, rest)
        if side is Side.CLOSE and not stack and rest and rest[0].side is Side.CLOSE and not (rest[0].turned or rest[0].inch):
            found.blame(Wrong.TURNED, mark)  # it opens what the next one closes
            stack.append(mark)
        elif side is Side.OPEN:
            if stack and (_closes_again(rest, len(stack) + 1) or _looks_other(mark, stack[-1], rest)):
                found.blame(Wrong.NESTED, mark)
            elif stack:
                found.blame(Wrong.UNCLOSED, stack.pop())
            if mark.shape is Side.CLOSE and mark.family is not Family.GUILLEMET:
                found.blame(Wrong.TURNED, mark)
            stack.append(mark)
        elif side is Side.CLOSE and stack:
            if mark.side is Side.OPEN:
                found.blame(Wrong.TURNED, mark)
            found.spans.append((stack.pop(), mark))
        elif side is Side.CLOSE:
            found.blame(Wrong.UNOPENED, mark)
    found.left = stack
    return found


def resumes(own: Sequence[Mark], text: str) -> bool:
    """Say whether `text` begins by opening a quotation."""
    if not own or (own[0].family is not Family.GUILLEMET and own[0].side is Side.CLOSE):
        return False  # » at the beginning of a paragraph resumes in an older French manner
    return not text[: own[0].start].strip().strip(MARKS + UNSEEN + BEFORE + "….").strip()


def _acts(mark: Mark, stack: Sequence[Mark], rest: Sequence[Mark]) -> Side | None:
    """Return what `mark` does where the quotations in `stack` are open; None for a measure."""
    if mark.inch and (not stack or (rest and rest[0].side is Side.CLOSE)):
        return None
    if mark.turned or mark.side is Side.EITHER:
        return Side.CLOSE if stack else Side.OPEN
    if stack and mark.place is Side.EITHER and mark.side is Side.OPEN and all(other.side is Side.OPEN for other in rest):
        return Side.CLOSE  # nothing else would
    if stack and mark.shape is Side.EITHER and mark.place is Side.OPEN and not _closes_again(rest, len(stack) + 1) and _balances(rest):
        return Side.CLOSE  # "the house "was old: the space is on its wrong side
    return mark.side


def _balances(rest: Sequence[Mark]) -> bool:
    """Say whether what follows opens and closes by itself, one quotation after the other."""
    sides = [mark.side for mark in rest if not mark.inch]
    return sides == [Side.OPEN, Side.CLOSE] * (len(sides) // 2)


def _looks_other(mark: Mark, outer: Mark, rest: Sequence[Mark]) -> bool:
    """Say whether `mark` opens a curly quotation inside a straight one, or the reverse: whoever writes so tells them apart."""
    return (
        (mark.char in STRAIGHT) is not (outer.char in STRAIGHT)
        and bool(rest)
        and rest[0].side is not Side.OPEN
        and (rest[0].char in STRAIGHT) is (mark.char in STRAIGHT)
    )


def _closes_again(rest: Sequence[Mark], depth: int) -> bool:
    """Say whether all that is open is closed later in the paragraph."""
    for mark in rest:
        depth += 1 if mark.side is Side.OPEN else -1
        if not depth:
            return True
    return False


def _carries(left: _Open, passage: Passage, own: Sequence[Mark]) -> bool:
    """Say whether the open quotation goes on in `passage` although nothing opens it there."""
    if _sits_in_list(left.passage, passage) or running.is_cut(left.passage.text, passage.text):
        return True
    return bool(own) and own[0].side is Side.CLOSE and not own[0].inch


def _sits_in_list(before: Passage, passage: Passage) -> bool:
    """Say whether `passage` is an item of a list that the words before lead in to."""
    return passage.kind is Kind.ITEM and (before.kind is Kind.ITEM or before.text.rstrip().endswith(":"))


def _goes_on(left: _Open, paragraph: Paragraph, *, english: bool) -> bool:
    """Say whether what `left` opened can go on in `paragraph`, which begins with an opening mark."""
    text = left.passage.text
    if not running.may_go_on(text[left.mark.end :], text[: left.mark.start], english=english):
        return False
    if not paragraph.spans or any(fault.wrong is Wrong.NESTED for fault in paragraph.faults):
        return True
    opening, closing = paragraph.spans[0]
    own = paragraph.passage.text
    if running.is_part(own[opening.end : closing.start], own[closing.end :], english=english):
        return False
    return not (english and running.differ(left.voices, running.voices([_after_first(paragraph)])))


def _lacks_opening(before: str, paragraph: Paragraph) -> bool:
    """Say whether `before` leads in to words that nothing opens and that `paragraph`, naming nobody new, goes on with."""
    if not running.lacks_opening(before):
        return False
    heard = running.voices([_after_first(paragraph)]) if paragraph.spans else running.SILENT
    return all(voice in before for voice in heard if voice[0].isupper())


def _after_first(paragraph: Paragraph) -> str:
    """Return the house's words between the first quotation and the next, as far as they may name who speaks."""
    text, closing = paragraph.passage.text, paragraph.spans[0][1]
    following = paragraph.spans[1][0].start if len(paragraph.spans) > 1 else len(text)
    return text[closing.end : min(following, closing.end + running.NEAR)]


def _house(paragraph: Paragraph) -> Iterator[str]:
    """Yield the words of `paragraph` outside its quotations, up to the one left open."""
    text, at = paragraph.passage.text, 0
    end = paragraph.left[0].start if paragraph.left else len(text)
    for opening, closing in paragraph.spans:
        if closing.end <= end:
            yield text[at : opening.start]
            at = closing.end
    yield text[at:end]
