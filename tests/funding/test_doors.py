"""Every money address of the house, tried by everybody: what each is answered, and that nobody reads what is another supporter's.

The addresses are the URLconf's own: a new one without a row here fails. GET and POST (with the form's key where one is asked for)
are tried in savepoints that are taken back, so that each meets the same newsroom.
"""

import datetime as dt
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from masthead.funding.giving.managing import entering
from masthead.funding.giving.managing.entering import key_of, visit_of
from masthead.funding.giving.managing.views import COOKIE
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from masthead.readers import links
from tests.funding.world import ADA, EVE, FIXER, LATER, PEOPLE, SECRETS, World

pytestmark = pytest.mark.django_db
HOME = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
# Answers are those to anonymous, a reporter, an editor, a publisher, Ada and Eve; one where they are the same.
ROLES = ("anonymous", "reporter", "editor", "publisher", "ada", "eve")
DOORS = """
card_testing:index      | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
campaigns:index         | -               | 302 302 200 200 302 302 | 302 302 405 405 302 302 | -
campaigns:index_results | -               | 302 302 200 200 302 302 | 302 302 405 405 302 302 | -
campaigns:add           | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
campaigns:edit          | campaign number | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
campaigns:delete        | campaign number | 302                     | 302                     | -
campaigns:history       | campaign number | 302 302 302 200 302 302 | 302 302 302 405 302 302 | -
campaigns:history_results| campaign number | 302 302 302 200 302 302 | 302 302 302 405 302 302 | -
campaigns:usage         | campaign number | 302 302 302 200 302 302 | 302 302 302 405 302 302 | -
ledger:index            | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
ledger:index_results    | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
ledger:csv              | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
ledger:row              | row             | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
ledger:signatures       | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | -
funding_overview:index  | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
gifts:index             | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
gifts:index_results     | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
gifts:csv               | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
gifts:gift              | gift            | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
gifts:refund            | gift            | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
gifts:receipt           | gift            | 302 405 405 405 302 302 | 302                     | -
pledges:index           | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
pledges:index_results   | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
pledges:csv             | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
webhooks:index          | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | -
webhooks:index_results  | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | -
webhooks:csv            | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
webhooks:webhook        | webhook         | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
webhooks:again          | webhook         | 302 405 405 405 302 302 | 302                     | -
reconciliation:index    | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
reconciliation:run      | -               | 302 405 405 405 302 302 | 302                     | -
reconciliation:explain  | difference      | 302 405 405 405 302 302 | 302                     | -
bank:index              | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
bank:payouts            | -               | 302 405 405 405 302 302 | 302                     | -
bank:file               | file            | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
bank:lines              | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
bank:lines_results      | -               | 302 302 302 200 302 302 | 302 302 302 405 302 302 | publisher
bank:line               | line            | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
offline:index           | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
offline:new             | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
offline:entry           | entry           | 302 302 302 200 302 302 | 302                     | publisher
erasures:index          | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
erasures:erase          | supporter       | 302 302 302 200 302 302 | 302 302 302 200 302 302 | publisher
expenses:index          | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
expenses:new            | -               | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
expenses:expense        | expense         | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
expenses:paper          | expense         | 302 302 302 200 302 302 | 302 302 302 200 302 302 | -
giving_manage           | -               | 200                     | 422                     | -
giving_enter            | visit           | 200                     | 303                     | -
giving_enter            | old visit       | 404                     | 404                     | -
giving_enter            | forged visit    | 404                     | 404                     | -
giving_enter            | used visit      | 404                     | 404                     | -
giving_yours            | -               | 303 303 303 303 200 200 | 303 303 303 303 405 405 | ada
giving_change           | promise, amount | 303 303 303 303 405 405 | 303 303 303 303 422 404 | ada
giving_change           | promise, pause  | 303 303 303 303 405 405 | 303 303 303 303 303 404 | -
giving_change           | promise, resume | 303 303 303 303 405 405 | 303 303 303 303 303 404 | -
giving_change           | promise, end    | 303 303 303 303 405 405 | 303 303 303 303 303 404 | -
giving_change           | promise, card   | 303 303 303 303 405 405 | 303 303 303 303 303 404 | -
giving_back             | own promise     | 303 303 303 303 303 404 | 303 303 303 303 405 405 | -
giving_show             | gift            | 303 303 303 303 405 405 | 303 303 303 303 303 404 | -
giving_statement        | year            | 303 303 303 303 200 200 | 303 303 303 303 405 405 | ada
giving_statement_pdf    | year            | 303 303 303 303 200 200 | 303 303 303 303 405 405 | -
giving_data             | -               | 303 303 303 303 200 200 | 303 303 303 303 405 405 | ada
giving_erase            | -               | 303 303 303 303 200 200 | 303                     | -
giving_leave            | -               | 303 303 303 303 405 405 | 303                     | -
supporters              | -               | 200                     | 405                     | -
contribute              | -               | 200                     | 422                     | -
giving_thanks           | thanks          | 200                     | 405                     | all
giving_thanks           | old thanks      | 404                     | 405                     | -
giving_thanks           | forged thanks   | 404                     | 405                     | -
giving_thanks           | receipt         | 404                     | 405                     | -
giving_cancelled        | thanks          | 302                     | 405                     | -
giving_cancelled        | old thanks      | 404                     | 405                     | -
giving_cancelled        | forged thanks   | 404                     | 405                     | -
giving_cancelled        | receipt         | 404                     | 405                     | -
giving_confirm          | confirm         | 200                     | 303                     | all
giving_confirm          | old confirm     | 404                     | 404                     | -
giving_confirm          | forged confirm  | 404                     | 404                     | -
giving_confirm          | receipt         | 404                     | 404                     | -
giving_receipt          | receipt         | 200                     | 405                     | all
giving_receipt          | old receipt     | 404                     | 405                     | -
giving_receipt          | forged receipt  | 404                     | 405                     | -
giving_receipt          | thanks          | 404                     | 405                     | -
giving_receipt_pdf      | receipt         | 200                     | 405                     | -
giving_receipt_pdf      | old receipt     | 404                     | 405                     | -
giving_receipt_pdf      | forged receipt  | 404                     | 405                     | -
giving_receipt_pdf      | thanks          | 404                     | 405                     | -
giving_receipt_proof    | receipt         | 200                     | 405                     | all
giving_receipt_proof    | old receipt     | 404                     | 405                     | -
giving_receipt_proof    | forged receipt  | 404                     | 405                     | -
giving_receipt_proof    | thanks          | 404                     | 405                     | -
giving_pledge           | pledge          | 302                     | 405                     | -
giving_pledge           | old pledge      | 404                     | 405                     | -
giving_pledge           | forged pledge   | 404                     | 405                     | -
giving_pledge           | receipt         | 404                     | 405                     | -
giving_webhook          | provider        | 405                     | 400                     | -
books                   | -               | 200                     | 405                     | -
books_month             | month           | 200                     | 405                     | -
books_file              | jsonl           | 200                     | 405                     | all
books_file              | csv             | 200                     | 405                     | all
books_file              | beancount       | 200                     | 405                     | all
books_gifts             | -               | 200                     | 405                     | all
books_checkpoint        | -               | 200                     | 405                     | -
books_checkpoint_of     | day             | 200                     | 405                     | -
books_checkpoints       | -               | 200                     | 405                     | -
books_key               | -               | 200                     | 405                     | -
books_verify            | -               | 200                     | 405                     | -
campaigns               | -               | 200                     | 405                     | -
campaign                | campaign        | 200                     | 405                     | -
meter_json              | campaign id     | 200                     | 405                     | -
meter_parts             | campaign id     | 200                     | 405                     | -
meter_svg               | campaign id     | 200                     | 405                     | -
meter_png               | campaign id     | 200                     | 405                     | -
meter_embed             | campaign id     | 200                     | 405                     | -
practice_checkout       | checkout        | 200                     | 302                     | all
practice_pledge         | promise         | 200                     | 302                     | all
"""


