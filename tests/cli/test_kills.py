"""A newsroom of real processes, killed while the simulated companies tell it of gifts. `masthead bench kills` does so at length."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from bench._givers import World
from bench.kills import _judge, attempt


def test_killed_while_webhooks_come_in_nothing_is_lost_or_doubled_and_the_meter_is_right(made: Path):
    outcome = attempt(webhooks=120, kills=3, made=made)
    assert outcome.wrong == [], outcome.figures
    assert outcome.figures["lost / doubled"] == "0 / 0"
    assert outcome.figures["meter less independent count, minor units"] == "0"


def test_the_count_says_what_is_wrong():
    """The control: an outcome in which everything that can go wrong did."""
    done = World(paper=None, chance=None, held=1000, did=Counter({"gift": 2, "refund": 1}), minor=Counter({"gift": 1500, "refund": 500}))
    done.events = lambda: {("stripe", "evt_1"), ("stripe", "evt_2")}
    mailbox = SimpleNamespace(letters=Counter({"receipt-1": 2}))
    stands = {
        "events": [["stripe", "evt_1"], ["stripe", "evt_1"]],
        "kinds": {"gift": [3, 2250]},
        "meter": 2250,
        "sound": False,
        "settled": 1,
        "receipts": {"sent": 1},
    }
    wrong = " | ".join(_judge(done, mailbox, stands, Counter(), 1.0).wrong)
    for part in (
        "1 webhooks were lost",
        "1 webhooks are there twice",
        "meter says 2250",
        "(3, 2250) of gift",
        "(0, 0) of refund",
        "unsound",
        "came twice",
        "1 gifts are settled of 2",
    ):
        assert part in wrong
