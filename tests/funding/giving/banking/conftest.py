import pytest

from tests.make.bank import IBAN


@pytest.fixture(autouse=True)
def _transfers_are_taken(settings, tmp_path):
    bank = {"data": tmp_path, "practice": False, "bank_account_name": "The Harbour Paper", "bank_iban": IBAN, "currency": "EUR"}
    settings.ENV = settings.ENV.model_copy(update=bank)
