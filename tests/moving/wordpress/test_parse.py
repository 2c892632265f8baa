"""Export files: streamed, mended where it costs nothing, refused with a line number where it would."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masthead.moving.wordpress.parse import Export, WxrError

HERE = Path(__file__).parents[1] / "wxr"
HEAD = (
    '<?xml version="1.0"?>\n<rss xmlns:wp="http://wordpress.org/export/{0}/" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>'
    "<title>T</title><link>https://o.example</link><wp:wxr_version>{0}</wp:wxr_version>\n"
)


def item(number, content="x", extra=""):
    return (
        f"<item>\n<title>Item {number}</title>\n<content:encoded><![CDATA[{content}]]></content:encoded>\n<wp:post_id>{number}</wp:post_id>{extra}\n</item>\n"
    )


def written(tmp_path, body, version="1.2", name="export.xml"):
    path = tmp_path / name
    text = HEAD.format(version) + body + "</channel></rss>"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_item_comes_with_its_line():
    export = Export(HERE / "harbour.xml")
    items = list(export.items())
    assert len(items) == 16
    assert items[0].line == 23
    assert items[0].sticky
    assert items[0].comments == 1
    assert [term.slug for term in items[0].terms] == ["transport", "ferries", "cap-theo", "cap-guest-ida"]
    assert export.head.people["maud"].name == "Maud Ferrier"
    assert export.head.terms["category", "transport"].parent == "city"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_version_is_read(tmp_path, version):
    assert len(list(Export(written(tmp_path, item(1), version)).items())) == 1


def test_version_1_0_repeats_a_category_without_its_slug(tmp_path):
    extra = '<category><![CDATA[News]]></category><category domain="category" nicename="news"><![CDATA[News]]></category><category domain="tag"><![CDATA[Boats]]></category>'
    (only,) = Export(written(tmp_path, item(1, extra=extra), "1.0")).items()
    assert [(term.taxonomy, term.slug, term.name) for term in only.terms] == [("category", "news", "News"), ("post_tag", "", "Boats")]


@pytest.mark.parametrize(
    ("broken", "mended", "note"),
    [
        ("<wp:attachment_url>https://o.example/?a=1&b=2</wp:attachment_url>", "https://o.example/?a=1&b=2", "bare &"),
        ("<wp:attachment_url>caf&eacute;</wp:attachment_url>", "café", "&eacute;"),
        ("<wp:attachment_url>a\x08b</wp:attachment_url>", "ab", "U+0008"),
    ],
)
def test_small_faults_are_mended_and_noted_with_their_line(tmp_path, broken, mended, note):
    export = Export(written(tmp_path, item(1) + item(2, extra=broken)))
    assert [one.attachment_url for one in export.items()] == ["", mended]
    (line, sentence), *_ = export.mended
    assert line == 12
    assert note in sentence


def test_bytes_that_are_not_utf8_are_read_as_windows_1252(tmp_path):
    path = tmp_path / "export.xml"
    path.write_bytes(HEAD.format("1.2").encode() + item(1, "caf@").encode().replace(b"@", b"\xe9") + b"</channel></rss>")
    assert next(iter(Export(path).items())).content == "café"


def test_an_ampersand_within_cdata_is_left_alone(tmp_path):
    export = Export(written(tmp_path, item(1, "a & b &nbsp; <p>") + item(2, extra="<wp:x>&</wp:x>")))
    assert next(iter(export.items())).content == "a & b &nbsp; <p>"


def test_a_broken_file_is_refused_with_its_line(tmp_path):
    path = written(tmp_path, item(1) + item(2, extra="<wp:status>publish</wp:stats>") + item(3))
    with pytest.raises(WxrError, match=r"export\.xml, line 12: .*mismatch.*Nothing was imported"):
        Export(path)


def test_what_can_be_read_of_a_broken_file_is_read_where_that_is_chosen(tmp_path):
    path = written(tmp_path, item(1) + item(2, extra="<wp:status>publish</wp:stats>") + item(3))
    export = Export(path, recover=True)
    assert [one.id for one in export.items()] == ["1", "3"]
    assert any(line == 12 and "Item 2" in sentence for line, sentence in export.skipped)


def test_a_file_cut_off_loses_only_its_last_item(tmp_path):
    path = tmp_path / "export.xml"
    path.write_text(HEAD.format("1.2") + item(1) + item(2)[:60])
    with pytest.raises(WxrError, match="line"):
        Export(path)
    export = Export(path, recover=True)
    assert [one.id for one in export.items()] == ["1"]
    assert any("does not end" in sentence for _, sentence in export.skipped)


def test_a_doctype_is_refused_before_anything_is_read(tmp_path):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for doctype in (
        f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd">',
    ):
        path = tmp_path / "export.xml"
        path.write_text(HEAD.format("1.2").replace("?>\n", f"?>\n{doctype}\n", 1) + item(1, extra="<wp:x>&l9;&x;</wp:x>") + "</channel></rss>")
        with pytest.raises(WxrError, match="DOCTYPE"):
            Export(path)


def test_a_doctype_in_utf16_is_seen_too(tmp_path):
    path = tmp_path / "export.xml"
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss [<!ENTITY x "y">]>' + HEAD.format("1.2").partition("?>")[2] + item(1) + "</channel></rss>"
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(WxrError, match="DOCTYPE"):
        Export(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "packed"),
        (b"<html><body>Hello</body></html>", "not a WordPress export"),
        (b"just text", "line 1"),
        (b"<rss><channel><title>A feed</title></channel></rss>", "no WXR version"),
    ],
)
def test_what_is_no_export_is_named_in_a_sentence(tmp_path, content, said):
    path = tmp_path / "export.xml"
    path.write_bytes(content)
    with pytest.raises(WxrError, match=said):
        Export(path)


def test_memory_is_that_of_one_item(tmp_path):
    path = tmp_path / "export.xml"
    with path.open("w") as file:
        file.write(HEAD.format("1.2"))
        for number in range(3000):
            file.write(item(number, "word " * 200))
        file.write("</channel></rss>")
    seen = 0
    for one in Export(path).items():
        seen += len(one.content) > 0
    assert seen == 3000


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 900))
def test_damage_anywhere_is_an_error_of_ours_or_none(tmp_path_factory, noise, at):
    data = (HEAD.format("1.2") + item(1) + item(2) + "</channel></rss>").encode()
    path = tmp_path_factory.mktemp("wxr") / "export.xml"
    path.write_bytes(data[:at] + noise + data[at:])
    for recover in (False, True):
        with contextlib.suppress(WxrError):  # anything else fails the test
            list(Export(path, recover=recover).items())


@pytest.mark.parametrize(
    ("name", "items"), [("ttd-themeunittestdata.wordpress.xml", 186), ("wordpress61-200posts.xml", 403), ("co-authors-plus.xml", 4), ("not-well-formed.xml", 6)]
)
def test_real_files_are_read_whole(real_data, name, items):
    assert len(list(Export(real_data / "wxr" / name).items())) == items
