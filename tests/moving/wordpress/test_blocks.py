"""Block markup: any text is read, and the sources of the parts are the text again."""

from hypothesis import example, given
from hypothesis import strategies as st

from masthead.moving.wordpress.blocks import Block, read_blocks

pieces = st.sampled_from(
    [
        "<!-- wp:paragraph -->",
        "<!-- /wp:paragraph -->",
        '<!-- wp:image {"id":5,"a":{"b":"}"}} -->',
        "<!-- /wp:image -->",
        "<!-- wp:more /-->",
        '<!-- wp:acme/box {"x":"\\u002d\\u002d"} /-->',
        "<!--more-->",
        "<!-- wp:",
        "-->",
        "<p>text</p>",
        "\n",
    ]
)


@given(st.lists(pieces | st.text(max_size=20), max_size=30).map("".join))
@example("<!-- wp:a --><!-- wp:b --><!-- /wp:a --></p><!-- /wp:b -->")
def test_nothing_of_a_text_is_lost(text):
    assert read_blocks(text).source == text


def test_blocks_nest_and_carry_attributes():
    root = read_blocks('a<!-- wp:group {"layout":{"type":"flex"}} --><!-- wp:core/image {"id":7} --><img><!-- /wp:core/image --><!-- /wp:group -->b')
    group = root.parts[1]
    assert isinstance(group, Block)
    assert (group.name, group.attributes) == ("group", {"layout": {"type": "flex"}})
    inner = group.parts[0]
    assert isinstance(inner, Block)
    assert (inner.name, inner.attributes, inner.html) == ("core/image", {"id": 7}, "<img>")
    assert (root.parts[0], root.parts[2]) == ("a", "b")


def test_broken_attributes_leave_the_block():
    block = read_blocks("<!-- wp:image {broken} --><img><!-- /wp:image -->").parts[0]
    assert isinstance(block, Block)
    assert (block.name, block.attributes) == ("image", {})
