"""Where each of the fourteen acceptance tests of the funding half is: some are here by number, some stand with what they try."""

import ast
from pathlib import Path

import pytest

FUNDING = Path(__file__).parents[1]
HERE = {number: f"test_{number}_" for number in (1, 2, 3, 4, 5, 6, 7, 8, 11, 13)}
ELSEWHERE = {
    9: [
        "ledger/test_attacks.py::test_delete_is_refused",
        "ledger/test_attacks.py::test_update_is_refused",
        "ledger/test_attacks.py::test_truncate_is_refused",
        "ledger/test_attacks.py::test_replace_is_refused",
        "ledger/test_attacks.py::test_upsert_is_refused",
        "ledger/test_attacks.py::test_an_amount_that_is_no_whole_number_above_zero_is_refused",
        "ledger/test_attacks.py::test_a_row_that_breaks_a_law_is_refused",
        "ledger/test_attacks.py::test_refunds_stay_within_their_original_in_one_part_or_two",
        "ledger/test_processes.py::test_four_processes_credit_each_event_once",
    ],
    10: ["guard/test_checkout.py::test_ten_thousand_checkout_starts_from_one_network_trip_the_breaker_and_others_still_give"],
    12: ["giving/banking/test_import.py::test_true_twins_are_both_kept_and_the_same_file_again_changes_nothing"],
    14: [
        "ledger/test_tampering.py::test_a_paper_altered_anywhere_is_named",
        "ledger/test_tampering.py::test_every_column_of_a_row_is_held",
        "ledger/test_tampering.py::test_every_column_of_what_was_signed_is_held",
    ],
}


def names_in(path):
    """Return the names of a file's tests."""
    return [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("number", range(1, 15))
def test_each_of_the_fourteen_has_a_test(number):
    if number in HERE:
        names = [name for path in FUNDING.glob("acceptance/test_*.py") for name in names_in(path)]
        assert any(name.startswith(HERE[number]) for name in names)
        return
    for place in ELSEWHERE[number]:
        file, _, name = place.partition("::")
        assert name in names_in(FUNDING / file)
