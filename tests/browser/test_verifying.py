"""The page that checks papers, in a real browser: it finds what `masthead verify` finds, asks the server for nothing, and works saved."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.funding.ledger.test_papers import SIGNER, checkpoint, receipt, signed_again, statement

pytestmark = pytest.mark.browser


def check(page, text, *, key=str(SIGNER.verifier), name="paper.json"):
    page.fill("#key", key)
    page.set_input_files("#paper", {"name": name, "mimeType": "application/json", "buffer": text.encode()})
    page.click("#verify button")
    page.wait_for_selector("#found:not(:empty)")
    return page.inner_text("#found")


def test_papers_are_checked_in_the_browser(newsroom, open_page):
    page = open_page(width=360)
    page.goto(f"{newsroom.root}/books/verify/")
    assert Axe().run(page).response["violations"] == []
    page.context.set_offline(True)
    assert check(page, receipt(1, 3)).startswith(
        "It holds. Receipt 2026-000123: 25.00 USD given to “Keep the lights on” is in the books of news.example/books as row 1"
    )
    assert "; 5.00 USD taken back as refund in row 3; 1.00 USD came back as bounced in row 5" in check(page, receipt(1, 3, 5))
    assert "It holds. The checkpoint of 2026-11-30" in check(page, checkpoint())
    assert "It holds. The statement of 2026-11 of news.example/books holds 5 rows" in check(page, statement()[0])
    october, closing = statement(1, 3, "2026-10")
    assert "holds 2 rows" in check(page, statement(4, 5, openings=closing)[0])
    assert "It was altered. Row 1 does not lead" in check(page, receipt(1).replace("amount_minor=2500", "amount_minor=9500"))
    assert "It was altered. The signature of news.example/books" in check(page, checkpoint().replace("2026-11-30", "2026-11-29"))
    assert "It was altered. It is not the file that was signed" in check(page, october.replace('"amount_minor":1000', '"amount_minor":1001'))
    assert "one of them was altered" in check(page, signed_again(october.replace('"amount_minor":1000', '"amount_minor":1001')))
    assert "should close at 3000 and is said to close at 3001" in check(page, signed_again(october.replace('"closing_minor":3000', '"closing_minor":3001')))
    assert "It was altered. A part of it is missing" in check(page, "{")
    assert "It could not be checked. This is no receipt proof" in check(page, "hello")
    assert "It could not be checked. “x” is no public key" in check(page, receipt(1), key="x")


def reordered(text, first, second):
    lines = text.splitlines(keepends=True)
    lines[first], lines[second] = lines[second], lines[first]
    return "".join(lines)


def test_whatever_was_altered_is_named_in_the_browser(newsroom, open_page):
    page = open_page(width=1440)
    page.goto(f"{newsroom.root}/books/verify/")
    proof, note, month = receipt(1, 3), checkpoint(), statement()[0]
    lines = month.splitlines(keepends=True)
    altered = {
        "a receipt without its second row": json.dumps({**json.loads(proof), "rows": json.loads(proof)["rows"][:1]}),
        "a receipt with a row twice": json.dumps({**json.loads(proof), "rows": json.loads(proof)["rows"][:1] * 2}),
        "a receipt whose rows changed places": json.dumps({**json.loads(proof), "rows": json.loads(proof)["rows"][::-1]}),
        "a receipt that is cut": proof[: len(proof) // 2],
        "a checkpoint with a line twice": note.replace("2026-11-30\n", "2026-11-30\n2026-11-30\n"),
        "a checkpoint whose lines changed places": reordered(note, 1, 2),
        "a statement that is cut": "".join(lines[:4]),
        "a statement without a row": "".join([*lines[:2], *lines[3:]]),
        "a statement with a row twice": "".join([*lines[:3], *lines[2:]]),
        "a statement whose rows changed places": reordered(month, 2, 3),
        "the same, signed again": signed_again(reordered(month, 2, 3)),
        "a row less, signed again": signed_again("".join([*lines[:2], *lines[3:]])),
    }
    for way, text in altered.items():
        assert check(page, text).startswith("It was altered. "), way
    for text in (proof, note, month):
        assert check(page, text).startswith("It holds. ")


def test_without_scripts_the_command_stands_there(newsroom, open_page):
    page = open_page(javascript=False)
    page.goto(f"{newsroom.root}/books/verify/")
    assert not page.is_visible("#verify")
    assert "masthead verify receipt.json" in page.inner_text("main")
