"""Ten thousand webhooks while the newsroom is killed fifty times: nothing lost, nothing doubled, the meter right.

A newsroom started by `masthead run`, the simulated Stripe and PayPal, each in processes of their own. Webhooks come signed over
HTTP, in mixed order, some twice, four at a time, and again a second later until they are taken; meanwhile front, web processes, worker,
scheduler, or all of it at once, are killed with SIGKILL at random moments. `python -m bench.kills 2000 10 postgres` does less, and elsewhere.
"""

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._givers import World
from bench._mail import Mailbox
from bench._paper import Paper, a_paper, control, has_postgres, wait_for

WEBHOOKS, KILLS = 10_000, 50
ROLES = {"all": 20, "front": 15, "web": 20, "scheduler": 35, "worker": 10}
PER_STRIPE_GIFT, PER_PAYPAL_GIFT = 5, 2  # webhooks, at least


@dataclass(kw_only=True)
class Outcome:
    """What came of it; `wrong` names everything that is not as it must be."""

    wrong: list[str]
    figures: dict[str, str]


def run() -> dict[str, str]:
    """Do it on SQLite and, where one answers, on PostgreSQL.

    Raises:
        RuntimeError: something was lost, doubled or miscounted; the sentence says what.
    """
    figures = {}
    for database in ("sqlite", *(["postgres"] if has_postgres() else [])):
        figures |= {f"{what} ({database})": figure for what, figure in _held(attempt(database=database)).items()}
    return figures


def attempt(*, webhooks: int = WEBHOOKS, kills: int = KILLS, database: str = "sqlite", seed: int = 1, made: Path | None = None) -> Outcome:
    """Give, tell, kill, and count. `made` is a newsroom to copy in the place of making one."""
    chance = random.Random(seed)
    with a_paper(database=database, made=made) as (paper, mailbox):
        world = World(paper, chance)
        paypal = max(1, webhooks // 50)
        world.give(stripe=max(1, (webhooks - paypal * PER_PAYPAL_GIFT) // PER_STRIPE_GIFT), paypal=paypal)
        paper.start()
        began = time.monotonic()
        copies = {"most_copies": 2, "shuffle": True, "senders": 4, "waits_seconds": [1] * 600}
        total = control(paper.simulator, "webhooks", **copies)["waiting"]
        control(paper.simulator, "webhooks", on=True)
        killed = _kill(paper, chance, moments=sorted(chance.uniform(0.01, 0.97) * total for _ in range(kills)))
        _settle(paper)
        seconds = time.monotonic() - began
        paper.stop()
        return _judge(world, mailbox, paper.ask("_begin", "standing"), killed, seconds)


def _kill(paper: Paper, chance: random.Random, *, moments: list[float]) -> Counter[str]:
    """Kill when so many webhooks were taken; what has no process at that moment, because it was killed just before, is not killed again."""
    killed: Counter[str] = Counter()
    for moment in moments:
        wait_for(lambda: control(paper.simulator, "webhooks")["taken"] >= moment, f"{moment:.0f} webhooks are taken")  # noqa: B023 - asked within the turn
        there = [role for role in ROLES if role == "all" or role in paper.processes().values()]
        role = chance.choices(there, [ROLES[role] for role in there])[0]
        paper.kill(role, chance.choice)
        killed[role] += 1
        if role == "all":
            paper.start()
    return killed


def _settle(paper: Paper) -> None:
    """Wait until every webhook is taken and applied, and every receipt sent or in doubt."""
    wait_for(lambda: control(paper.simulator, "webhooks")["waiting"] == 0, "every webhook is taken")
    wait_for(lambda: not paper.question("SELECT count(*) FROM giving_inboxevent WHERE applied_at IS NULL"), "every webhook is applied")
    wait_for(lambda: control(paper.simulator, "webhooks")["waiting"] == 0, "those that applying led to are taken too")
    wait_for(lambda: not paper.question("SELECT count(*) FROM giving_inboxevent WHERE applied_at IS NULL"), "they are applied")
    wait_for(lambda: not paper.question("SELECT count(*) FROM giving_receipt WHERE state = 'waiting'"), "receipts are sent", patience_seconds=1200)


def _judge(world: World, mailbox: Mailbox, stands: dict[str, Any], killed: Counter[str], seconds: float) -> Outcome:
    told, applied = world.events(), [tuple(pair) for pair in stands["events"]]
    lost, doubled = told - set(applied), len(applied) - len(set(applied))
    kinds = {kind: tuple(stands["kinds"].get(kind, (0, 0))) for kind in ("gift", "refund", "dispute", "won")}
    wanted = {kind: (world.did[kind], world.minor[kind]) for kind in kinds}
    twice = {letter: count for letter, count in mailbox.letters.items() if count > 1}
    in_doubt = world.did["gift"] - len(mailbox.letters)
    wrong = [
        *([f"{len(lost)} webhooks were lost, such as {sorted(lost)[:3]}"] if lost else []),
        *([f"{doubled} webhooks are there twice"] if doubled else []),
        *([f"the meter says {stands['meter']}, and the supporters' gifts come to {world.held}"] if stands["meter"] != world.held else []),
        *(f"the books have {kinds[kind]} of {kind} (rows, minor units), and {wanted[kind]} happened" for kind in kinds if kinds[kind] != wanted[kind]),
        *(["ledger verify finds the books unsound"] if not stands["sound"] else []),
        *([f"{len(twice)} letters came twice, such as {sorted(twice)[:3]}"] if twice else []),
        *([f"{stands['settled']} gifts are settled of {world.did['gift']}"] if stands["settled"] != world.did["gift"] else []),
        *([f"receipts: {stands['receipts']} of {world.did['gift']}"] if sum(stands["receipts"].values()) != world.did["gift"] else []),
        *([f"{in_doubt} receipts did not come, with {sum(killed.values())} kills"] if in_doubt > sum(killed.values()) else []),
    ]
    figures = {
        "webhooks of the companies, each once": str(len(told)),
        "kills": f"{sum(killed.values())}: " + ", ".join(f"{role} {count}" for role, count in sorted(killed.items())),
        "lost / doubled": f"{len(lost)} / {doubled}",
        "meter less independent count, minor units": str(stands["meter"] - world.held),
        "gifts, refunds, disputes, won": " / ".join(str(kinds[kind][0]) for kind in kinds),
        "ledger verify": "sound" if stands["sound"] else "UNSOUND",
        "receipts mailed / twice / in doubt": f"{len(mailbox.letters)} / {len(twice)} / {in_doubt}",
        "seconds from the first webhook to the last receipt": f"{seconds:.0f}",
    }
    return Outcome(wrong=wrong, figures=figures)


def _held(outcome: Outcome) -> dict[str, str]:
    if outcome.wrong:
        raise RuntimeError("; ".join(outcome.wrong))
    return outcome.figures


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:3]]
    for what, figure in _held(attempt(webhooks=numbers[0], kills=numbers[1], database=(sys.argv[3:] or ["sqlite"])[0])).items():
        print(f"{what:<70} {figure}")
