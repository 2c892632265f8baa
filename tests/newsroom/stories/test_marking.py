"""Marked text is the text that was there, with the words of each statement inside one kind of element and one reference behind them."""

import html5lib
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml.html import fragment_fromstring, tostring

from masthead.newsroom.stories import anchors, marking, passages
from masthead.newsroom.stories.anchors import Selector
from masthead.newsroom.stories.sourcing import Card, Run, arrange


def card(words, form="direct", **fields):
    return Card(key=words, words=words, form=form, form_words=form, standing="relayed", standing_words="Relayed only", **fields)


def sourcing(html, *words, form="direct"):
    text = list(passages.of_html(html, block="b"))
    places = anchors.find_all(text, [Selector(exact=one) for one in words])
    within = [anchors.within(text, place) if place else [] for place in places]
    return arrange([card(one, form) for one in words], places, within, [Run("b", number, len(passage.text)) for number, passage in enumerate(text)])


def marked(html, *words, form="direct", address=""):
    notes = sourcing(html, *words, form=form).notes
    return marking.mark(html, "b", notes, label=lambda note: f"Source {note.number}: somebody", address=address)


def ref(number):
    return f'<a class="noteref" role="doc-noteref" href="#n{number}" id="r{number}" aria-label="Source {number}: somebody">{number}</a>'


def test_the_words_are_inside_the_marks_and_the_reference_behind_them():
    assert marked("<p>He said “we will come”, and left.</p>", "we will come") == f'<p>He said “<q class="said" id="s1">we will come</q>”{ref(1)}, and left.</p>'


def test_what_nobody_said_is_no_quotation():
    assert '<span class="said" id="s1">Forty lorries came</span>' in marked("<p>Forty lorries came.</p>", "Forty lorries came", form="observation")


@pytest.mark.parametrize(
    ("html", "words", "now"),
    [
        ('<p>a “b <a href="/x">c</a> d” e</p>', "b c d", '<p>a “<q class="said" id="s1">b <a href="/x">c</a> d</q>”REF e</p>'),
        ('<p>a <a href="/x">b c</a> d e</p>', "c d", '<p>a <a href="/x">b <q class="said" id="s1">c</q></a><q class="said"> d</q>REF e</p>'),
        ('<p>a <a href="/x">b c d</a> e</p>', "c", '<p>a <a href="/x">b <q class="said" id="s1">c</q> d</a>REF e</p>'),
        ("<p><b>a <i>b</i></b> c</p>", "a b", '<p><q class="said" id="s1"><b>a <i>b</i></b></q>REF c</p>'),
        ("<p>a<br/>b c</p>", "a\nb", '<p><q class="said" id="s1">a<br>b</q>REF c</p>'),
        ("<ul><li>one two</li><li>three</li></ul>", "one two", '<ul><li><q class="said" id="s1">one two</q>REF</li><li>three</li></ul>'),
        ("<p>one two</p><p>three four</p>", "two\nthree", '<p>one <q class="said" id="s1">two</q></p><p><q class="said">three</q>REF four</p>'),
    ],
)
def test_links_and_emphasis_stay_whole(html, words, now):
    assert marked(html, words) == now.replace("REF", ref(1))


def test_one_statement_may_stand_inside_another_and_two_may_overlap():
    nested = marked("<p>one two three four five</p>", "one two three four five", "three")
    assert nested == f'<p><q class="said" id="s1">one two <q class="said" id="s2">three</q>{ref(2)} four five</q>{ref(1)}</p>'
    across = marked("<p>one two three four five</p>", "one two three", "three four")
    assert "".join(fragment_fromstring(across).itertext()) == "one two three1 four2 five"
    assert across.count('id="s') == 2


def test_elsewhere_a_reference_has_a_full_address_and_brackets():
    assert 'href="https://news.example/a/#n1"' in marked("<p>one two</p>", "one", address="https://news.example/a/")
    assert ">[1]</a>" in marked("<p>one two</p>", "one", address="https://news.example/a/")


def test_what_is_text_stays_text():
    html = "<p>a &lt;b&gt; &amp; “c” d</p>"
    assert marked(html, "c").replace('<q class="said" id="s1">c</q>', "c").replace(ref(1), "") == html


def test_numbers_follow_the_reading_and_the_lost_come_last():
    notes = sourcing("<p>one two</p><p>three four</p>", "words that are lost for good", "three", "one").notes
    assert [note.card.words for note in notes] == ["one", "three", "words that are lost for good"]
    assert [bool(note.pieces) for note in notes] == [True, True, False]


INLINE = st.recursive(
    st.text("ab ”&<", min_size=1, max_size=6).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.tuples(st.sampled_from(["b", "i", 'a href="/x"']), st.lists(inner, min_size=1, max_size=3)).map(
        lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0].split()[0]}>"
    ),
    max_leaves=6,
)


@given(paragraphs=st.lists(st.lists(INLINE, min_size=1, max_size=4), min_size=1, max_size=3), data=st.data())
def test_nothing_of_the_text_is_lost_whatever_is_marked(paragraphs, data):
    html = "".join(f"<p>{''.join(parts)}</p>" for parts in paragraphs)
    html = tostring(fragment_fromstring(html, create_parent="div"), encoding="unicode")[5:-6]
    text = list(passages.of_html(html, block="b"))
    assume(text and not fragment_fromstring(html, create_parent="div").xpath("//a//a"))  # nobody can write a link in a link
    spans = []
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(text) - 1))
        last = data.draw(st.integers(first, len(text) - 1))
        start = data.draw(st.integers(0, len(text[first].text) - 1))
        end = data.draw(st.integers(start + 1 if first == last else 1, len(text[last].text)))
        spans.append(anchors.Anchor(first=first, start=start, last=last, end=end, match=anchors.Match.SAME))
    runs = [Run("b", number, len(passage.text)) for number, passage in enumerate(text)]
    made = arrange([card(f"{number}") for number in range(len(spans))], spans, [anchors.within(text, span) for span in spans], runs)
    shown = marking.mark(html, "b", made.notes, label=lambda note: f"Source {note.number}")
    tree = fragment_fromstring(shown, create_parent="div")
    references = tree.xpath("//a[@class='noteref']")
    assert [link.get("id") for link in sorted(references, key=lambda link: int(link.text))] == [f"r{note.number}" for note in made.notes]
    assert not tree.xpath("//a//a")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    said = {note.number: "".join(tree.xpath(f"//*[@id='s{note.number}']")[0].itertext()) for note in made.notes}
    assert all(said.values())
    for link in references:
        link.drop_tree()
    for mark in tree.xpath("//q"):
        mark.drop_tag()
    assert tostring(tree, encoding="unicode")[5:-6] == html
    html5lib.HTMLParser(strict=True).parseFragment(shown)
