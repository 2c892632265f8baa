"""Quotation marks: each that opens is closed, each that closes is opened, none is turned the wrong way.

Where a mark is wrong, nobody can tell whose words the rest of the paragraph is: so these block. What pairs how is in `quotation_pairs`
and `quotation_singles`.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from masthead.newsroom.desk.checks import quotation_pairs, quotation_singles
from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.checks.quotation_marks import MARKS, UNSEEN, Family, Style, marks_of, style_of
from masthead.newsroom.desk.checks.quotation_pairs import Fault, Wrong
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import EVERYWHERE, RUNNING, Kind, Passage

SCOPE = EVERYWHERE - {Kind.EMBED}
WORDS, NEAR = 6, 3  # of the text that a message shows and a finding is known by
ROOM = 120  # code points in which that many are looked for
TURNED_AS = {"“": "”", "”": "“", "«": "»", "»": "«", "‹": "›", "›": "‹", "„": "“"}


@check(
    "quotation-unclosed", Severity.BLOCK, scope=SCOPE, reason="Without its closing mark nobody can tell where somebody's words end and the newsroom's begin."
)
def quotation_unclosed(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each quotation that is opened and not closed, by the convention for quotations of several paragraphs."""
    for fault in _of(reading, Wrong.UNCLOSED):
        message = (
            f"The quotation that begins “{_shown(_behind(fault))} …” is not closed: put the closing mark where the words end; if they go on in the next paragraph, "
            "begin that one with an opening mark."
        )
        yield _hit(fault, message, fault.mark.char + _behind(fault))


@check("quotation-unopened", Severity.BLOCK, scope=SCOPE, reason="Without its opening mark nobody can tell where somebody's words begin.")
def quotation_unopened(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each closing mark that nothing opens, in a paragraph that goes on with a quotation too."""
    for fault in _of(reading, Wrong.UNSTARTED):
        message = (
            f"The paragraph before this one leads in to somebody's words and does not open them, yet “{_shown(_behind(fault))} …” seems to go on with them: put "
            "the opening mark behind the colon."
        )
        yield _hit(fault, message, fault.mark.char + _behind(fault))
    for fault in _of(reading, Wrong.UNOPENED, Wrong.UNRESUMED):
        ending = f"“… {_shown(_before(fault))}”"
        if fault.wrong is Wrong.UNOPENED:
            message = f"Nothing opens the quotation that ends {ending}: put the opening mark where the words begin, or take this mark away."
        else:
            message = (
                f"This paragraph goes on with a quotation, up to {ending}, and does not open it: begin the paragraph with an opening mark; if its first words "
                "are yours, close the quotation in the paragraph before."
            )
        yield _hit(fault, message, _before(fault) + fault.mark.char)


@check("quotation-turned", Severity.BLOCK, scope=SCOPE, reason="A mark turned the wrong way says that a quotation ends where it begins.")
def quotation_turned(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each mark that points, or clings, to the wrong side."""
    for fault in _of(reading, Wrong.TURNED):
        before, behind, better = _before(fault, NEAR), _behind(fault, NEAR), TURNED_AS.get(fault.mark.char, "")
        left, right = _shown(before), _shown(behind)
        where = f"between “{left}” and “{right}”" if left and right else f"after “{left}”" if left else f"before “{right}”"
        what = f"write {better} there" if better else "put the space on its other side"
        message = f"The quotation mark {where} is turned the wrong way: {what}."
        yield _hit(fault, message, f"{before}{fault.mark.char}{behind}", suggestion=better)


@check("quotation-nested", Severity.WARN, scope=SCOPE, reason="Quoted words inside quoted words have marks of their own, so that each ends where it should.")
def quotation_nested(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for double marks inside double marks."""
    for fault in _of(reading, Wrong.NESTED):
        message = f"Double marks stand inside double marks at “{_shown(_behind(fault))} …”: use single ones for words quoted inside a quotation."
        yield _hit(fault, message, fault.mark.char + _behind(fault))


CHECKS = (quotation_unclosed, quotation_unopened, quotation_turned, quotation_nested)


def _of(reading: Reading, *wanted: Wrong) -> Iterator[Fault]:
    return (fault for fault in faults(reading.passages, reading.language) if fault.wrong in wanted)


@lru_cache(maxsize=2)  # four checks ask for the same
def faults(passages: tuple[Passage, ...], language: str) -> tuple[Fault, ...]:
    """Return everything wrong with the quotation marks of `passages`, written in `language` (a BCP 47 tag), in the order of the text."""
    read = [passage for passage in passages if passage.kind in SCOPE and not passage.text.isspace()]
    style = style_of([passage.text for passage in read], language)
    english = language.split("-", maxsplit=1)[0].lower() == "en"
    found = [fault for flow in _flows(read) for fault in _faults(flow, style, english=english)]
    order = {id(passage): number for number, passage in enumerate(read)}
    return tuple(sorted(found, key=lambda fault: (order[id(fault.passage)], fault.mark.start)))


def _flows(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    """Yield the runs of text in which a quotation may go on: the text proper, each block quotation, and everything else by itself."""
    proper: list[Passage] = []
    others: list[Passage] = []
    for passage in passages:
        (proper if passage.kind in RUNNING - {Kind.QUOTATION} else others).append(passage)
    yield proper
    for kind, group in groupby(others, key=lambda passage: (passage.kind, passage.block)):
        if kind[0] is Kind.QUOTATION:
            yield list(group)
        else:
            yield from ([passage] for passage in group)


def _faults(flow: Sequence[Passage], style: Style, *, english: bool) -> Iterator[Fault]:
    marks = [marks_of(passage.text, style) for passage in flow]
    if not any(marks):
        return
    sure = all(passage.kind in RUNNING for passage in flow)
    found: list[Fault] = []
    doubles = [quotation_pairs.Paragraph(passage) for passage in flow]
    for family in Family:
        own = [[mark for mark in each if mark.family is family] for each in marks]
        if not any(own) and family is not Family.DOUBLE:
            continue
        if family is Family.SINGLE:
            found += quotation_singles.pair(flow, own, doubles, english=english)[1]
        else:
            paragraphs, wrong = quotation_pairs.pair(flow, own, english=english)
            found += [fault for fault in wrong if fault.wrong is not Wrong.NESTED or family is Family.DOUBLE]
            doubles = paragraphs if family is Family.DOUBLE else doubles
    for fault in found:
        yield fault if sure else Fault(wrong=fault.wrong, passage=fault.passage, mark=fault.mark, sure=False)


def _hit(fault: Fault, message: str, text: str, *, suggestion: str = "") -> Hit:
    doubtful = None if fault.sure or fault.wrong is Wrong.NESTED else Severity.WARN
    return Hit(message=message, at=fault.passage, start=fault.mark.start, end=fault.mark.end, text=text, severity=doubtful, suggestion=suggestion)


def _behind(fault: Fault, words: int = WORDS) -> str:
    """Return the few words behind the mark."""
    return " ".join(fault.passage.text[fault.mark.end : fault.mark.end + ROOM].split()[:words])


def _before(fault: Fault, words: int = WORDS) -> str:
    """Return the few words before the mark."""
    return " ".join(fault.passage.text[max(0, fault.mark.start - ROOM) : fault.mark.start].split()[-words:])


def _shown(text: str) -> str:
    """Return `text` as it stands between the marks of a message."""
    return text.strip(MARKS + UNSEEN)
