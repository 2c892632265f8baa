"""One story in which every kind of statement stands, with all that can be said of one."""

import datetime as dt
from typing import Any

from masthead.kernel import clock
from masthead.newsroom.sources.models import Affiliation, Capture, Party, SourceDocument
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.statements import HopDraft
from tests.make.newsroom import make_author, make_section, make_staff
from tests.make.sources import make_document, make_party, make_statement_draft

DAY = dt.date(2026, 3, 2)
FILLER = "<p>" + "The ferry left on time, and nobody on the quay could say why the gates had been shut. " * 6 + "</p>"
TEXT = (
    '<p data-block-key="aaaa1">The foreign ministry said that “the <a href="https://ministry.example/harbour">harbour</a> will <b>stay open</b> through the '
    "winter”, in a statement carried by two agencies. “No ship has been turned away”, it added.</p>"
    '<p data-block-key="aaaa2">A dock worker who saw the order said: “They told us to wait for a call.</p>'
    '<p data-block-key="aaaa3">“The call never came, and at six we went home.”</p>'
)
MORE = (
    '<p data-block-key="aaaa4">Forty lorries stood at the north gate on Monday morning. The port authority rejected the <i>account of the dock worker</i>, and said '
    "it keeps no such list.</p>"
)


def make_copy(document: SourceDocument, *, public: bool = True, **fields: Any) -> Capture:
    """Store a kept copy of `document`, public or for the newsroom alone."""
    visible = Capture.Visibility.PUBLIC if public else Capture.Visibility.NEWSROOM
    now = clock.now()
    defaults = {"method": Capture.Method.FETCH, "state": Capture.State.KEPT, "taken_at": now, "requested_at": now, "title": "A copy"}
    return Capture.objects.create(document=document, visibility=visible, **(defaults | fields))


def make_outlet(name: str, label: str = "state-run", owner: str = "Government of Vessa") -> Party:
    """Store an outlet with what it belongs to, or return the one there is."""
    found = Party.objects.filter(name=name).first()
    if found:
        return found
    outlet = make_party(name, kind="outlet", domains=[name.lower().replace(" ", "") + ".example"], website="https://agency.example/")
    Affiliation.objects.create(party=outlet, label=label, owner=owner, reason="Its statute names the owner.", since=dt.date(2014, 1, 1))
    return outlet


def make_sourced_story(headline: str = "Ministry says the harbour stays open", **fields: Any) -> StoryPage:
    """Store and publish a story with seven statements: relayed twice, in the original, unnamed, over two paragraphs, seen, disputed, set apart, lost."""
    ministry = Party.objects.filter(name="Vessa Foreign Ministry").first() or make_party(
        "Vessa Foreign Ministry", kind="organisation", who="Vessa’s foreign ministry"
    )
    port = Party.objects.filter(name="Mara Ostrow").first() or make_party("Mara Ostrow", who="Port captain")
    agency, wire = make_outlet("Coast Agency"), make_outlet("Harbour Wire", "company", "Northern Dredging plc")
    release = make_document("Statement on the harbour", kind="release", publisher=ministry, published_at=dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC))
    SourceDocument.objects.filter(pk=release.pk).update(state="changed", state_since=dt.datetime(2026, 3, 5, 9, 0, tzinfo=dt.UTC))
    report = make_document("Harbour stays open", kind="wire", publisher=agency, published_at=dt.datetime(2026, 3, 2, 11, 0, tzinfo=dt.UTC))
    make_copy(release)
    make_copy(report, public=False, title="qprivate")
    relayed = make_statement_draft("the harbour will stay open through the winter", speaker=ministry, said_on=DAY, channel="statement").model_copy(
        update={"hops": (HopDraft(outlet=agency.pk, document=report.pk, locator="third paragraph"), HopDraft(outlet=wire.pk, verb="quoted"))}
    )
    drafts = [
        relayed,
        make_statement_draft(
            "No ship has been turned away",
            speaker=ministry,
            document=release,
            standing="original",
            said_on=DAY,
            place="Vessa",
            original_words="لم تُرَدّ أي سفينة",
            original_language="ar",
            translator="Bo Lind",
        ),
        make_statement_draft(
            "They told us to wait for a call.\n“The call never came, and at six we went home.",
            anonymous_as="a dock worker",
            anonymous_reason="Those who spoke before lost their shifts.",
            approve=True,
        ),
        make_statement_draft("Forty lorries stood at the north gate on Monday morning", form="observation", place="North gate"),
        make_statement_draft(
            "keeps no such list",
            form="paraphrase",
            standing="disputed",
            speaker=port,
            speaker_title="Port captain",
            note="We asked for the list twice.",
            said_on=DAY,
        ),
        make_statement_draft(
            "We have nothing to add.", speaker=port, speaker_title="Port captain", document=make_document(kind="letter", url=""), standing="original"
        ),
        make_statement_draft("The winter timetable is with the printers already", speaker=ministry, via=[agency]),
    ]
    body = [
        ("paragraphs", TEXT),
        ("paragraphs", FILLER * 4),
        ("paragraphs", MORE),
        ("statement", {"words": "We have nothing to add.", "statement": ""}),
        ("paragraphs", FILLER * 3),
    ]
    story = actions.create_story(
        section=fields.pop("section", None) or make_section(),
        draft=actions.Draft(headline=headline, body=body, bylines=[make_author("Ada Okafor")], dateline="Port Meridian", statements=drafts, **fields),
        user=make_staff(Role.EDITOR),
    )
    return actions.publish(story=story, user=None)
