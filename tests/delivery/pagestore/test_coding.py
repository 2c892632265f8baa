"""Every form of a page decodes strictly to the same bytes, whatever stands in its holes and wherever they are (10,000 of them: `./masthead bench splice`)."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings

from masthead.delivery.pagestore import checksum, strict
from masthead.delivery.pagestore.coding import ENCODERS, GZIP, IDENTITY, Effort, Variant, compile_page, compressed, is_exact, packed, splice, unpacked
from masthead.delivery.pagestore.page import Hole, Page
from tests.delivery.pagestore.make import filled_pages, page, pages, prose


def whole(drawn: Page, values: list[bytes]) -> bytes:
    return splice(Variant(IDENTITY, drawn.segments), values)


@given(filled_pages())
def test_every_form_of_a_page_decodes_to_the_page(drawn: tuple[Page, list[bytes]]):
    its_page, values = drawn
    for variant in compile_page(its_page):
        assert strict.decoded(variant.coding, splice(variant, values)) == whole(its_page, values)


@settings(max_examples=20)
@given(filled_pages())
def test_so_do_those_that_took_all_effort(drawn: tuple[Page, list[bytes]]):
    its_page, values = drawn
    for coding in ENCODERS:
        variant = compressed(its_page, coding, Effort.THOROUGH)
        assert variant is None or strict.decoded(coding, splice(variant, values)) == whole(its_page, values)


@pytest.mark.parametrize("coding", ENCODERS)
@pytest.mark.parametrize("holes", [(), (1,), (96,), (800,), (48, 6, 6), (3_000, 200)], ids=str)
def test_no_coding_is_left_out_for_a_page_of_prose(coding: str, holes: tuple[int, ...]):
    text = [prose(number, 300) for number in range(len(holes) + 1)]
    made = page(segments=tuple(text), holes=tuple(Hole("m", str(at), length) for at, length in enumerate(holes)))
    assert compressed(made, coding, Effort.QUICK) is not None
    assert compressed(made, coding, Effort.THOROUGH) is not None


@pytest.mark.parametrize("coding", ENCODERS)
def test_a_hole_may_stand_first_and_last_and_next_to_another(coding: str):
    made = page(segments=(b"", b"", prose(1, 300), b""), holes=(Hole("m", "a", 9), Hole("m", "b", 9), Hole("m", "c", 9)))
    variant = compressed(made, coding, Effort.QUICK)
    assert variant is not None
    values = [b"one      ", b"two      ", b"three    "]
    assert strict.decoded(coding, splice(variant, values)) == whole(made, values)


def test_a_page_with_every_byte_there_is_keeps_gzip_alone():
    made = page(segments=(bytes(range(256)) + prose(1, 300), prose(2, 300)), holes=(Hole("m", "a", 40),))
    assert [variant.coding for variant in compile_page(made)] == [IDENTITY, GZIP]


def test_a_hole_costs_the_compressed_page_little_more_than_its_own_bytes():
    text = prose(1, 1_500)
    hole = Hole("m", "figures", 96)
    plain = {variant.coding: variant.wire for variant in compile_page(page(segments=(text,)))}
    holed = {variant.coding: variant.wire for variant in compile_page(page(segments=(text[:4_000], text[4_000:]), holes=(hole,)))}
    assert all(holed[coding] < plain[coding] * 1.1 + 60 for coding in ENCODERS)


def test_pictures_and_tiny_pages_are_kept_as_they_are():
    assert [variant.coding for variant in compile_page(page(segments=(prose(1, 300),), media_type="image/webp"))] == [IDENTITY]
    assert [variant.coding for variant in compile_page(page(segments=(b"tiny",)))] == [IDENTITY]


@given(pages())
def test_a_form_comes_back_from_the_disk_as_it_was(drawn: Page):
    for variant in compile_page(drawn):
        back = unpacked(variant.coding, packed(variant))
        assert (back.coding, back.pieces, back.check) == (variant.coding, variant.pieces, variant.check)


@given(filled_pages())
def test_a_checksum_is_made_without_reading_the_page(drawn: tuple[Page, list[bytes]]):
    its_page, values = drawn
    text = whole(its_page, values)
    check = checksum.prepared(its_page.segments, [hole.length for hole in its_page.holes])
    assert checksum.trailer(check, values) == zlib.crc32(text).to_bytes(4, "little") + len(text).to_bytes(4, "little")


def test_a_form_that_copies_from_a_hole_is_found_out():
    """What the encoder took for the page's own text, and was a hole: the decoder would copy whatever stands there."""
    text = prose(1, 200)
    stream = gzip.compress(text + b"figures!" + text + b"figures!", mtime=0)
    made = page(segments=(text, text + b"figures!"), holes=(Hole("m", "a", 8),))
    assert not is_exact(made, Variant(GZIP, (stream[:30], stream[38:])))


TEXT = prose(1, 500)
ENCODED = {"gzip": gzip.compress(TEXT), "br": brotli.compress(TEXT), "zstd": zstandard.compress(TEXT)}


@pytest.mark.parametrize("coding", ENCODED)
def test_the_strict_decoder_takes_one_whole_stream(coding: str):
    body = ENCODED[coding]
    assert strict.decoded(coding, body) == TEXT
    for wrong in (body[:-1], body[: len(body) // 2], body + b"\0", body + body, b""):
        with pytest.raises(strict.NotExactError):
            strict.decoded(coding, wrong)


def test_the_strict_decoder_compares_the_checksum_that_browsers_pass_over():
    body = bytearray(ENCODED["gzip"])
    body[-5] ^= 1
    with pytest.raises(strict.NotExactError):
        strict.decoded("gzip", bytes(body))


def test_the_strict_decoder_takes_no_window_that_browsers_refuse():
    parameters = zstandard.ZstdCompressionParameters(window_log=24, write_content_size=False)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = stream.compress(TEXT) + stream.flush()
    with pytest.raises(strict.NotExactError, match="window"):
        strict.decoded("zstd", body)
