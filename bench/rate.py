"""From a signed webhook over HTTP to the meter: how many a second, through everything a newsroom does with one, durably.

A newsroom started by `masthead run`; for each gift Stripe's `payment_intent.succeeded` is posted, stored before its 200, its payment asked for at the
provider and applied: gift, two transfers, totals, history, a row for the receipt (its letter waits until the rush is over). Twice: with one webhook for each gift (each asks and books of its
own), and with all that Stripe sends for one (checkout, payment, charge). Rows are durable: SQLite `synchronous=FULL`, PostgreSQL `synchronous_commit=on`.
The provider's answers are the simulator's own, recorded byte for byte and served by a process that looks them up; what the simulator itself costs
for them is said beside it. `python -m bench.rate 500 sqlite` does less.

Processor seconds are counted per process, so that a machine which does other work too can still say something: what two cores would
give is 2 divided by what one webhook costs in all processes, or 1 divided by what it costs in the one process that applies, whichever is less.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench._paper import SOURCE, Paper, a_paper, control, cpu_seconds, has_postgres, wait_for
from bench._recorded import record

GIFTS = 3000
SENDERS = 8
KEY = {"Authorization": "Bearer sk_test_simulated", "Stripe-Version": "2026-10-28.endive"}
EXPAND = "expand[0]=latest_charge.balance_transaction&expand[1]=latest_charge.failure_balance_transaction&expand[2]=latest_charge.refunds"
BOTH = {
    "one webhook a gift": ("payment_intent.succeeded",),
    "three webhooks a gift": ("checkout.session.completed", "payment_intent.succeeded", "charge.updated"),
}


def run(*, gifts: int = GIFTS, databases: tuple[str, ...] = ()) -> dict[str, str]:
    """Return webhooks a second, by wall clock and by processor time, and where the processor time goes."""
    figures = {}
    for database in databases or ("sqlite", *(["postgres"] if has_postgres() else [])):
        for words, kinds in BOTH.items():
            measured = measure(gifts=gifts, kinds=kinds, database=database)
            figures |= {f"{what} ({database}, {words})": figure for what, figure in measured.items()}
    return figures


def measure(*, gifts: int, kinds: tuple[str, ...], database: str, made: Path | None = None) -> dict[str, str]:
    """Give, record what the provider would answer, then post all webhooks and wait until the last is applied.

    Raises:
        RuntimeError: the meter is not what was given in the end.
    """
    with a_paper(database=database, made=made) as (paper, _):
        begun = paper.ask("_begin", "begin", given={"stripe": gifts, "paypal": 0, "seed": 1})
        for gift in begun:
            control(paper.simulator, "stripe/pay", session=gift["checkout"])
        events = [event for event in control(paper.simulator, "stripe/events") if event["type"] in kinds]
        file, answers = paper.folder / "webhooks.json", paper.folder / "answers.json"
        file.write_text(json.dumps([json.dumps(event, indent=2) for event in events]))
        asked = sorted(_questions(event) for event in events)
        cost = _simulator_cpu(paper, asked, answers)
        with _served(answers) as (provider, provider_pid):
            paper.environment["MASTHEAD_STRIPE_API"] = provider
            paper.ask("_begin", "freshen")
            paper.start()
            found = _race(paper, file, len(events), provider_pid)
            paper.stop()
        stands = paper.ask("_begin", "standing")
        if stands["meter"] != sum(gift["minor"] for gift in begun) or not stands["sound"] or len(stands["events"]) != len(events):
            raise RuntimeError(f"the meter says {stands['meter']} and {stands['not applied'][:2]} were not applied")
        return found | {"simulator itself, were it asked: CPU ms a webhook": f"{cost * 1000 / len(events):.2f}"}


def _race(paper: Paper, file: Path, webhooks: int, provider_pid: int) -> dict[str, str]:
    before, provider_before = _cpu(paper), cpu_seconds(provider_pid)
    began = time.monotonic()
    sent = subprocess.run(
        [sys.executable, "-m", "bench._post", str(file), str(paper.port), str(SENDERS)], cwd=SOURCE, capture_output=True, text=True, check=True
    )
    stored = time.monotonic() - began
    wait_for(
        lambda: paper.question("SELECT count(*) FROM giving_inboxevent WHERE applied_at IS NOT NULL") >= webhooks, "all are applied", patience_seconds=1200
    )
    seconds, after = time.monotonic() - began, _cpu(paper)
    receipts = paper.question("SELECT count(*) FROM giving_receipt WHERE state = 'sent'")
    own = {role: (after[role] - before.get(role, 0.0)) / webhooks for role in after}
    client = json.loads(sent.stdout.splitlines()[-1])["cpu"] / webhooks
    whole = sum(own.values()) + client + (cpu_seconds(provider_pid) - provider_before) / webhooks
    by_cpu = min(2 / whole, 1 / own["scheduler"])
    return {
        "webhooks": str(webhooks),
        "webhooks a second, by the wall clock": f"{webhooks / seconds:.0f}",
        "webhooks stored a second, by the wall clock": f"{webhooks / stored:.0f}",
        "webhooks a second that two cores' time allows": f"{by_cpu:.0f}",
        "receipts sent meanwhile, which is no part of the way": str(receipts),
        "CPU ms a webhook, by process": ", ".join(f"{role} {cost * 1000:.2f}" for role, cost in sorted(own.items())),
        "CPU ms a webhook, who posts / who answers as the provider": f"{client * 1000:.2f} / {(cpu_seconds(provider_pid) - provider_before) / webhooks * 1000:.2f}",
    }


def _cpu(paper: Paper) -> dict[str, float]:
    """Return the processor seconds of the newsroom by what its processes do."""
    found: dict[str, float] = {}
    for pid, role in paper.processes().items():
        found[role] = found.get(role, 0.0) + cpu_seconds(pid)
    return found


def _questions(event: dict[str, Any]) -> str:
    """Return what a newsroom asks for when it is told of this."""
    thing = event["data"]["object"]
    if thing["object"] == "checkout.session":
        return f"/v1/checkout/sessions/{thing['id']}?expand[0]=payment_intent"
    return f"/v1/payment_intents/{thing['id'] if thing['object'] == 'payment_intent' else thing['payment_intent']}?{EXPAND}"


def _simulator_cpu(paper: Paper, questions: list[str], answers: Path) -> float:
    """Record the answers to each question once, and return the simulator's processor seconds for it."""
    before = cpu_seconds(paper.simulator_pid)
    record(paper.simulator, list(dict.fromkeys(questions)), headers=KEY, to=answers)
    return cpu_seconds(paper.simulator_pid) - before


@contextmanager
def _served(answers: Path) -> Iterator[tuple[str, int]]:
    with subprocess.Popen([sys.executable, "-m", "bench._recorded", str(answers)], cwd=SOURCE, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


if __name__ == "__main__":
    for what, figure in run(gifts=int(sys.argv[1]), databases=tuple(sys.argv[2:])).items():
        print(f"{what:<90} {figure}")
