"""A bare file is read as a story is, and every finding has its line and column."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.desk import checks, files

MARKS = {"quotation-unclosed", "quotation-turned"}


def kinds(text: str | bytes, name: str = "a.txt") -> list[tuple[str, str]]:
    return [(passage.kind.value, passage.text) for passage in files.read(text.encode() if isinstance(text, str) else text, name=name).reading.passages]


def placed(text: str, name: str = "a.txt") -> list[tuple[str, int, int]]:
    bare = files.read(text.encode(), name=name)
    return [(finding.rule, place.line, place.column) for finding in checks.run(bare.reading) if finding.rule in MARKS for place in [bare.place(finding)]]


STORY = """\
Harbour closes 'for good'

Friday, July 21, 2017

Council
meets today

The harbour closes, the council said. It gave no
reason for that, and nobody asked for one in the
end.

The old quay in winter. Image: Ada Bo.

view from the tower.

* boats
* ropes

> We wrote to them.
> Nobody answered.
"""


def test_plain_text_is_read_in_its_parts():
    assert kinds(STORY) == [
        ("headline", "Harbour closes 'for good'"),
        ("heading", "Friday, July 21, 2017"),
        ("heading", "Council meets today"),
        ("paragraph", "The harbour closes, the council said. It gave no reason for that, and nobody asked for one in the end."),
        ("caption", "The old quay in winter. Image: Ada Bo."),
        ("caption", "view from the tower."),
        ("item", "boats"),
        ("item", "ropes"),
        ("quotation", "We wrote to them."),
        ("quotation", "Nobody answered."),
    ]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Friday, July 21, 2017", dt.date(2017, 7, 21)),
        ("21 July 2017", dt.date(2017, 7, 21)),
        ("Published on Sept. 3rd, 2020", dt.date(2020, 9, 3)),
        ("2017-07-21", dt.date(2017, 7, 21)),
        ("Thursday, May 7, 2015 On Tuesday, the council met and left.", dt.date(2015, 5, 7)),
        ("February 30, 2017", None),
        ("The council met on July 21, 2017, and left.", None),
    ],
)
def test_the_day_beneath_the_headline_is_when_it_was_published(line, day):
    assert files.read(f"Harbour closes\n\n{line}\n\nThe harbour closes.".encode(), name="a.txt").reading.published_on == day


def test_without_an_empty_line_each_line_is_a_paragraph():
    text = "Harbour closes\n" + "\n".join(f"The harbour closes for good, the council said on day {number}." * 3 for number in range(3))
    assert [kind for kind, _ in kinds(text)] == ["headline", "paragraph", "paragraph", "paragraph"]


def test_a_file_needs_no_furniture():
    assert checks.run(files.read(b"Harbour closes\n\nIt closes.", name="a.txt").reading) == []


def test_line_and_column_are_those_of_the_file():
    assert placed('Harbour closes\r\n\r\nIt is late.\r\n  He said "we go, and left.\r\n') == [("quotation-unclosed", 4, 11)]
    assert placed("Harbour closes\n\n- one\n- two ”three” four\n") == [("quotation-turned", 4, 7)]
    assert placed("\ufeffA “harbour closes for good, he said, and so it was. It is late.") == [("quotation-unclosed", 1, 3)]


def test_markdown_is_read_without_its_signs():
    text = '---\ntitle: "Harbour closes"\ndate: 2017-07-21\n---\n\n## Council\n\nIt *closes* [for “good](https://a.example/x)**, he said.\n\n![“old](quay.jpg)\n\n```\n"code\n```\n'
    bare = files.read(text.encode(), name="a.md")
    assert [(passage.kind.value, passage.text) for passage in bare.reading.passages] == [
        ("headline", "Harbour closes"),
        ("heading", "Council"),
        ("paragraph", "It closes for “good, he said."),
    ]
    assert bare.reading.published_on == dt.date(2017, 7, 21)
    assert [link.url for link in bare.reading.passages[-1].links] == ["https://a.example/x"]
    line = text.splitlines()[7]
    assert placed(text, "a.md") == [("quotation-unclosed", 8, line.index("“") + 1)]


def test_keys_before_a_text_are_not_its_words():
    assert kinds('+++\nheadline = "Harbour closes"\ntopics = ["a"]\n+++\nIt closes.\n', "a.md") == [("headline", "Harbour closes"), ("paragraph", "It closes.")]


PAGE = """<!doctype html>
<html lang="de-CH"><head><title>Hafen</title><meta property="article:published_time" content="2017-07-21T09:00:00Z"><script>"x</script></head>
<body><nav><p>„Menü</p></nav><main><article>
<h1>Hafen &amp; Quai</h1>
<p>Er sagte:&nbsp;&bdquo;Wir gehen, und
   ging.<p>Sie <a href="/x">bleibt</a>.
