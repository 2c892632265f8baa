import datetime as dt
from io import BytesIO

import pytest
from PIL import Image

from masthead.newsroom.pictures.metadata import PictureFacts, read, xmp

FACTS = PictureFacts(
    creator="Ada Okafor",
    credit_line="Ada Okafor / The Meridian & “friends”",
    copyright_notice="© 2026 The Meridian",
    licence="CC BY",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    caption="The harbour <at dusk>.\nSecond line.",
    alt_text="Cranes over water",
    source="https://photos.example/1?a=1&b=2",
    taken=dt.date(2026, 3, 9),
)


def file_with(kind, **save):
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(buffer, kind, **save)
    buffer.seek(0)
    return buffer


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_what_is_written_is_read_again(kind):
    assert read(file_with(kind, xmp=xmp(FACTS))) == FACTS


def iim(record, dataset, value):
    return bytes([0x1C, record, dataset]) + len(value).to_bytes(2, "big") + value


def test_old_newspaper_captions_are_read_where_there_is_no_xmp():
    block = iim(1, 90, b"\x1b%G") + iim(2, 80, "Åsa Øre".encode()) + iim(2, 110, b"Reuters") + iim(2, 120, b"A ship.") + iim(2, 55, b"20260309")
    padded = block + b"\0" * (len(block) % 2)
    segment = b"Photoshop 3.0\0" + b"8BIM\x04\x04\x00\x00" + len(block).to_bytes(4, "big") + padded
    raw = file_with("JPEG").getvalue()
    marked = raw[:2] + b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment + raw[2:]
    facts = read(BytesIO(marked))
    assert (facts.creator, facts.credit_line, facts.caption, facts.taken) == ("Åsa Øre", "Reuters", "A ship.", dt.date(2026, 3, 9))


@pytest.mark.parametrize("packet", [b"", b"<x:xmpmeta", b"not xml at all", b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><unclosed></x:xmpmeta>', b"\xff\xfe\x00"])
def test_a_broken_packet_says_nothing(packet):
    assert read(file_with("JPEG", xmp=packet)) == PictureFacts()


def test_a_packet_that_would_expand_without_end_is_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>'
    assert read(file_with("JPEG", xmp=bomb)) == PictureFacts()


def test_what_is_no_picture_says_nothing_and_the_file_stays_where_it_was():
    file = BytesIO(b"plain words")
    file.seek(3)
    assert read(file) == PictureFacts()
    assert file.tell() == 3