def addresses(patterns: list[URLPattern | URLResolver], spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the name of every address that is funding's: by its view, or by what the view is about."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, (*spaces, pattern.namespace) if pattern.namespace else spaces)
            continue
        view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "__wrapped__", pattern.callback)
        words = getattr(pattern.callback, "view_initkwargs", {})
        about = [view, words.get("model"), getattr(view, "model", None)]
        if any(getattr(one, "__module__", "").startswith(("masthead.funding.", "masthead.readers.")) for one in about):
            yield ":".join((*spaces, pattern.name or ""))


def subjects(world: World) -> dict[str, list[object]]:
    """Return what the addresses are filled with: Ada's things, tokens of Ada's that are good, of another purpose, old, forged."""
    ada, pledge = world.ada, world.ada.pledge
    tokens = {kind: world.token(kind, ada) for kind in ("thanks", "receipt", "pledge", "confirm")}
    long_ago = LATER - dt.timedelta(days=1000)
    old = {f"old {kind}": world.token(kind, ada, now=long_ago) for kind in tokens}
    used, ready, late = world.token_of_visit(ADA), world.token_of_visit(ADA), world.token_of_visit(EVE)
    Client().post(f"/giving/enter/{used}/")
    visits = {
        "visit": ready,
        "used visit": used,
        "old visit": links.sign(purpose=entering.LINK, value=late.partition(".")[0], now=LATER - dt.timedelta(hours=1)),
    }
    everything = tokens | old | visits
    forged = {f"forged {kind}": token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB") for kind, token in everything.items()}
    year, month, day = 2026, 11, "2026-11-30"
    named: dict[str, list[object]] = {
        "": [],
        "gift": [ada.pk],
        "campaign": [world.campaign.slug],
        "campaign id": [world.campaign.account_code.partition(":")[2]],
        "campaign number": [world.campaign.pk],
        "row": [1],
        "webhook": [world.webhook.pk],
        "difference": [world.discrepancy.pk],
        "file": [world.file.pk],
        "line": [world.line.pk],
        "entry": [world.entry.pk],
        "expense": [world.expense.pk],
        "supporter": [ada.supporter_id],
        "year": [year],
        "month": [year, month],
        "jsonl": [year, month, "jsonl"],
        "csv": [year, month, "csv"],
        "beancount": [year, month, "beancount"],
        "day": [day],
        "provider": ["practice"],
        "checkout": [ada.checkout_ref],
        "promise": [pledge.provider_ref],
        "own promise": [pledge.pk],
        **{f"promise, {what}": [pledge.pk, what] for what in ("amount", "pause", "resume", "end", "card")},
    }
    return named | {name: [token] for name, token in (everything | forged).items()}


def tried(world: World, name: str, subject: list[object]) -> dict[str, dict[str, HttpResponse]]:
    """Return what each role is answered to GET and POST."""
    address = reverse(name, args=subject)
    found: dict[str, dict[str, HttpResponse]] = {"GET": {}, "POST": {}}
    for method, answers in found.items():
        for role, client in world.clients.items():
            visit = visit_of(client.cookies[COOKIE].value, now=LATER) if COOKIE in client.cookies else None
            form = {"key": key_of(visit, now=LATER), "visibility": "hidden"} if visit else {}
            client.cookies, kept = deepcopy(client.cookies), client.cookies
            with transaction.atomic():
                answers[role] = client.get(address) if method == "GET" else client.post(address, form, headers=HOME)
                body(answers[role])
                transaction.set_rollback(True)
            client.cookies = kept
    return found


def body(response: HttpResponse) -> str:
    """Return what an answer says, its headers too; read once."""
    if not hasattr(response, "said"):
        text = b"".join(response.streaming_content) if response.streaming else response.content
        response.said = text.decode("utf-8", "replace") + "".join(f"\n{name}: {value}" for name, value in response.items())
    return str(response.said)


@pytest.fixture
def world(monkeypatch, settings, tmp_path) -> World:
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "http://testserver"})
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return World()


