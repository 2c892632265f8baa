"""Picture files are looked at in a process of their own: bombs and impostors are refused, and nothing here feels them."""

import struct
import zlib

import pytest
from PIL import Image

from masthead.moving import looking
from masthead.moving.looking import Looker


@pytest.fixture
def looker():
    with Looker() as started:
        yield started


@pytest.mark.parametrize(("ending", "format_"), [("png", "PNG"), ("jpg", "JPEG"), ("gif", "GIF"), ("webp", "WEBP"), ("avif", "AVIF")])
def test_pictures_of_every_kind_are_taken(tmp_path, looker, ending, format_):
    path = tmp_path / f"a.{ending}"
    Image.new("RGB", (30, 20), (9, 90, 9)).save(path, format_)
    assert looker.refusal(path) == ""


def test_what_only_calls_itself_a_picture_is_refused(tmp_path, looker):
    for content in (b"<svg onload=alert(1)/>", b"<html>", b"", b"GIF89a", b"\x89PNG\r\n\x1a\n broken", b"BM" + b"\0" * 60):
        path = tmp_path / "a.png"
        path.write_bytes(content)
        assert looker.refusal(path), content


def test_a_picture_of_too_many_pixels_is_refused_without_decoding(tmp_path, looker):
    path = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunks = [b"IHDR" + header, b"IDAT" + zlib.compress(b"\0" * 1000), b"IEND"]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks))
    assert "million" in looker.refusal(path)


def test_a_cut_off_picture_is_refused(tmp_path, looker):
    path = tmp_path / "a.png"
    Image.effect_noise((200, 200), 50).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    assert "decoded" in looker.refusal(path)


def test_a_large_file_is_refused_unread(tmp_path, looker):
    path = tmp_path / "a.png"
    with path.open("wb") as file:
        file.truncate(looking.LARGEST_BYTES + 1)
    assert "MB" in looker.refusal(path)


def test_a_child_that_dies_is_replaced(tmp_path, looker):
    path = tmp_path / "a.png"
    Image.new("RGB", (30, 20)).save(path)
    assert looker.refusal(path) == ""
    looker._child.kill()
    looker._child.wait()
    assert looker.refusal(path) == ""


def test_one_that_takes_too_long_is_stopped(tmp_path, looker, monkeypatch):
    path = tmp_path / "a.png"
    Image.new("RGB", (30, 20)).save(path)
    monkeypatch.setattr(looking, "SECONDS", 0)
    assert "limits" in looker.refusal(path)
    monkeypatch.undo()
    assert looker.refusal(path) == ""
