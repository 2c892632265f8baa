"""A saved page becomes a draft: the story as it stands, the page around it listed."""

import datetime as dt
import html
import re
import shutil
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from masthead.moving.body import Embed, Heading, Kept, Paragraphs, Picture, Table
from masthead.moving.models import ImportedItem
from masthead.moving.pages.actions import NoSuchSection, import_page
from masthead.moving.pages.furniture import Furniture
from masthead.moving.pages.hypertext import read_hypertext
from masthead.moving.pages.parse import PageError, read_page
from masthead.moving.pages.plain import read_plain
from masthead.moving.report import Matter, Outcome
from masthead.newsroom.pictures.models import Picture as StoredPicture
from masthead.newsroom.stories.actions import Draft, found_newsroom, revise_story
from masthead.newsroom.stories.models import StoryPage

HERE = Path(__file__).parent
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
STRIKE = [
    (
        "The dockers union of Port Meridian said on Tuesday that its members would stay out for a third week. "
        "\"We have asked for one meeting and were given none, the union's secretary, Ines Alder, said in a post on X."
    ),
    'The port authority answered an hour later. "The authority regrets the statment of the union, and remains open to talks, it said in a press release.',
]


def paragraphs(page):
    found = [
        match
        for part in page.parts
        if isinstance(part, Paragraphs)
        for match in re.findall(r"<(?:p|blockquote|li)>(.*?)</(?:p|blockquote|li)>", part.html, re.DOTALL)
    ]
    return [html.unescape(re.sub(r"<[^>]+>", "", text.replace("<br>", "\n"))) for text in found]


def left_out(page, kind):
    return [line for found, line in page.left_out if found is kind]


@pytest.fixture
def strike():
    return read_page(HERE / "meter_on_top.html")


def test_the_headline_comes_once_where_the_page_prints_it_twice(strike):
    assert strike.headline == "Harbour strike enters third week as talks stall"
    assert strike.headline not in paragraphs(strike)
    assert not any(isinstance(part, Heading) for part in strike.parts)
    assert left_out(strike, Furniture.REPEATED) == [strike.headline]


def test_paragraphs_stand_as_they_are_with_their_misspellings_and_open_quotations(strike):
    assert paragraphs(strike)[:2] == STRIKE
    assert len(paragraphs(strike)) == 5
    assert 'wrote on his channel: "No goverment can accept that a city of two million waits for its bread.' in paragraphs(strike)[3]
    assert "donate food at the union hall" in paragraphs(strike)[4]


def test_the_picture_has_the_credit_beneath_it(strike):
    picture = strike.parts[0]
    assert isinstance(picture, Picture)
    assert (picture.credit, picture.alt) == ("@PortOfMeridian / X", "Cranes at rest over the container quay")


def test_meter_appeal_menu_and_footer_are_left_out_and_listed(strike):
    assert "raised $3,075" in left_out(strike, Furniture.METER)
    assert "Do you like this content? Consider helping us" in left_out(strike, Furniture.APPEAL)
    assert {"Home", "World", "About us"} <= set(left_out(strike, Furniture.MENU))
    assert left_out(strike, Furniture.FOOTER) == ["© 2031 Tidewater Dispatch. All rights reserved."]
    assert any("Ferry timetable" in line for line in left_out(strike, Furniture.RELATED))
    text = "\n".join(paragraphs(strike))
    for word in ("$", "Consider", "cookies", "Facebook", "Ferry timetable", "All rights"):
        assert word not in text


def test_a_theme_with_everything_around_the_story():
    page = read_page(HERE / "press_theme.html")
    assert page.headline == "Council votes to reopen the old tram line"
    assert page.standfirst == "After nine years without rails in Mill Street, the council has voted 21 to 18 for the tram’s return."
    assert page.bylines == ["Maud Ferrier", "Theo Lindqvist"]
    assert page.published == "2030-09-14T08:15:00+01:00"
    assert [type(part) for part in page.parts] == [Picture, Paragraphs, Heading, Paragraphs, Table, Paragraphs]
    picture = page.parts[0]
    assert isinstance(picture, Picture)
    assert (picture.caption, picture.credit) == ("The last tram in its shed, where it has stood since 2021.", "Sal Imber / Quayside Post")
    assert paragraphs(page) == [
        "The vote came a little before midnight, and the gallery stood up for it. Nobody had expected the café owners’ petition – 4,210 names – to change a mind.",
        "The line is to cost £41.2m, of which the region pays a half. “We raised £3,000 from our neighbours just to print the leaflets,” said Jo Carrow, who lives above the depot.",
        "“I’ll ride it on the first morning, and I’ll pay for the ticket.”",
        "Works begin in March.",
        "The depot reopens first.",
        "The opposition said it would ask the auditor to look at the figures before a single rail is laid, and that the street’s shops had not been asked at all about the months of work ahead.",
    ]
    assert any("forty years" in line for line in left_out(page, Furniture.COMMENTS))


