import pytest


@pytest.fixture(autouse=True)
def _practice_books_of_its_own(settings, tmp_path):
    """Give each test a folder of its own: the practice system's books and the applier's lock are in it."""
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path})
