"""A whole export comes in: stories public as they were, addresses kept, what is missing named, and twice is once."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image
from wagtail.contrib.redirects.models import Redirect

from masthead.moving.models import ImportedItem
from masthead.moving.report import Matter, Outcome
from masthead.moving.wordpress.actions import Choices, import_wxr
from masthead.newsroom.desk.models import Acceptance
from masthead.newsroom.pictures.models import Attachment, Picture, PublicUse
from masthead.newsroom.stories.actions import Draft as StoryDraft
from masthead.newsroom.stories.actions import found_newsroom, revise_story
from masthead.newsroom.stories.models import Author, InfoPage, SectionPage, StoryPage, Topic
from masthead.newsroom.stories.queries import published

pytestmark = pytest.mark.django_db
WXR = Path(__file__).parents[1] / "wxr" / "harbour.xml"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def newsroom():
    found_newsroom(name="Tidewater", host="testserver", sections=["News"])


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "uploads"
    (folder / "2019" / "03").mkdir(parents=True)
    for name in ("lead", "quay"):
        Image.new("RGB", (40, 20), (40, 90, 120)).save(folder / "2019" / "03" / f"{name}.png")
    (folder / "2019" / "03" / "timetable.pdf").write_bytes(b"%PDF-1.4 seven o'clock")
    return folder


def bring_in(media=None, *, file=WXR, dry_run=False, progress=lambda _p: None, now=NOW, **choices):
    return import_wxr(file=file, media=media, user=None, now=now, choices=Choices(**choices), dry_run=dry_run, progress=progress)


def story(title):
    return StoryPage.objects.get(title=title)


def titles(report, matter):
    return [entry.title for entry in report.findings.get(matter, ())]


def blocks(page):
    return [(block["type"], block["value"]) for block in page.body.raw_data]


def state():
    """Everything an import makes, without what differs from run to run by nature: keys and hours."""
    by_key = {page.pk: page.title for page in [*StoryPage.objects.all(), *InfoPage.objects.all(), *SectionPage.objects.all()]}
    pictures = {picture.pk: picture.title for picture in Picture.objects.all()}
    return {
        "stories": sorted(
            (
                one.title, one.slug, one.live, one.standfirst, one.label, str(one.first_published_at), str(one.last_published_at), one.section.title,
                [byline.author.name for byline in one.bylines.all()], sorted(topic.name for topic in one.topics.all()),
                pictures.get(one.lead_picture_id), one.revisions.count(), str(one.go_live_at),
                [(block["type"], block["id"], named(block["value"], pictures)) for block in one.body.raw_data],
            )
            for one in StoryPage.objects.all()
        ),
        "pages": sorted((page.title, page.slug, page.live) for page in InfoPage.objects.all()),
        "sections": sorted((section.title, section.slug, section.numchild) for section in SectionPage.objects.all()),
        "authors": sorted((author.name, author.slug, author.guest) for author in Author.objects.all()),
        "topics": sorted((topic.name, topic.slug) for topic in Topic.objects.all()),
        "pictures": sorted((one.title, one.file.name, one.description, one.credit_line, one.file_hash) for one in Picture.objects.all()),
        "attachments": sorted((one.title, one.file.name) for one in Attachment.objects.all()),
        "public": sorted(pictures.get(use.picture_id) or "file" for use in PublicUse.objects.all()),
        "redirects": sorted((row.old_path, row.redirect_link, by_key.get(row.redirect_page_id)) for row in Redirect.objects.all()),
        "items": sorted((row.kind, row.key, row.digest, row.original) for row in ImportedItem.objects.all()),
        "accepted": sorted((row.rule, row.reason) for row in Acceptance.objects.all()),
    }  # fmt: skip


def named(value, pictures):
    if isinstance(value, dict) and "pictures" in value:
        return [pictures.get(child["value"]["picture"]) for child in value["pictures"]]
    if isinstance(value, dict) and "picture" in value:
        return (pictures.get(value["picture"]), value["caption"])
    return None if isinstance(value, dict) and "document" in value else value


def test_a_published_story_stays_published_with_its_words_people_and_dates(media):
    report = bring_in(media)
    ferry = story("The ferry & the tide")
    assert ferry.live
    assert ferry.slug == "the-ferry"
    assert ferry.first_published_at == dt.datetime(2019, 3, 1, 7, 30, tzinfo=dt.UTC)
    assert ferry.last_published_at == dt.datetime(2019, 4, 2, 9, tzinfo=dt.UTC)
    assert ferry.standfirst == "A boat, a timetable and an argument."
    assert ferry.search_description == "How the ferry came back."
    assert [byline.author.name for byline in ferry.bylines.all()] == ["Theo Lindqvist", "Ida Marrow"]
    assert ferry.section.title == "City & Port"
    assert sorted(topic.name for topic in ferry.topics.all()) == ["Ferries", "Transport"]
    assert ferry in published()
    assert report.total("stories", Outcome.NEW) == 6
    assert report.comments == 1


def test_the_body_becomes_blocks_in_order(media):
    bring_in(media)
    found = blocks(story("The ferry & the tide"))
    assert [name for name, _ in found] == [
        "paragraphs", "kept", "picture", "heading", "kept", "paragraphs", "pull_quote", "embed", "table", "document", "paragraphs",
    ]  # fmt: skip
    assert found[0][1] == '<p>The ferry left at <b>seven</b>, as the <a href="/2018/12/classic/">old timetable</a> said.</p>'
    assert found[1][1] == {"what": "<script>", "source": "<script>alert(1)</script>"}
    assert Picture.objects.get(pk=found[2][1]["picture"]).file_hash == Picture.objects.get(title="quay").file_hash
    assert found[2][1]["caption"] == "Before the first boat."
    assert found[4][1]["source"] == '<!-- wp:weather-plugin/forecast {"place":"quay"} /-->'
    assert found[6][1] == {"quote": "We wait for no tide.", "speaker": "Ines Alder"}
    assert found[7][1]["url"] == "https://www.youtube.com/watch?v=abcdefgh123"
    assert found[7][1]["title"] == "The first crossing"
    assert found[8][1]["table"]["columns"] == [{"type": "text", "heading": "Boat"}, {"type": "text", "heading": "Seats"}]
    assert found[10][1] == "<p>This text is used in many places.</p>"


def test_the_picture_comes_with_its_words(media):
    bring_in(media)
    lead = story("The ferry & the tide").lead_picture
    assert (lead.description, lead.caption, lead.credit_line, lead.creator, lead.source_url) == (
        "A white ferry in the morning",
        "The ferry leaves.",
        "Sal Imber / Old Harbour",
        "Sal Imber",
        "https://imber.example/ferry",
    )
    assert (lead.width, lead.height) == (40, 20)


def test_what_is_missing_or_unknown_is_named_with_the_storys_title(media):
    report = bring_in(media)
    assert ("Classic text", "https://old-harbour.example/wp-content/uploads/2019/03/gone.jpg") in [
        (entry.title, entry.text) for entry in report.findings[Matter.MISSING_PICTURE]
    ]
    unknown = {(entry.title, entry.text) for entry in report.findings[Matter.UNKNOWN]}
    assert {
        ("The ferry & the tide", "block weather-plugin/forecast"),
        ("Classic text", "shortcode [contact-form-7]"),
        ("Classic text", "shortcode [box]"),
    } <= unknown
    assert titles(report, Matter.STICKY) == ["The ferry & the tide"]
    assert ("Classic text", "javascript:alert(1)") in [(entry.title, entry.text) for entry in report.findings[Matter.LINK]]
    assert any("recipe" in title for title in titles(report, Matter.REFUSED))
    assert report.left_out == {
        "items from the trash": 1,
        "menu entries": 1,
        "reusable blocks (taken where they are used)": 1,
        "guest authors (taken where they are bylined)": 1,
    }


def test_the_desks_findings_are_let_stand_with_a_reason_and_listed(media):
    report = bring_in(media)
    assert "The ferry & the tide" in titles(report, Matter.ACCEPTED)
    reasons = set(Acceptance.objects.values_list("reason", flat=True))
    assert "Imported: it was public before at https://old-harbour.example/2019/03/the-ferry/." in reasons
    assert not Acceptance.objects.filter(accepted_by__isnull=False).exists()


def test_a_newsroom_may_hold_such_stories_back_instead(media):
    report = bring_in(media, accept_as_published=False)
    assert not story("The ferry & the tide").live
    assert "The ferry & the tide" in titles(report, Matter.DRAFT)
    assert not Acceptance.objects.exists()


def test_what_was_not_public_is_not_made_public(media):
    report = bring_in(media)
    for title in ("Behind a password", "Half written", "Private thoughts"):
        assert not story(title).live
    assert set(titles(report, Matter.DRAFT)) == {"Behind a password", "Half written", "Private thoughts"}
    assert not StoryPage.objects.filter(title="Thrown away").exists()
    later = story("Not yet")
    assert not later.live
    assert later.go_live_at == dt.datetime(2031, 1, 1, 6, tzinfo=dt.UTC)
    assert later.approved_schedule


def test_a_story_whose_hour_passed_unnoticed_waits_for_an_editor(media):
    report = bring_in(media, now=dt.datetime(2032, 1, 1, tzinfo=dt.UTC))
    assert not story("Not yet").live
    assert "Not yet" in titles(report, Matter.DRAFT)


def test_stories_are_filed_by_their_first_real_category(media):
    bring_in(media)
    classic = story("Classic text")
    assert classic.section.title == "Opinion"
    assert classic.label == "opinion"
    assert [topic.name for topic in classic.topics.all()] == ["City & Port"]
    assert story("Half written").section.title == "News"


def test_no_address_of_a_person_becomes_public(media):
    bring_in(media)
    assert Author.objects.get(slug="nobody").name == "nobody"
    assert not Author.objects.exclude(email="").exists()


def test_pages_come_in_as_standing_pages(media):
    bring_in(media)
    page = InfoPage.objects.get(slug="how-we-work")
    assert page.live
    assert blocks(page) == [("paragraphs", "<p>We ask, and we write down the answer.</p>")]


OLD_AND_NEW = [
    ("/2019/03/the-ferry/", "/city/the-ferry/"),
    ("/2019/03/a-ferry/", "/city/the-ferry/"),
    ("/?p=10", "/city/the-ferry/"),
    ("/2019/03/the-ferry/lead/", "/city/the-ferry/"),
    ("/?attachment_id=20", "/city/the-ferry/"),
    ("/?page_id=17", "/how-we-work/"),
    ("/about/how-we-work/", "/how-we-work/"),
    ("/category/city/transport/", "/topics/transport/"),
    ("/category/opinion/", "/opinion/"),
    ("/tag/ferries/", "/topics/ferries/"),
    ("/author/theo/", "/authors/theo/"),
    ("/feed/", "/feed.xml"),
    ("/?feed=rss2", "/feed.xml"),
    ("/2019/03/", "/archive/2019/03/"),
]


def test_old_addresses_lead_on_for_good(media):
    bring_in(media)
    client = Client(headers={"host": "testserver"})
    for old, new in OLD_AND_NEW:
        response = client.get(old)
        assert (old, response.status_code) == (old, 301)
        assert response["Location"].removeprefix("http://testserver") == new


def test_an_unknown_number_is_left_to_the_front_page(media):
    bring_in(media)
    assert not Redirect.objects.filter(old_path="/?p=999").exists()
    assert Client(headers={"host": "testserver"}).get("/feed-me/?p=999").status_code == 404


def test_a_dry_run_writes_nothing_and_says_the_same(media):
    before = state()
    dry = bring_in(media, dry_run=True)
    assert state() == before
    wet = bring_in(media)
    listed = [matter for matter in Matter if matter is not Matter.NAMED_AGAIN]
    assert {matter: dry.findings.get(matter) for matter in listed} == {matter: wet.findings.get(matter) for matter in listed}
    assert {what: dry.total(what) for what in dry.counts} == {what: wet.total(what) for what in wet.counts}
    assert "nothing was written" in str(dry)


def test_a_dry_run_foretells_what_the_desk_says_of_the_words(media, tmp_path):
    said = "<p>The ferry left at <strong>seven</strong>"
    text = WXR.read_text(encoding="utf-8")
    assert said in text
    broken = tmp_path / "broken.xml"
    broken.write_text(text.replace(said, f"<p>“We waited, said Ines Alder.</p>{said}"), encoding="utf-8")
    dry, wet = (
        next(entry for entry in bring_in(media, file=broken, dry_run=dry_run).findings[Matter.ACCEPTED] if "tide" in entry.title) for dry_run in (True, False)
    )
    assert "is not closed" in wet.text
    assert dry == wet
    assert story("The ferry & the tide").live


def test_a_second_run_changes_nothing(media):
    bring_in(media)
    before = state()
    again = bring_in(media)
    assert state() == before
    assert again.total("stories", Outcome.UNCHANGED) == again.total("stories")
    assert again.total("pictures", Outcome.NEW) == 0
    assert again.redirects == 0


@pytest.mark.parametrize("stop_at", [1, 5, 8])
def test_stopped_anywhere_and_run_again_it_is_as_if_never_stopped(media, stop_at):
    seen = 0

    def stop(_progress):
        nonlocal seen
        seen += 1
        if seen == stop_at:
            raise KeyboardInterrupt

    stopped = bring_in(media, progress=stop)
    assert stopped.interrupted_at
    assert "run the same command again" in str(stopped)
    bring_in(media)
    resumed = state()
    wipe()
    bring_in(media)
    assert resumed == state()


def wipe():
    """Take everything imported away again."""
    for page in [*StoryPage.objects.all(), *InfoPage.objects.exclude(slug="about"), *SectionPage.objects.exclude(slug="news")]:
        page.delete()
    for model in (Redirect, ImportedItem, Picture, Attachment, Author, Topic, Acceptance):
        model.objects.all().delete()
    shutil.rmtree(settings_media(), ignore_errors=True)


def settings_media():
    from django.conf import settings

    return settings.MEDIA_ROOT


def test_a_story_edited_here_is_never_overwritten(media, tmp_path):
    bring_in(media)
    ferry = story("The ferry & the tide")
    revise_story(story=ferry, draft=StoryDraft(headline="Our own headline", body=[("paragraphs", "<p>Our own words.</p>")]), user=None)
    changed = tmp_path / "newer.xml"
    changed.write_text(WXR.read_text().replace("The ferry left at", "The ferry sailed at"))
    report = bring_in(media, file=changed)
    assert titles(report, Matter.EDITED) == ["The ferry & the tide"]
    assert story("The ferry & the tide").get_latest_revision_as_object().title == "Our own headline"


def test_a_newer_export_changes_what_nobody_here_touched(media, tmp_path):
    bring_in(media)
    changed = tmp_path / "newer.xml"
    changed.write_text(WXR.read_text().replace("The ferry left at", "The ferry sailed at"))
    report = bring_in(media, file=changed)
    assert report.total("stories", Outcome.CHANGED) == 1
    ferry = story("The ferry & the tide")
    assert blocks(ferry)[0][1].startswith("<p>The ferry sailed at")
    assert ferry.live
    assert ferry.first_published_at == dt.datetime(2019, 3, 1, 7, 30, tzinfo=dt.UTC)
    assert ferry.slug == "the-ferry"


def test_a_story_deleted_here_is_not_brought_back(media):
    bring_in(media)
    story("Classic text").delete()
    report = bring_in(media)
    assert not StoryPage.objects.filter(title="Classic text").exists()
    assert report.total("stories", Outcome.NEW) == 0


def test_pictures_found_later_are_put_in_their_place(media, tmp_path):
    bring_in(None)
    ferry = story("The ferry & the tide")
    assert ferry.lead_picture is None
    assert ("kept", "picture quay-300x188.png") in [(name, value["what"]) for name, value in blocks(ferry) if name == "kept"]
    bring_in(media)
    ferry = story("The ferry & the tide")
    assert ferry.lead_picture.title == "Quay lead"
    assert "picture" in [name for name, _ in blocks(ferry)]


def test_a_picture_named_from_outside_the_folder_is_not_read(media, tmp_path):
    secret = tmp_path / "secret.png"
    Image.new("RGB", (9, 9)).save(secret)
    (media / "link.png").symlink_to(secret)
    text = WXR.read_text().replace("2019/03/lead.png", "../secret.png").replace("uploads/2019/03/quay", "uploads/link")
    evil = tmp_path / "evil.xml"
    evil.write_text(text)
    bring_in(media, file=evil)
    assert {(picture.width, picture.height) for picture in Picture.objects.all()} <= {(40, 20)}


def test_a_picture_that_is_none_is_named_and_left_out(media):
    (media / "2019" / "03" / "lead.png").write_bytes(b"<svg onload=alert(1)>")
    report = bring_in(media)
    assert any("lead.png" in entry.text for entry in report.findings[Matter.BAD_PICTURE])
    assert story("The ferry & the tide").lead_picture is None


def test_other_types_are_taken_where_that_is_chosen(media):
    bring_in(media, story_types=frozenset({"post", "recipe"}))
    assert StoryPage.objects.filter(title="A recipe").exists()


def test_an_export_without_a_newsroom_is_refused(media):
    from masthead.moving.wordpress.shelves import NoNewsroom
    from masthead.newsroom.stories.models import FrontPage

    FrontPage.objects.all().delete()
    with pytest.raises(NoNewsroom, match="masthead init"):
        bring_in(media)


@pytest.mark.parametrize(
    ("name", "stories", "pages"), [("ttd-themeunittestdata.wordpress.xml", 58, 21), ("co-authors-plus.xml", 4, 0), ("not-well-formed.xml", 3, 1)]
)
def test_real_exports_come_in_whole_and_twice_is_once(real_data, name, stories, pages):
    file = real_data / "wxr" / name
    report = bring_in(file=file)
    assert report.total("stories", Outcome.NEW) == stories
    assert report.total("pages", Outcome.NEW) == pages
    before = state()
    again = bring_in(file=file)
    assert state() == before
    assert again.total("stories", Outcome.UNCHANGED) == stories


def test_co_authors_keep_their_order_and_come_once(real_data):
    bring_in(file=real_data / "wxr" / "co-authors-plus.xml")
    assert [byline.author.name for byline in story("Duplicate Author Entries Post").bylines.all()] == ["Alice Smith", "Bob Jones"]
    assert [byline.author.name for byline in story("Three Author Post").bylines.all()] == ["Alice Smith", "Bob Jones", "Carol White"]
