"""What every account held at each checkpoint: where reading a balance of long ago begins."""

from collections.abc import Iterator, Mapping

from django.db import connection

from masthead.funding.ledger.checkpoints.models import Checkpoint, DayBalances

MOVED = "SELECT debit, credit, CAST(sum(amount_minor) AS BIGINT) FROM ledger_transfer WHERE seq > %s AND seq <= %s GROUP BY debit, credit"


def keep_balances() -> int:
    """Keep what each account held at every checkpoint that it is not kept for, and return how many were. Each reads the rows since the one before."""
    kept = set(DayBalances.objects.values_list("size", flat=True))
    missing = sorted(set(Checkpoint.objects.values_list("size", flat=True)) - kept - {0})
    for size in missing:
        begins, held = balances_below(size)
        with connection.cursor() as cursor:
            cursor.execute(MOVED, [begins, size])
            for debit, credit, minor in cursor.fetchall():
                held[debit] = held.get(debit, 0) - int(minor)
                held[credit] = held.get(credit, 0) + int(minor)
        DayBalances.objects.bulk_create([DayBalances(size=size, balances=held)], ignore_conflicts=True)
    return len(missing)


def balances_below(seq: int) -> tuple[int, dict[str, int]]:
    """Return the last row before number `seq` that balances are kept at, and what each account held then; 0 and nothing before there are any."""
    kept = DayBalances.objects.filter(size__lt=seq).order_by("-size").first()
    return (kept.size, dict(kept.balances)) if kept else (0, {})


class Kept:
    """Compares kept balances with the rows, as these are read in their order."""

    def __init__(self) -> None:
        self._kept = dict(DayBalances.objects.values_list("size", "balances"))
        self._wrong: list[int] = []

    def is_at(self, seq: object) -> bool:
        """Say whether balances are kept at a row."""
        return seq in self._kept

    def compare(self, seq: int, held: Mapping[str, int]) -> None:
        """Compare what is kept at a row with what the accounts hold there."""
        if _moved(self._kept.pop(seq)) != _moved(held):
            self._wrong.append(seq)

    def causes(self) -> Iterator[str]:
        """Yield what is wrong, once all rows were read."""
        for size in sorted([*self._wrong, *self._kept]):
            yield f"the balances kept at row {size} are not what the rows up to it come to: the desk's ledger shows wrong ones"
            return


def _moved(balances: Mapping[str, int]) -> dict[str, int]:
    return {code: minor for code, minor in balances.items() if minor}
