"""Whether readers can see for themselves: statements, relays, unnamed speakers and links."""

from collections.abc import Iterator
from dataclasses import replace

from masthead.newsroom.desk.checks.attribution import relayed_in_words
from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.text import Reading, StatementUse
from masthead.newsroom.stories.gate import Severity

_SHOWN = 60  # characters of a statement's words in a message


def _hit(reading: Reading, statement: StatementUse, message: str) -> Hit:
    """Return a hit where the statement's words are; its key is what makes it the same finding."""
    if statement.passage is None or statement.passage >= len(reading.passages):
        return Hit(message=message, field="body", text=statement.key)
    at = reading.passages[statement.passage]
    end = statement.end if statement.last_passage in {None, statement.passage} else len(at.text)
    return Hit(message=message, at=at, start=statement.start, end=end, text=statement.key)


def _words(statement: StatementUse) -> str:
    words = " ".join(statement.words.split())
    return f"“{words[:_SHOWN].rstrip()}…”" if len(words) > _SHOWN else f"“{words}”"


@check("anonymous-without-reason", Severity.BLOCK, reason="Readers are told why somebody is not named.")
def anonymous_without_reason(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each unnamed speaker whose statement does not say why."""
    for statement in reading.statements:
        if statement.anonymous and not statement.anonymous_reason.strip():
            yield _hit(reading, statement, f"{_words(statement)}: say why {statement.speaker or 'the speaker'} is not named; readers see the reason.")


@check("anonymous-without-approval", Severity.BLOCK, reason="An editor answers for every speaker who is not named.")
def anonymous_without_approval(reading: Reading) -> Iterator[Hit]:
    """Yield a block for each unnamed speaker whom no editor has approved."""
    for statement in reading.statements:
        if statement.anonymous and not statement.approved:
            yield _hit(reading, statement, f"{_words(statement)}: an editor must approve that {statement.speaker or 'the speaker'} is not named.")


@check("statement-relayed-without-link", Severity.WARN, reason="Words that came through an agency can be looked up where the agency's report is linked.")
def statement_relayed_without_link(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each statement that an outlet relayed and that leads neither to the words nor to any relay's report.

    Where the sentence itself names the relay, `relay-without-link` says so there, and this one is silent.
    """
    for statement in reading.statements:
        if statement.hops and not statement.has_document and not any(hop.has_document for hop in statement.hops) and not relayed_in_words(reading, statement):
            outlets = ", ".join(dict.fromkeys(hop.outlet for hop in statement.hops))
            yield _hit(reading, statement, f"{_words(statement)} came through {outlets}, and no report is linked: paste its address into the statement.")


@check("statement-without-document", Severity.QUERY, reason="A statement says where it can be seen.")
def statement_without_document(reading: Reading) -> Iterator[Hit]:
    """Yield a query for each statement of a named speaker that says nowhere where it can be seen; our own observation needs nothing."""
    for statement in reading.statements:
        if statement.form != "observation" and not statement.anonymous and not statement.has_document and not statement.hops:
            yield _hit(reading, statement, f"{_words(statement)}: where can it be seen? Paste the address, or say that it was said to us.")


@check("source-gone", Severity.WARN, reason="Readers cannot open a document that is gone; a kept copy lets them see it.")
def source_gone(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each document of a statement, or of one of its relays, that was gone when somebody last looked."""
    for statement in reading.statements:
        for document in dict.fromkeys(statement.gone):
            hit = _hit(reading, statement, f"{_words(statement)}: {document} is gone. Make a kept copy public, or say where else it can be seen.")
            yield replace(hit, text=f"{statement.key} {document}")


@check("dead-link", Severity.WARN, reason="A link that leads nowhere proves nothing.")
def dead_link(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each link whose page was gone when somebody last asked."""
    if not reading.dead_links:
        return
    for passage in reading.passages:
        for link in passage.links:
            wrong = reading.dead_links.get(link.url)
            if wrong is not None:
                message = f"{link.url} could not be reached: {wrong.rstrip('.')}. Link a kept copy, or take the link out."
                yield Hit(message=message, at=passage, start=link.start, end=link.end, text=link.url)


CHECKS = (
    anonymous_without_reason,
    anonymous_without_approval,
    statement_relayed_without_link,
    statement_without_document,
    source_gone,
    dead_link,
)
