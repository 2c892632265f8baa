import pytest

from masthead.delivery.colours import INK, PAPER, READABLE, accent_css, contrast, readable


def test_black_on_white_has_the_greatest_contrast():
    assert round(contrast("000000", "ffffff"), 2) == 21


@pytest.mark.parametrize("colour", ["ffee00", "00ff88", "c70000", "052962", "000000", "ffffff", "7f7f7f"])
def test_any_accent_can_be_read_on_paper_and_on_ink(colour):
    assert contrast(readable(colour, on=PAPER, towards="000000"), PAPER) >= READABLE
    assert contrast(readable(colour, on=INK, towards="ffffff"), INK) >= READABLE


def test_an_accent_that_reads_well_is_left_as_it_is():
    assert readable("a3001e", on=PAPER, towards="000000") == "a3001e"


def test_the_style_sheet_sets_both_accents():
    assert accent_css("a3001e").startswith(":root{--accent-light:#a3001e;--accent-dark:#")
