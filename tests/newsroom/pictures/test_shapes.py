import pytest

from masthead.newsroom.pictures import shapes
from masthead.newsroom.pictures.models import Picture


def picture(**fields):
    return Picture(**({"pk": 7, "file": "original_images/a.jpg", "width": 1500, "height": 1000, "file_hash": "abc", "collection_id": 1} | fields))


def test_nothing_is_offered_larger_than_the_original():
    assert shapes.shape(picture()).widths == (320, 480, 640, 960, 1280)
    assert shapes.shape(picture(width=200, height=100)).widths == (200,)


@pytest.mark.parametrize(("ratio", "size"), [("", (1500, 1000)), ("3x2", (1500, 1000)), ("1x1", (1000, 1000)), ("4x5", (800, 1000))])
def test_crops_are_as_large_as_they_can_be(ratio, size):
    crop = shapes.shape(picture(), ratio)
    assert (crop.width, crop.height) == size


def test_a_crop_follows_the_focal_point_and_stays_inside():
    at_the_edge = shapes.shape(picture(focal_point_x=1480, focal_point_y=10), "1x1")
    assert (at_the_edge.left, at_the_edge.top) == (500, 0)
    assert shapes.shape(picture(focal_point_x=500, focal_point_y=500), "1x1").left == 0


@pytest.mark.parametrize("change", [{"file_hash": "abd"}, {"credit_line": "Ada"}, {"creator": "Ada"}, {"licence": "cc0"}, {"caption": "x"}])
def test_the_address_changes_with_whatever_the_rendition_carries(change):
    assert shapes.version(picture(**change)) != shapes.version(picture())


def test_a_moved_focal_point_changes_crops_but_not_the_whole():
    moved = picture(focal_point_x=10, focal_point_y=10)
    assert shapes.version(moved, "3x2") != shapes.version(picture(), "3x2")
    assert shapes.version(moved) == shapes.version(picture())


def test_a_version_is_recognised_as_its_crop():
    for ratio in shapes.RATIOS:
        assert shapes.ratio_of(picture(), shapes.version(picture(), ratio)) == ratio
    assert shapes.ratio_of(picture(), "0" * 12) is None


def test_drawings_stay_lossless_in_their_plain_form():
    assert shapes.plain_format(picture(file="original_images/chart.PNG")) == "png"
    assert shapes.plain_format(picture()) == "jpg"


def test_a_chart_that_is_never_cropped_is_shown_whole_in_every_list():
    chart = picture(keep_whole=True)
    assert shapes.shape(chart, "3x2") == shapes.shape(chart)
    assert shapes.version(chart, "3x2") != shapes.version(picture(), "3x2")
