"""The demo's texts are free of errors: a newsroom's program must not begin with a misprint."""

import datetime as dt
import re
from collections import Counter

import pytest
from PIL import Image

from masthead.kernel.money import Money
from masthead.moving import body
from masthead.moving.demo import parts
from masthead.moving.demo.content import FOLDER, ContentError, attachment_file, duration, load, moment, picture_file
from masthead.newsroom.pictures import metadata

CONTENT = load()
STORIES = {story.slug: story for story in CONTENT.stories}
AUTHORS = {author.slug for author in CONTENT.newsroom.authors}
DAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)
MARKS = {"en": ("“", "”"), "fr": ("«", "»"), "ar": ("«", "»"), "de": ("„", "“")}
FOREIGN = {"en": "«»„", "fr": "“”„", "ar": "“”„", "de": "«»”"}


def texts_of(story):
    """Return every text of a story by its name."""
    texts = {"headline": story.headline, "standfirst": story.standfirst, "body": story.body, "caption": story.caption}
    return texts | {f"note {number}": note.text for number, note in enumerate(story.corrections)}


def read(story):
    return parts.read(parts.set_in(story.body, language=story.language, day=DAY))


def words_in(story):
    running = " ".join(part.html for part in read(story) if isinstance(part, body.Paragraphs))
    return len(re.sub(r"<[^>]+>", " ", running).split())


def test_there_is_enough_to_judge_every_page():
    public = [story for story in CONTENT.stories if story.state == "public"]
    assert len(public) >= 25
    assert min(Counter(story.section for story in public).values()) >= 4
    assert {story.section for story in public} == {section.slug for section in CONTENT.newsroom.sections}
    assert {story.label for story in public} == {"news", "analysis", "opinion", "explainer"}
    assert {story.language for story in public} == {"en", "ar", "fr", "de"}
    assert {story.state for story in CONTENT.stories} == {"public", "scheduled", "embargoed", "review", "draft"}
    assert any(not story.picture for story in public)
    assert {note.kind for story in public for note in story.corrections} == {"correction", "clarification", "update", "retraction"}
    assert max(len(story.headline) for story in public) > 150
    assert min(len(story.headline.split()) for story in public) == 3
    used = {type(part) for story in public for part in read(story)}
    assert used == {
        body.Paragraphs,
        parts.Heading,
        parts.PictureUse,
        parts.Gallery,
        body.PullQuote,
        parts.Document,
        parts.Table,
        parts.Embed,
        body.Callout,
        parts.Related,
    }


@pytest.mark.parametrize("slug", STORIES)
def test_every_name_in_a_story_is_known(slug):
    story = STORIES[slug]
    assert {byline.author for byline in story.signed()} <= AUTHORS
    assert set(story.topics) <= {topic.slug for topic in CONTENT.newsroom.topics}
    assert story.topics
    assert story.picture in {"", *CONTENT.pictures}
    for part in read(story):
        match part:
            case parts.PictureUse():
                assert part.name in CONTENT.pictures
            case parts.Gallery():
                assert set(part.names) <= set(CONTENT.pictures)
            case parts.Document():
                assert attachment_file(part.slug).is_file()
            case parts.Related():
                assert set(part.slugs) <= set(STORIES) - {slug}


@pytest.mark.parametrize("slug", STORIES)
def test_quotation_marks_are_of_the_language_and_close_where_they_open(slug):
    story = STORIES[slug]
    opening, closing = MARKS[story.language]
    for name, text in texts_of(story).items():
        prose = re.sub(r"\]\([^)]*\)", "", text)
        for paragraph in prose.split("\n"):
            assert '"' not in paragraph, (name, paragraph)
            assert "'" not in paragraph, (name, paragraph)
            assert not set(FOREIGN[story.language]) & set(paragraph), (name, paragraph)
            depth = 0
            for character in paragraph:
                depth += {opening: 1, closing: -1}.get(character, 0)
                assert depth in {0, 1}, (name, paragraph)
            assert depth == 0, (name, paragraph)


@pytest.mark.parametrize("slug", STORIES)
def test_no_text_has_a_slip_that_a_machine_can_see(slug):
    story = STORIES[slug]
    for name, text in texts_of(story).items():
        shown = parts.set_in(text, language=story.language, day=DAY)
        assert not re.search(r"\b(\w+) \1\b", shown), (name, "a word twice")
        assert not re.search(r"[ \u00a0]{2}|[ \u00a0\u202f][,.](?!\d)", shown), (name, "a stray space")
        assert "..." not in shown, (name, "three full stops")
        assert not re.search(r"\w - \w|--", re.sub(r"https?://\S+", "", shown)), (name, "a hyphen for a dash")
        assert "{" not in shown, (name, "a date that was not set")
        assert "}" not in shown, (name, "a date that was not set")
        assert shown.count("(") == shown.count(")"), (name, "a bracket")
        if story.language == "fr":
            assert not re.search(r"(?<![\u00a0\u202f])[;!?»]|(?<![\u00a0\w/]):(?!//|::)|«(?!\u00a0)", re.sub(r"^:::.*$", "", shown, flags=re.MULTILINE)), name