<figure><img src="a.jpg" alt="„"><figcaption>Der Quai</figcaption></figure>
<ul><li>Eins<li>Zwei</ul><blockquote><p>Nie.</p></blockquote>
<aside>„Mehr</aside><p>Sie nannte es <q>gut</q>.<br>So.</p></article></main><footer>„Ende</footer></body></html>
"""


def test_a_page_is_read_as_readers_see_it():
    bare = files.read(PAGE.encode(), name="a.html")
    assert [(passage.kind.value, passage.text) for passage in bare.reading.passages] == [
        ("headline", "Hafen & Quai"),
        ("paragraph", "Er sagte:\u00a0„Wir gehen, und ging."),
        ("paragraph", "Sie bleibt."),
        ("caption", "Der Quai"),
        ("item", "Eins"),
        ("item", "Zwei"),
        ("quotation", "Nie."),
        ("paragraph", "Sie nannte es “gut”.\nSo."),
    ]
    assert (bare.reading.language, bare.reading.published_on) == ("de-CH", dt.date(2017, 7, 21))
    assert [(link.start, link.end, link.url) for link in bare.reading.passages[2].links] == [(4, 10, "/x")]
    column = PAGE.splitlines()[4].index("&bdquo;") + 1
    assert placed(PAGE, "a.html") == [("quotation-unclosed", 5, column)]


def test_a_page_without_a_heading_is_named_by_its_title():
    assert kinds("<title>Harbour closes</title><p>It closes.", "a.htm") == [("headline", "Harbour closes"), ("paragraph", "It closes.")]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("é “so”".encode(), "é"),
        (b"\xef\xbb\xbf\xc3\xa9", "é"),
        ("é".encode("utf-16"), "é"),
        (b'<meta charset="iso-8859-2"><p>\xb9', "š"),
        (b"\x93so\x94 \xe9", "“so”"),
    ],
)
def test_letters_are_read_in_the_encoding_a_file_has(data, word):
    assert word in files.read(data, name="a").text


def test_a_guessed_encoding_is_said():
    assert "line 2" in files.read(b"A\n\x93so\x94", name="a.txt").note
    assert files.read("A\n“so”".encode(), name="a.txt").note == ""


@pytest.mark.parametrize("data", [b"", b" \n ", b"PK\x03\x04\0\0", b"<p></p>"])
def test_what_holds_no_words_is_refused(data):
    with pytest.raises(files.FileRefused, match=r"a\.txt"):
        files.read(data, name="a.txt")


PIECES = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<li>",
            "<b>",
            "</b>",
            "<q>",
            "</q>",
            "<br>",
            "<div>",
            "</div>",
            "<pre>",
            "</pre>",
            "&amp;",
            "&#8220;",
            "&nbsp",
            "a",
            "“b",
            "\n",
            "  ",
            "<td>",
            "é",
            "<a href=x>",
            "</a>",
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(PIECES, st.text(max_size=80), st.text(alphabet="ab \n\r#>*-[]()“.\t", max_size=80)), st.sampled_from(["a.html", "a.txt", "a.md"]))
def test_every_character_knows_where_it_came_from(text, name):
    try:
        bare = files.read(text.encode(), name=name)
    except files.FileRefused:
        return
    for passage in bare.reading.passages:
        for offset, char in enumerate(passage.text):
            there = bare.text[files.origin(passage, offset)]
            assert there == char or there in "&<" or char == " ", (passage, offset, char, there)
