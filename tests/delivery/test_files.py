import re

import pytest
from django.core.files.base import ContentFile

from masthead.newsroom.pictures import shapes
from masthead.newsroom.pictures.models import Attachment, Rendition
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from tests.make import make_newsroom, make_picture, make_staff, make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _newsroom():
    make_newsroom()


def address(picture, width=320, extension="webp", ratio=""):
    return shapes.address(picture, shapes.version(picture, ratio), width, extension)


def make_attachment(name="ruling.pdf", content=b"%PDF-1.4"):
    return Attachment.objects.create(title="Ruling", file=ContentFile(content, name=name))


def test_every_address_a_page_prints_is_answered(client):
    story = make_story(lead_picture=make_picture())
    page = client.get("/" + story.url_path.split("/", 2)[2]).content.decode() + client.get("/").content.decode()
    addresses = set(re.findall(r"/pictures/\d+/[0-9a-f]+/\d+\.\w+", page))
    assert {path.rsplit(".", 1)[1] for path in addresses} == {"avif", "webp", "jpg"}
    for path in addresses:
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("image/")


def test_printing_a_picture_asks_the_database_nothing(django_assert_num_queries):
    from masthead.delivery.templatetags.pictures import picture as tag

    shown = make_picture()
    with django_assert_num_queries(0):
        html = tag(shown, "lead")
    assert 'width="1200" height="800"' in html
    assert 'fetchpriority="high"' in html
    assert "loading" not in html
    assert 'loading="lazy"' in tag(shown, "card")


def test_a_picture_of_a_draft_is_nobodys_but_the_desks(client):
    picture = make_picture()
    story = make_story(live=False, lead_picture=picture)
    assert client.get(address(picture)).status_code == 404
    client.force_login(make_user())
    assert client.get(address(picture)).status_code == 404
    client.force_login(make_staff(Role.REPORTER))
    answer = client.get(address(picture))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    client.logout()
    story = actions.publish(story=story, user=None)
    assert client.get(address(picture)).status_code == 200
    actions.withdraw(story=story, user=None)
    assert client.get(address(picture)).status_code == 404


def test_a_public_picture_may_be_kept_and_asked_for_again(client):
    picture = make_picture()
    make_story(lead_picture=picture)
    first = client.get(address(picture))
    assert "public" in first["Cache-Control"]
    assert first["X-Content-Type-Options"] == "nosniff"
    again = client.get(address(picture), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(("width", "extension"), [(321, "webp"), (1920, "webp"), (320, "png"), (320, "gif"), (0, "jpg")])
def test_only_offered_sizes_and_formats_are_made(client, width, extension):
    picture = make_picture()
    make_story(lead_picture=picture)
    assert client.get(address(picture, width, extension)).status_code == 404
    assert not Rendition.objects.exists()


def test_an_address_of_yesterday_leads_to_the_picture_of_today(client):
    picture = make_picture()
    make_story(lead_picture=picture)
    old = address(picture, 640, "avif")
    picture.credit_line = "Bo Lind"
    picture.save()
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (302, address(picture, 640, "avif"))


def test_an_attachment_is_public_only_with_its_story(client):
    file = make_attachment()
    assert client.get(file.url).status_code == 404
    story = make_story(body=[("document", {"document": file, "description": ""})])
    answer = client.get(file.url)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"%PDF-1.4")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "ruling" in answer["Content-Disposition"]
    assert client.get(file.url, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert client.get(file.url.replace("ruling", "other")).status_code == 404
    actions.withdraw(story=story, user=None)
    assert client.get(file.url).status_code == 404


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "script.js"])
def test_an_attachment_that_could_run_is_only_ever_saved(client, name):
    file = make_attachment(name, b"<script>alert(1)</script>")
    make_story(body=[("document", {"document": file, "description": ""})])
    answer = client.get(file.url)
    b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_media_folder_is_open_to_the_desk_alone_and_for_pictures_alone(client):
    picture, file = make_picture(), make_attachment()
    make_story(lead_picture=picture, body=[("document", {"document": file, "description": ""})])
    assert client.get(f"/media/{picture.file.name}").status_code == 404
    client.force_login(make_staff(Role.REPORTER))
    answer = client.get(f"/media/{picture.file.name}")
    assert answer.status_code == 200
    b"".join(answer.streaming_content)
    assert "private" in answer["Cache-Control"]
    for closed in (file.file.name, "../newsroom.sqlite3", "locks/picture-1.lock", "nothing.jpg", "original_images"):
        assert client.get(f"/media/{closed}").status_code == 404