def rows() -> list[tuple[str, str, str, str, str]]:
    """Return the table's rows: address, what it is filled with, answers to GET and POST, who reads what is Ada's."""
    return [tuple(cell.strip() for cell in line.split("|")) for line in DOORS.strip().splitlines()]  # type: ignore[misc]


def test_every_money_address_has_its_row():
    assert sorted({row[0] for row in rows()}) == sorted(set(addresses(get_resolver().url_patterns)))


def short(said: list[str]) -> str:
    return said[0] if len(set(said)) == 1 else " ".join(said)


# Half a minute on a busy machine: a thousand requests. By the half of the house, so that two workers share them.
@pytest.mark.parametrize("half", ["the desk", "the street"])
def test_everybody_is_answered_as_the_table_says_and_reads_nothing_of_others(world, half):
    filled, found = subjects(world), []
    for name, subject, *_ in rows():
        if (":" in name) != (half == "the desk"):
            continue
        answers = tried(world, name, filled[subject.strip("-")])
        said = {role: "\n".join(body(answers[method][role]) for method in answers) for role in ROLES}
        seen = [role for role in ROLES if SECRETS.search(said[role])]
        codes = [short([str(answers[method][role].status_code) for role in ROLES]) for method in answers]
        found.append((name, subject, *codes, "all" if len(seen) == len(ROLES) else ",".join(seen) or "-"))
        assert not [role for role in ROLES if FIXER.search(said[role]) and role != "publisher"], f"{name} tells who was paid"
        if name.startswith(("books", "meter", "campaign", "supporters", "contribute")):
            assert not [role for role in ROLES if PEOPLE.search(said[role])], f"{name} names a supporter"
    wanted = [row for row in rows() if (":" in row[0]) == (half == "the desk")]
    assert not [f"{got} where {want} is wanted" for got, want in zip(found, wanted, strict=True) if got != want]