def test_a_page_of_tables_and_line_breaks_without_an_article():
    page = read_page(HERE / "div_soup.html")
    assert page.headline == "Floods cut off three villages"
    assert page.bylines == ["Nils Osei"]
    assert paragraphs(page) == [
        "The river Elm rose by two metres in the night and closed the only road to Upper Sallow, Lower Sallow and Thorn, the county said on Friday.",
        (
            'Helicopters brought bread and medicine to the school in Thorn, where about ninety people had slept. "It was the noise that woke us, not the water," '
            "said a teacher, Wen Abara.\nShe said the children had been calm."
        ),
        "The county expects the water to fall by Sunday evening, and asks drivers to stay away from the embankment until engineers have looked at it.",
    ]


def test_a_charset_that_is_declared_wrongly():
    page = read_page(HERE / "wrong_charset.html")
    assert page.headline == "Café déjà vu"
    assert paragraphs(page)[1].startswith("She paid € 40,000")


def test_a_plain_text_page():
    page = read_page(HERE / "plain.txt")
    assert page.headline == "Harbour strike enters third week as talks stall"
    assert paragraphs(page) == STRIKE
    assert page.parts[0] == Kept("picture credit", "Photo: @PortOfMeridian / X")
    assert page.published == "Tuesday, April 8, 2031"
    assert left_out(page, Furniture.METER) == ["$0 $2,500 $5,000", "raised $3,075"]
    assert "Ferry timetable changes on Sunday" in left_out(page, Furniture.RELATED)


def test_a_plain_text_page_wrapped_at_a_fixed_width():
    lines = "The river rose by two metres in the night and closed the\nonly road to the village, the county said on Friday, and\nnobody was hurt."
    page = read_plain(f"Floods cut off three villages again\n\n{lines}\n\nA second paragraph.")
    assert paragraphs(page) == [lines.replace("\n", " "), "A second paragraph."]


def test_an_appeal_in_the_middle_does_not_end_the_story():
    text = (
        "The council met for nine hours on Monday and decided nothing about the bridge, its chairman said, to the surprise of no one who had watched it before."
    )
    page = read_hypertext(
        f"<html><head><title>A long night</title></head><body><h1>A long night</h1><p>{text}</p><p>Enjoy this story? Become a member today.</p><p>{text} Again.</p></body></html>"
    )
    assert paragraphs(page) == [text, f"{text} Again."]


def test_players_become_embeds():
    page = read_hypertext(
        "<html><body><h1>A song for the tram</h1><p>The choir sang it in the rain on Sunday, and four hundred people came to hear it.</p>"
        "<iframe src='https://www.youtube.com/embed/abcdef123'></iframe><p>They will sing it again in May, said the conductor.</p></body></html>"
    )
    assert Embed("https://www.youtube.com/watch?v=abcdef123") in page.parts


@pytest.mark.parametrize(("data", "said"), [(b"", "empty"), (b"\x89PNG\x00\x00", "binary"), (b"<html><body><nav>Home</nav></body></html>", "no ")])
def test_what_holds_no_story_is_refused_in_a_sentence(tmp_path, data, said):
    path = tmp_path / "page.html"
    path.write_bytes(data)
    with pytest.raises(PageError, match=said):
        read_page(path)


@settings(max_examples=80, deadline=None)
@given(st.text(st.sampled_from("<>/=\"' ph1divtable$5.:") | st.characters(), max_size=300))
def test_any_text_is_read_without_a_crash(text):
    read_plain(text)
    if text.strip():
        read_hypertext(f"<html><body><h1>Headline here</h1>{text}</body></html>")


