"""The public site as files."""

import json
import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.delivery.bake import names, words
from masthead.delivery.bake.baking import MANIFEST, BakeError, Count, Oven
from masthead.delivery.bake.links import relinked
from masthead.delivery.pagestore.page import Hole, Page, revision_of
from masthead.delivery.pagestore.store import Store

LIVE = "https://paper.example"
HEAD = '<!DOCTYPE html><html><head><meta property="og:type" content="article"><meta property="og:title" content="{title}"><meta name="description" content="Told."></head>'


def page(path, text, *, media_type="text/html; charset=utf-8", status=200, headers=(), holes=()):
    segments = tuple(piece.encode() for piece in text.split("@@"))
    revision = revision_of(status=status, media_type=media_type, headers=headers, segments=segments, holes=holes)
    return Page(path=path, status=status, media_type=media_type, segments=segments, revision=revision, modified=1, headers=tuple(headers), holes=tuple(holes))


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "pages")
    story = HEAD.format(title="The pier") + (
        '<body><nav><a href="/">Front</a></nav><main><h1>The pier</h1><p>Wächter sahen “href="/"” an der Mole.</p><a href="/harbour/?page=2">More</a> <a href="/harbour/#top">Harbour</a>'
        '<img src="/pictures/1/a/400.webp" srcset="/pictures/1/a/400.webp 400w, /pictures/1/a/800.webp 800w"><a href="https://else.example/">Else</a>'
        '<form action="/contribute/"></form><p>@@</p></main></body></html>'
    )
    entries = [
        page("/", '<main><a href="/harbour/the-pier/">The pier</a></main>'),
        page("/harbour/", '<main><a href="/harbour/the-pier/">The pier</a> <a href="/gone/">Gone</a></main>'),
        page("/harbour/the-pier/", story, holes=(Hole("m", "figures", 20),)),
        page("/feed.xml", '<rss><link>/</link><a href="/harbour/"></rss>', media_type="application/rss+xml"),
        page("/old-pier", "", status=301, headers=(("Location", "/harbour/the-pier/"),)),
        page("/contribute/", '<main><form action="/contribute/" method="post"></form></main>'),
        page("/search/", '<body><form action="/search/"></form><main></main></body>'),
    ]
    found.write(entries)
    found.meters.write("m", {"figures": b"$3,075 as of 14:05"}, version=1, moment=1)
    yield found
    found.close()


def picture(path):
    return page(path, "picture", media_type="image/webp") if path.startswith("/pictures/1/") else None


def bake(store, folder: Path) -> Count:
    return Oven(store=store, folder=folder, address=LIVE, ask=picture).bake()


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_site_leads_from_file_to_file_and_to_the_living_site_for_the_rest(store, tmp_path):
    bake(store, tmp_path / "out")
    found = files(tmp_path / "out")
    story = found["harbour/the-pier/index.html"].decode()
    assert '<a href="../../index.html">Front</a>' in story
    assert f'<a href="{LIVE}/harbour/?page=2">More</a> <a href="../index.html#top">Harbour</a>' in story
    assert 'srcset="../../pictures/1/a/400.webp 400w, ../../pictures/1/a/800.webp 800w"' in story
    assert f'action="{LIVE}/contribute/"' in story
    assert 'href="https://else.example/"' in story
    assert "<p>$3,075 as of 14:05</p>" in story
    assert '“href="/"” an der Mole' in story, "what is no attribute stays"
    assert found["pictures/1/a/800.webp"] == b"picture"
    assert f'<a href="{LIVE}/gone/">' in found["harbour/index.html"].decode()
    assert found["feed.xml"] == b'<rss><link>/</link><a href="/harbour/"></rss>', "feeds are read elsewhere"
    assert 'url=../harbour/the-pier/index.html"' in found["old-pier/index.html"].decode()
    assert found["_redirects"] == b"/old-pier /harbour/the-pier/ 301\n"