def test_nothing_is_done_in_the_desk_without_its_form(world):
    filled, client = subjects(world), Client(enforce_csrf_checks=True)
    client.force_login(world.staff[Role.PUBLISHER])
    for name, subject, *_ in rows():
        if ":" in name:
            assert client.post(reverse(name, args=filled[subject.strip("-")])).status_code in {403, 405}, name


@pytest.mark.parametrize("cookie", ["ended", "old", "forged", "of another purpose", "noise"])
def test_a_visit_that_is_over_opens_nothing(world, cookie):
    good = world.clients["ada"].cookies[COOKIE].value
    if cookie == "ended":
        entering.leave(visit=visit_of(good, now=LATER), now=LATER)
    old = links.sign(purpose=entering.SESSION, value=good.partition(".")[0], now=LATER - dt.timedelta(hours=1))
    other = links.sign(purpose=entering.KEY, value=good.partition(".")[0], now=LATER)
    stale = Client()
    stale.cookies[COOKIE] = {"ended": good, "old": old, "forged": good[:-4] + "AAAA", "of another purpose": other, "noise": "é~.\x7f"}[cookie]
    world.clients = {"anonymous": Client(), "stale": stale}
    filled = subjects(world)
    own = [row for row in rows() if row[0].startswith("giving_") and row[2].startswith("303")]
    assert len(own) > 10
    for name, subject, *_ in own:
        for method, answers in tried(world, name, filled[subject.strip("-")]).items():
            assert (answers["stale"].status_code, answers["stale"]["Location"]) == (303, "/giving/?over"), (name, method)
