"""Statements of a revision as they are to be read today: with the parties and documents that were merged since."""

from collections.abc import Mapping
from typing import Any

from masthead.newsroom.sources import queries as sources


def statements_that_stand(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a revision's content whose statements and relays name what stands today; two queries where it has any.

    What does not exist any more is left out: a statement without its speaker can be mended, a revision that cannot be
    opened cannot. A relay is its outlet and goes with it.
    """
    rows = content.get("statements") or []
    if not rows:
        return content
    hops = [hop for row in rows for hop in row.get("hops") or ()]
    parties = sources.party_keys({key for key in [*(row.get("speaker") for row in rows), *(hop.get("outlet") for hop in hops)] if key})
    documents = sources.document_keys({row["document"] for row in (*rows, *hops) if row.get("document")})

    def document(row: Mapping[str, Any]) -> int | None:
        return documents.get(row.get("document") or 0)

    def read(row: Mapping[str, Any]) -> dict[str, Any]:
        relays = [hop | {"outlet": parties[hop["outlet"]], "document": document(hop)} for hop in row.get("hops") or () if hop["outlet"] in parties]
        return {**row, "speaker": parties.get(row.get("speaker") or 0), "document": document(row), "hops": relays}

    return {**content, "statements": [read(row) for row in rows]}