def test_a_second_baking_touches_only_what_changed_and_takes_away_what_is_gone(store, tmp_path):
    out = tmp_path / "out"
    bake(store, out)
    before = {name: (out / name).stat().st_mtime_ns for name in files(out) if name != MANIFEST}
    assert bake(store, out).written == 0
    assert {name: (out / name).stat().st_mtime_ns for name in files(out) if name != MANIFEST} == before
    store.meters.write("m", {"figures": b"$3,100 as of 14:06"}, version=2, moment=2)
    assert bake(store, out).written == 1
    store.write([], remove=["/harbour/the-pier/", "/old-pier"])
    count = bake(store, out)
    found = files(out)
    assert count.removed >= 4  # the story, the way to it, two pictures, words
    assert not {name for name in found if "the-pier" in name or "pictures" in name or name.startswith("old-pier")}
    assert not (out / "pictures").exists()
    assert f'href="{LIVE}/harbour/the-pier/"' in found["index.html"].decode()


def test_what_was_cut_off_half_way_is_gone_on_with(store, tmp_path, monkeypatch):
    out = tmp_path / "out"
    monkeypatch.setattr(Oven, "_write_search", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        bake(store, out)
    monkeypatch.undo()
    bake(store, out)
    whole = files(out)
    bake(store, tmp_path / "whole")
    assert whole == files(tmp_path / "whole")


def test_a_folder_with_something_else_in_it_is_refused(store, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(BakeError, match="not baked"):
        bake(store, tmp_path / "mine")
    assert files(tmp_path / "mine") == {"letter.txt": b"dear"}


def test_a_manifest_that_names_files_elsewhere_removes_nothing_there(store, tmp_path):
    out = tmp_path / "out"
    bake(store, out)
    (tmp_path / "precious").write_text("!")
    manifest = json.loads((out / ".masthead-bake.json").read_text())
    manifest["files"] += ["../precious", str(tmp_path / "precious")]
    (out / ".masthead-bake.json").write_text(json.dumps(manifest))
    bake(store, out)
    assert (tmp_path / "precious").exists()


def test_the_search_finds_a_story_by_any_of_its_words_without_accents(store, tmp_path):
    bake(store, tmp_path / "out")
    found = files(tmp_path / "out")
    assert json.loads(found["search/stories.json"]) == [["../harbour/the-pier/index.html", "The pier", "Told.", ""]]
    for word in ("wachter", "mole", "pier", "told"):
        assert json.loads(found[f"search/words/{words.shard_of(word)}.json"])[word] == [0]
    assert not any(b"front" in body for name, body in found.items() if name.startswith("search/words")), "navigation is not the story"
    assert b'<script src="search.js">' in found["search/index.html"]


@given(st.text(max_size=300))
def test_relinking_nothing_changes_nothing(text):
    assert relinked(text, lambda link: link) == text


@given(
    st.lists(
        st.text(st.characters(exclude_characters="/\\", exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(lambda name: name not in {".", ".."}),
        max_size=4,
    ),
    st.booleans(),
)
def test_a_name_never_leaves_the_folder_and_the_way_to_it_leads_there(parts, is_folder):
    target = PurePosixPath(*parts, "index.html")
    for source in (PurePosixPath("index.html"), PurePosixPath("a/b/index.html"), target):
        way = names.way(source, target)
        walked = os.path.normpath(source.parent.joinpath(*map(_decoded, way.split("/"))))
        assert PurePosixPath(walked) == target


def _decoded(name: str) -> str:
    from urllib.parse import unquote

    return unquote(name)


@pytest.mark.parametrize("path", ["/../etc/", "/a/%2e%2e/b/", "/a//b/", "/a%2Fb%00/", "/%ff/", f"/{'x' * 256}/", "/a\\b/"])
def test_an_address_that_no_file_can_have_is_left_out(path):
    assert names.file_of(path, "text/html") is None
