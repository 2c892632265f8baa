"""The prints can be drawn again, and come out the same."""

from PIL import ImageChops

from masthead.moving.demo.art import faces, paper
from masthead.moving.demo.art.__main__ import recipe
from masthead.moving.demo.content import attachment_file, load


def test_the_same_recipe_gives_the_same_print():
    first, second = (faces.portrait(faces.FACES["mira-adeyo"]) for _each in range(2))
    assert ImageChops.difference(first, second).getbbox() is None


def test_every_picture_of_the_catalogue_has_a_recipe():
    for entry in load().pictures.values():
        assert callable(recipe(entry.recipe))


def test_the_attachment_is_the_one_its_recipe_writes():
    assert attachment_file("audit-chamber-dredging").read_bytes() == paper.pdf()
