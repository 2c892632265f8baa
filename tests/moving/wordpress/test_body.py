"""An item's text, block markup or classic, becomes neutral parts; what is unknown is kept and named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masthead.moving.body import Callout, Document, Embed, Gallery, Heading, Kept, Paragraphs, Picture, PullQuote, Table
from masthead.moving.wordpress.body import Surroundings, body_of


def parts(text, **around):
    return body_of(text, Surroundings(**around)).parts


def html(text):
    (only,) = parts(text)
    assert isinstance(only, Paragraphs)
    return only.html


def test_blank_lines_part_classic_paragraphs_and_line_ends_are_kept():
    assert html("One\nline.\r\n\r\nTwo <em>soft</em>.") == "<p>One<br>line.</p>\n<p>Two <i>soft</i>.</p>"


def test_block_text_has_its_own_paragraphs():
    assert html("<!-- wp:paragraph -->\n<p>One\nline.</p>\n<!-- /wp:paragraph -->") == "<p>One line.</p>"


def test_an_editors_brackets_are_no_shortcode():
    text = "“It were [sic] late,” [the minister] said [...] and left [laughs]."
    body = body_of(text, Surroundings())
    assert body.unknown == []
    assert body.parts == [Paragraphs(f"<p>{text}</p>")]


def test_a_caption_shortcode_is_a_picture_with_its_caption():
    (picture,) = parts('[caption id="attachment_5" align="alignleft"]<a href="/x"><img src="/u/a-300x200.jpg" alt="A boat" /></a> The <em>Elm</em>[/caption]')
    assert isinstance(picture, Picture)
    assert (picture.id, picture.alt, picture.caption, picture.size) == ("5", "A boat", "The Elm", "small")


def test_galleries_name_their_pictures_or_take_those_attached():
    (named,) = parts('[gallery ids="3,4"]')
    (attached,) = parts("[gallery]", attached=["8", "9"])
    assert isinstance(named, Gallery)
    assert isinstance(attached, Gallery)
    assert [picture.id for picture in named.pictures] == ["3", "4"]
    assert [picture.id for picture in attached.pictures] == ["8", "9"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[audio mp3="https://o.example/a.mp3"]', Document("https://o.example/a.mp3")),
        ('[video src="https://o.example/a.mp4"][/video]', Document("https://o.example/a.mp4")),
        ("[embed]https://vimeo.com/1[/embed]", Embed("https://vimeo.com/1")),
        ("https://www.youtube.com/watch?v=abc", Embed("https://www.youtube.com/watch?v=abc")),
        ('<iframe src="//www.youtube.com/embed/abcdef123"></iframe>', Embed("https://www.youtube.com/watch?v=abcdef123")),
        ("<h3>A <b>title</b></h3>", Heading("A title", 3)),
        (
            '<!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>Said.</p><cite>Ines</cite></blockquote></figure><!-- /wp:pullquote -->',
            PullQuote("Said.", "Ines"),
        ),
        ("<details><summary>More</summary><p>Inside</p></details>", Callout("More", "<p>Inside</p>")),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td></tr></table>", Table((("A", "B"), ("1", "")), header_row=True)),
    ],
)
def test_what_has_a_block_here_becomes_it(text, part):
    assert parts(text) == [part]


def test_an_unknown_block_is_kept_word_for_word_and_named():
    body = body_of('<!-- wp:acme/weather {"place":"quay"} /-->', Surroundings())
    assert body.parts == [Kept("block acme/weather", '<!-- wp:acme/weather {"place":"quay"} /-->')]
    assert body.unknown == ["block acme/weather"]


def test_the_readable_text_of_an_unknown_block_stays_readable():
    body = body_of('<!-- wp:acme/box {"tone":"warm"} --><div><p>Words for readers.</p></div><!-- /wp:acme/box -->', Surroundings())
    assert body.parts == [Kept("block acme/box", '<!-- wp:acme/box {"tone":"warm"} -->'), Paragraphs("<p>Words for readers.</p>")]


def test_an_unknown_shortcode_within_a_sentence_is_kept_behind_its_paragraph():
    body = body_of('Before [countdown to="noon"] after.\n\nNext.', Surroundings())
    assert body.parts == [Paragraphs("<p>Before after.</p>"), Kept("shortcode [countdown]", '[countdown to="noon"]'), Paragraphs("<p>Next.</p>")]
    assert body.unknown == ["shortcode [countdown]"]


def test_text_inside_an_unknown_shortcode_stays():
    body = body_of('[box colour="red"]Inside.[/box]', Surroundings())
    assert Paragraphs("<p>Inside.</p>") in body.parts
    assert Kept("shortcode [box]", '[box colour="red"]') in body.parts


def test_reusable_blocks_are_put_in_and_do_not_go_round_for_ever():
    assert parts('<!-- wp:block {"ref":3} /-->', reusable={"3": "<p>Shared.</p>"}.get) == [Paragraphs("<p>Shared.</p>")]
    looping = body_of('<!-- wp:block {"ref":3} /-->', Surroundings(reusable=lambda _key: '<!-- wp:block {"ref":3} /-->'))
    assert looping.unknown


def test_footnotes_come_from_the_items_field():
    assert parts("<!-- wp:footnotes /-->", footnotes='[{"content":"A <em>note</em>","id":"x"}]') == [Paragraphs("<ol><li>A <i>note</i></li></ol>")]


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='JaVaScRiPt&colon;alert(1)'>x</a>",
        "<p onclick=alert(1)>x</p>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<a href='data:text/html,x'>x</a>",
        "<style>*{display:none}</style>x",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<p>a<b onmouseover='x'>b</b><object data='x'></object></p>",
    ],
)
def test_no_script_reaches_a_reader(evil):
    for part in parts(f"Text before.\n\n{evil}\n\nText after."):
        if isinstance(part, Paragraphs | Callout):
            assert "alert" not in part.html.lower() or "<" not in part.html.replace("<p>", "").replace("</p>", "")
            assert "javascript:" not in part.html.lower()
            assert "<img" not in part.html
            assert " on" not in part.html.lower().replace("text on", "")


def test_a_link_that_is_not_safe_is_named():
    body = body_of("<a href='javascript:alert(1)'>here</a>", Surroundings())
    assert body.parts == [Paragraphs("<p>here</p>")]
    assert body.dropped_links == ["javascript:alert(1)"]


@settings(max_examples=150)
@given(st.text(st.sampled_from("<>/=\"'[]!-{}:ab &;\n") | st.characters(), max_size=300))
def test_any_text_becomes_parts(text):
    body_of(text, Surroundings())


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["[a b='1']", "[/a]", "[gallery", "]", "[[x]]", "<p>", "</p>", "word ", "\n\n", "[caption]", "[/caption]", "<img src='x'>"]),
        max_size=40,
    )
)
def test_shortcodes_in_any_order_become_parts(pieces):
    body_of("".join(pieces), Surroundings())