def test_stories_have_the_length_of_their_kind():
    assert 100 <= words_in(STORIES["water-main-ropewalk"]) <= 150
    assert 1_000 <= words_in(STORIES["forty-one-winters-teal-rocks"]) <= 1_300
    for slug, story in STORIES.items():
        if story.state == "public" and slug != "water-main-ropewalk":
            assert 230 <= words_in(story) <= 1_300, slug


def test_what_a_correction_mends_stands_in_the_text_once():
    for story in CONTENT.stories:
        for note in story.corrections:
            assert bool(note.was) == bool(note.reads), story.slug
            if note.reads:
                assert story.body.count(note.reads) == 1, story.slug
                assert note.was not in story.body, story.slug


def test_every_picture_is_there_small_and_says_whose_it_is():
    files = {path.stem for path in (FOLDER / "pictures").glob("*.webp")}
    assert files == set(CONTENT.pictures)
    for name, entry in CONTENT.pictures.items():
        assert entry.caption
        assert 20 < len(entry.alt) <= 255, name
        assert entry.creator in entry.credit
        path = picture_file(name)
        assert path.stat().st_size < 60_000, name
        with path.open("rb") as file:
            facts = metadata.read(file)
        assert (facts.creator, facts.credit_line, facts.alt_text, facts.source) == (entry.creator, entry.credit, entry.alt, entry.source_url)
        with Image.open(path) as image:
            assert min(image.size) >= 600


def test_the_whole_demo_weighs_less_than_one_and_a_half_megabytes():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 1_572_864


def test_every_author_has_a_short_biography():
    signed = {byline.author for story in CONTENT.stories for byline in story.signed()}
    assert {author.slug for author in CONTENT.newsroom.authors if author.account} >= {"ines-callory", "mira-adeyo", "ruth-okember"}
    for author in CONTENT.newsroom.authors:
        assert 40 < len(author.biography) < 300
        assert author.slug in signed or author.account, author.slug
        assert author.portrait in {"", *CONTENT.pictures}
    assert any(author.guest for author in CONTENT.newsroom.authors)


def test_the_gifts_add_up_to_what_each_meter_says():
    for campaign in CONTENT.funding.campaigns:
        given = sum(Money.parse(gift.amount, campaign.currency).minor for gift in campaign.gifts)
        returned = sum(Money.parse(gift.returned, campaign.currency).minor for gift in campaign.gifts if gift.returned)
        assert given - returned == Money.parse(campaign.raised, campaign.currency).minor, campaign.slug
    featured = next(campaign for campaign in CONTENT.funding.campaigns if campaign.featured)
    assert (featured.raised, featured.goal, list(featured.milestones)) == ("3075.00", "5000.00", ["2500.00", "5000.00"])
    assert featured.period == "monthly"
    assert any(gift.returned for gift in featured.gifts)
    assert {campaign.currency for campaign in CONTENT.funding.campaigns} == {"USD", "JPY"}


def test_moments_are_never_ahead_unless_they_say_so():
    zone = dt.UTC
    assert moment("0d 08:10", now=NOW, zone=zone) == dt.datetime(2026, 11, 22, 8, 10, tzinfo=dt.UTC)
    assert moment("0d 18:10", now=NOW, zone=zone) == dt.datetime(2026, 11, 21, 18, 10, tzinfo=dt.UTC)
    assert moment("2d 14:30", now=NOW, zone=zone) == dt.datetime(2026, 11, 19, 14, 30, tzinfo=dt.UTC)
    assert moment("in 1d 06:00", now=NOW, zone=zone) == dt.datetime(2026, 11, 23, 6, 0, tzinfo=dt.UTC)
    assert duration("65m") == dt.timedelta(minutes=65)
    assert duration("30h") == dt.timedelta(hours=30)
    with pytest.raises(ContentError, match="write one as 2d 14:30"):
        moment("yesterday", now=NOW, zone=zone)


def test_dates_are_written_as_each_language_writes_them():
    text = "{w+3} | {d+9} on | {m+40} | {y-9} | 40~km"
    assert parts.set_in(text, language="en", day=DAY) == "Wednesday, November\u00a025, 2026 | December\u00a01, 2026, on | January 2027 | 2017 | 40\u00a0km"
    assert parts.set_in(text, language="en-GB", day=DAY).startswith("Wednesday 25\u00a0November 2026 | 1\u00a0December 2026 on |")
    assert parts.set_in(text, language="fr", day=DAY).startswith("mercredi 25\u00a0novembre 2026 | 1er\u00a0décembre 2026 on |")
    assert parts.set_in(text, language="de", day=DAY).startswith("Mittwoch, 25.\u00a0November 2026 | 1.\u00a0Dezember 2026 on |")


def test_an_unclosed_block_is_named():
    with pytest.raises(parts.TextError, match="::: quote"):
        parts.read("Words.\n\n::: quote Somebody\nNever closed.")
    with pytest.raises(parts.TextError, match="no block 'quoth'"):
        parts.read("::: quoth\nWords.\n:::")


def test_markup_within_a_line_becomes_rich_text_and_nothing_else_does():
    assert parts.inline("**a** *b* <i> & [c](https://x.example/d)") == '<b>a</b> <i>b</i> &lt;i&gt; &amp; <a href="https://x.example/d">c</a>'
