"""Pages for the tests of the page store, and pages at random."""

import random

from hypothesis import strategies as st

from masthead.delivery.pagestore.answers import Answer, Answers
from masthead.delivery.pagestore.page import Hole, Page

HOST = (b"host", b"paper.example")
STORY = b"<p>words</p>" * 100
WORDS = [
    "the",
    "quick",
    "council",
    "budget",
    "2026",
    "Zürich",
    "“harbour”",
    "ministry",
    "said",
    '<p class="x">',
    "</p>",
    '<a href="/story/">',
    "on",
    "Tuesday",
    "$3,075",
]
WORDS += ["Ελλάδα", "新聞", "&amp;", "\n  ", "</a>", "Bericht", "a", "of"]
SHORT = ["", "<", "\n  ", "</b> <", "x"]


def page(
    path: str = "/story/", *, segments: tuple[bytes, ...] = (STORY,), revision: str = "r1", media_type: str = "text/html; charset=utf-8", **more: object
) -> Page:
    """Return a page that is easily told from others."""
    given = {"status": 200, "modified": 1_700_000_000, **more}
    return Page(path=path, segments=segments, revision=revision, media_type=media_type, **given)  # type: ignore[arg-type]


def with_meter(path: str = "/story/", *, length: int = 6, **more: object) -> Page:
    """Return a page with a hole for the figures of meter `m`."""
    return page(path, segments=(STORY + b"<p>", b"</p>" + STORY), holes=(Hole("m", "figures", length),), **more)


def ask(answers: Answers, target: bytes = b"/story/", *headers: tuple[bytes, bytes], method: bytes = b"GET") -> Answer | None:
    """Return what is answered to a request for paper.example."""
    return answers.answer(method, target, [HOST, *headers])


def given(answers: Answers, target: bytes = b"/story/", *headers: tuple[bytes, bytes], method: bytes = b"GET") -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer that must be there."""
    answer = ask(answers, target, *headers, method=method)
    assert answer is not None
    return answer.status, {name.decode(): value.decode() for name, value in answer.headers}, answer.body


def prose(seed: int, words: int) -> bytes:
    """Return so many words in some order."""
    return " ".join(random.Random(seed).choices(WORDS, k=words)).encode()  # noqa: S311 - no secret


segments = st.one_of(
    st.sampled_from(SHORT).map(str.encode),
    st.builds(prose, st.integers(0, 10_000), st.integers(0, 60)),
    st.builds(prose, st.integers(0, 10_000), st.integers(200, 1_500)),
    st.binary(max_size=40),
)
lengths = st.one_of(st.integers(1, 200), st.sampled_from([1, 2, 3, 48, 96, 800, 3_000]))


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Draw a page with any number of holes anywhere, of any length."""
    count = draw(st.one_of(st.integers(0, 3), st.integers(0, 12)))
    holes = tuple(Hole(f"m{number % 3}", f"part-{number}", draw(lengths)) for number in range(count))
    return page(segments=tuple(draw(segments) for _ in range(count + 1)), holes=holes)


@st.composite
def filled_pages(draw: st.DrawFn) -> tuple[Page, list[bytes]]:
    """Draw a page and what stands in its holes: figures as they look, or any bytes."""
    drawn = draw(pages())
    seed = draw(st.integers(0, 1 << 30))
    figures = random.Random(seed)  # noqa: S311 - no secret
    like = [f"${figures.randrange(10**9):,} raised".encode().ljust(hole.length)[: hole.length] for hole in drawn.holes]
    return drawn, draw(st.sampled_from([like, [figures.randbytes(hole.length) for hole in drawn.holes]]))