def test_real_stories_keep_every_paragraph(real_data):
    files = sorted((real_data / "wikinews").glob("*.txt"))
    assert files
    for file in files:
        page = read_page(file)
        blocks = [" ".join(block.split()) for block in file.read_text().split("\n\n") if block.strip()]
        assert page.headline == blocks[0]
        notes = [part.source for part in page.parts if isinstance(part, Kept)]
        listed = [line for _, line in page.left_out]
        assert [block for block in blocks[1:] if block not in paragraphs(page) and block not in notes and block[:300] not in listed] == []
        assert all(kind in {Furniture.DATE, Furniture.RELATED} for kind, _ in page.left_out)


# --- into the newsroom -------------------------------------------------------------------------------
@pytest.fixture
def newsroom(db):
    return found_newsroom(name="Tidewater", host="testserver", sections=["News", "World"])


def bring_in(path, **choices):
    return import_page(file=path, user=None, now=NOW, **choices)


def test_the_page_becomes_a_draft_with_its_picture(newsroom):
    report = bring_in(HERE / "meter_on_top.html", section="World")
    story = StoryPage.objects.get()
    assert not story.live
    assert story.section.title == "World"
    assert story.lead_picture.credit_line == "@PortOfMeridian / X"
    assert story.lead_picture.description == "Cranes at rest over the container quay"
    assert [block["type"] for block in story.body.raw_data] == ["paragraphs"]
    assert Client(headers={"host": "testserver"}).get(story.url).status_code == 404
    assert "donation meter: raised $3,075" in str(report)
    assert "appeal: Do you like this content? Consider helping us" in str(report)
    assert "picture credit: @PortOfMeridian / X" in str(report)


def test_a_page_without_its_picture_keeps_the_credit_for_the_editor(newsroom, tmp_path):
    shutil.copy(HERE / "meter_on_top.html", tmp_path / "page.html")
    report = bring_in(tmp_path / "page.html")
    story = StoryPage.objects.get()
    assert story.lead_picture is None
    first = story.body.raw_data[0]
    assert first["type"] == "kept"
    assert "Credit: @PortOfMeridian / X" in first["value"]["source"]
    assert report.findings[Matter.MISSING_PICTURE]


def test_pictures_outside_the_pages_folder_are_not_read(newsroom, tmp_path):
    folder = tmp_path / "inner"
    folder.mkdir()
    shutil.copy(HERE / "meter_on_top_files" / "harbour.png", tmp_path / "secret.png")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    text = (HERE / "meter_on_top.html").read_text()
    for number, source in enumerate(["../secret.png", str(tmp_path / "secret.png"), "file:///etc/passwd", "link.png", "%2e%2e/secret.png"]):
        page = folder / f"page{number}.html"
        page.write_text(text.replace("meter_on_top_files/harbour.png", source).replace("harbour-strike", f"harbour-strike-{number}"))
        bring_in(page)
    assert StoryPage.objects.count() == 5
    assert not StoredPicture.objects.exists()


def test_twice_is_once_and_an_edited_draft_stays(newsroom, tmp_path):
    page = tmp_path / "page.txt"
    shutil.copy(HERE / "plain.txt", page)
    bring_in(page)
    assert bring_in(page).total("stories", Outcome.UNCHANGED) == 1
    page.write_text(page.read_text().replace("an hour later", "two hours later"))
    assert bring_in(page).total("stories", Outcome.CHANGED) == 1
    story = StoryPage.objects.get()
    assert "two hours later" in str(story.get_latest_revision_as_object().body.raw_data[1])
    revise_story(story=story, draft=Draft(headline="Ours", body=[("paragraphs", "<p>Ours.</p>")]), user=None)
    page.write_text(page.read_text().replace("two hours later", "three hours later"))
    assert bring_in(page).total("stories", Outcome.EDITED) == 1
    assert StoryPage.objects.get().get_latest_revision_as_object().title == "Ours"


def test_a_dry_run_writes_nothing(newsroom):
    report = bring_in(HERE / "meter_on_top.html", dry_run=True)
    assert "raised $3,075" in str(report)
    assert not StoryPage.objects.exists()
    assert not StoredPicture.objects.exists()
    assert not ImportedItem.objects.exists()


def test_a_section_that_is_not_there_is_named(newsroom):
    with pytest.raises(NoSuchSection, match="News, World"):
        bring_in(HERE / "plain.txt", section="Sport")


def test_the_old_address_leads_to_the_draft_once_it_is_public(newsroom):
    bring_in(HERE / "meter_on_top.html")
    from wagtail.contrib.redirects.models import Redirect

    assert Redirect.objects.get().old_path == "/2031/04/harbour-strike"
