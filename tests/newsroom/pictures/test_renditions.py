from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.files.images import ImageFile
from django.db import connection
from PIL import Image

from masthead.newsroom.pictures import metadata, renditions, shapes
from masthead.newsroom.pictures.forms import prefill
from masthead.newsroom.pictures.models import Picture, Rendition
from tests.make import make_picture, picture_file

pytestmark = pytest.mark.django_db


def made(picture, extension="webp", width=320, ratio=""):
    return renditions.rendition(picture=picture, key=shapes.version(picture, ratio), width=width, extension=extension)


def content(rendition):
    with rendition.file.open("rb") as file:
        return file.read()


def opened(rendition):
    return Image.open(BytesIO(content(rendition)))


@pytest.mark.parametrize(("extension", "kind"), [("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")])
def test_every_format_carries_the_credit(extension, kind):
    picture = make_picture(creator="Ada Okafor", licence="cc-by", copyright_notice="© Ada", source_url="https://photos.example/1")
    image = opened(made(picture, extension))
    assert (image.format, image.size) == (kind, (320, 213))
    facts = metadata.read(BytesIO(content(made(picture, extension))))
    assert (facts.creator, facts.credit_line, facts.licence) == ("Ada Okafor", "Ada Okafor / The Meridian", "CC BY")
    assert (facts.copyright_notice, facts.source, facts.caption) == ("© Ada", "https://photos.example/1", "The harbour on Monday.")


def test_a_drawing_keeps_its_transparency_and_its_credit():
    buffer = BytesIO()
    Image.new("RGBA", (400, 300), (10, 20, 30, 0)).save(buffer, "PNG")
    picture = make_picture(file=ImageFile(BytesIO(buffer.getvalue()), name="chart.png"))
    image = opened(made(picture, "png"))
    assert image.mode == "RGBA"
    assert "The Meridian" in image.info["XML:com.adobe.xmp"]


def test_the_place_where_it_was_taken_is_gone():
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (38.0, 42.0, 0.0)
    exif[0x0110] = "Secret Camera"
    picture = make_picture(file=picture_file(exif=exif.tobytes()))
    for extension in ("avif", "webp", "jpg"):
        file = content(made(picture, extension))
        assert b"Secret Camera" not in file
        assert not Image.open(BytesIO(file)).getexif()


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = make_picture(file=picture_file(width=600, height=400, exif=exif.tobytes()))
    image = opened(made(picture, "jpg"))
    assert (picture.width, picture.height) == (400, 600)
    assert image.size == (320, 480)


def test_crops_are_cut_about_the_focal_point():
    buffer = BytesIO()
    half = Image.new("RGB", (800, 400), "white")
    half.paste("red", (400, 0, 800, 400))
    half.save(buffer, "PNG")
    picture = make_picture(
        file=ImageFile(BytesIO(buffer.getvalue()), name="half.png"), focal_point_x=700, focal_point_y=200, focal_point_width=9, focal_point_height=9
    )
    image = opened(made(picture, "png", 320, "1x1")).convert("RGB")
    assert image.size == (320, 320)
    assert image.getpixel((10, 10)) == (255, 0, 0)


def test_a_changed_credit_makes_a_new_rendition_and_removes_the_old():
    picture = make_picture()
    old = made(picture)
    Picture.objects.filter(pk=picture.pk).update(credit_line="Bo Lind")
    picture.refresh_from_db()
    new = made(picture)
    assert new.pk != old.pk
    assert list(Rendition.objects.filter(image=picture)) == [new]
    assert not old.file.storage.exists(old.file.name)


@pytest.mark.django_db(transaction=True)
def test_however_many_ask_it_is_made_once(monkeypatch):
    picture, calls = make_picture(), []
    original = renditions.encode
    monkeypatch.setattr(renditions, "encode", lambda *args: calls.append(1) or original(*args))

    def ask(_):
        try:
            return made(Picture.objects.get(pk=picture.pk)).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as many:
        assert len(set(many.map(ask, range(6)))) == 1
    assert len(calls) == 1


def test_a_missing_file_is_said_in_a_sentence():
    picture = make_picture()
    picture.file.storage.delete(picture.file.name)
    with pytest.raises(renditions.PictureUnreadable, match="upload it again"):
        made(picture)


def test_an_upload_fills_only_what_nobody_filled():
    facts = metadata.PictureFacts(creator="Ada Okafor", credit_line="Reuters", caption="A ship.", alt_text="A grey ship", source="https://photos.example/1")
    picture = Picture(title="Ship", credit_line="Ours", file=picture_file(xmp=metadata.xmp(facts)))
    prefill(picture)
    assert (picture.creator, picture.credit_line, picture.caption) == ("Ada Okafor", "Ours", "A ship.")
    assert (picture.description, picture.source_url) == ("A grey ship", "https://photos.example/1")
