"""No request changes what others are answered, whatever it says: answers are made of the store alone."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.store import Store
from tests.delivery.pagestore.make import HOST, STORY, page, with_meter
from tests.delivery.pagestore.odd import HEADERS, TARGETS

CODINGS = (b"identity", b"gzip", b"br", b"zstd", b"gzip, deflate, br, zstd")
USUAL = [(path, [HOST, (b"accept-encoding", coding)]) for path in (b"/story/", b"/feed/", b"/old/", b"/plain/") for coding in CODINGS]


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def fill(store: Store) -> None:
    """Put a page of each sort into a store."""
    store.write(
        [
            with_meter(),
            page("/feed/", media_type="application/atom+xml", segments=(STORY * 2,)),
            page("/old/", status=301, segments=(b"",), headers=(("Location", "/story/"),)),
            page("/plain/", segments=(b"<p>other words</p>" * 100,)),
        ]
    )
    store.meters.write("m", {"figures": b"10 EUR"}, version=1, moment=1)


def usual(answers: Answers) -> list[object]:
    """Return what the usual requests get: the bytes on the wire."""
    return [(answer.head, answer.body) for path, headers in USUAL if (answer := answers.answer(b"GET", path, headers)) is not None]


def state(store: Store) -> object:
    """Return everything that the store holds."""
    return [store.page(path) for path in store.paths()], store.meters.snapshot(), store.meters.stamp, (store.folder / "meters").read_bytes()


def test_every_odd_request_leaves_all_as_it_was(filled: Store):
    answers = Answers(filled, hosts=["paper.example"])
    before, held = usual(answers), state(filled)
    assert len(before) == len(USUAL)
    attempts = list(itertools.product((b"GET", b"HEAD"), TARGETS, [[], *HEADERS]))
    assert len(attempts) > 6_000
    random.shuffle(attempts)
    for method, target, headers in attempts:
        answer = answers.answer(method, target, [HOST, *headers])
        assert answer is None or allowed(answer.head, answer.body, before), (method, target[:100], headers[0][0][:100])
    assert usual(answers) == before
    assert state(filled) == held
    assert len(answers.memory) == 4
    assert answers.memory.used < 200_000


def allowed(head: bytes, body: bytes, before: list[object]) -> bool:
    """Say whether an answer is one that the usual requests get, or its HEAD or 304."""
    usual_heads = {given[0]: given[1] for given in before}  # type: ignore[index]
    if head in usual_heads:
        return body in (usual_heads[head], b"")
    tags = {line for given in usual_heads for line in given.split(b"\r\n") if line.startswith(b"ETag")}
    return head.startswith(b"HTTP/1.1 304 ") and body == b"" and any(line in tags for line in head.split(b"\r\n"))


names = st.one_of(st.sampled_from([name for headers in HEADERS for name, _ in headers]), st.binary(max_size=30))
values = st.one_of(st.sampled_from([value for headers in HEADERS for _, value in headers]), st.binary(max_size=60))
targets = st.one_of(st.sampled_from(TARGETS), st.binary(max_size=40), st.builds(b"/story/".__add__, st.binary(max_size=10)))


@settings(max_examples=30)
@over(st.lists(st.tuples(st.sampled_from([b"GET", b"HEAD", b"POST"]), targets, st.lists(st.tuples(names, values), max_size=6)), max_size=30))
def test_whatever_was_asked_before_changes_no_answer(tmp_path_factory: pytest.TempPathFactory, requests: list[tuple[bytes, bytes, list[tuple[bytes, bytes]]]]):
    store = shared(tmp_path_factory.getbasetemp() / "poisoning")
    fresh = Answers(store, hosts=["paper.example"])
    after = Answers(store, hosts=["paper.example"])
    for method, target, headers in requests:
        after.answer(method, target, [HOST, *headers])
    assert usual(after) == usual(fresh)


STORES: dict[Path, Store] = {}


def shared(folder: Path) -> Store:
    """Return one store for all examples: they may only read."""
    if folder not in STORES:
        STORES[folder] = store = Store(folder)
        fill(store)
    return STORES[folder]
