"""Reconciling: ask each provider for every movement and payout, find what is missing, hold the rest against the books and the bank."""

import datetime as dt
import logging
import time
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from masthead.funding.giving.actions.inbox import apply_inbox
from masthead.funding.giving.actions.sweeping import leave_hint
from masthead.funding.giving.banking.matching import PAYOUT_DAYS, match_payouts
from masthead.funding.giving.banking.models import BankLine, BankStatement, LineState
from masthead.funding.giving.banking.queries import standings
from masthead.funding.giving.events import Reconciled
from masthead.funding.giving.locks import one_at_a_time
from masthead.funding.giving.models import Gift, InboxEvent
from masthead.funding.giving.reconciling import matching
from masthead.funding.giving.reconciling.models import Discrepancy, MovementState, ProviderMovement, ProviderPayout, Reconciliation
from masthead.funding.giving.reconciling.rules import Finding
from masthead.funding.providers import registry
from masthead.funding.providers.base import Movement, MovementKind, Payout, Provider
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError
from masthead.kernel.events import announce
from masthead.kernel.money import Money
from masthead.readers.rules import one_line

logger = logging.getLogger(__name__)
OVERLAP = dt.timedelta(days=7)  # what is listed late, and what was altered since, is seen again
AGAIN = dt.timedelta(hours=1)  # until a run that failed, or found something, is made again
PATIENCE_SECONDS = 60  # with another process that applies what was left for it
LONGEST_REASON = 300


class ExplanationRefused(MastheadError):
    """A discrepancy that cannot be explained so: the sentence says why."""


def reconcile_due(*, now: dt.datetime) -> int:
    """Reconcile each provider that was not yet reconciled today (the newsroom's day), or an hour ago did not match; return how many were."""
    due = 0
    for listed in registry.enabled():
        last = Reconciliation.objects.filter(provider=listed.name).order_by("-pk").first()
        # A run in the future was made while this machine's clock ran ahead.
        old = last is None or last.began_at > now or date_in(settings.ENV.zone, last.began_at) < date_in(settings.ENV.zone, now)
        if old or (last is not None and (last.error or last.differing) and last.began_at <= now - AGAIN):
            due += 1
            reconcile(provider_name=listed.name, now=now)
    return due


def reconcile_all(*, now: dt.datetime) -> list[Reconciliation]:
    """Reconcile every provider that is on; one that fails does not hold up the others."""
    return [reconcile(provider_name=listed.name, now=now) for listed in registry.enabled()]


def reconcile(*, provider_name: str, now: dt.datetime) -> Reconciliation:
    """Hold everything that a provider tells of since its last run against the books; running again changes nothing that is right.

    What the books lack is fetched and applied first, as a webhook would have it; what then does not match is a
    discrepancy with its cause, and closes by itself once it does. A provider that cannot be asked is kept as a
    failed run with its sentence.
    """
    since = _since(provider_name, now=now)
    run = Reconciliation(provider=provider_name, began_at=now, since=since)
    try:
        provider = registry.provider(provider_name)
        movements = provider.list_movements(since)
        payouts = provider.list_payouts(since) if provider.capabilities.payouts else []
        movements += _before_the_books(provider_name, payouts, since=since, now=now)
        with transaction.atomic():
            one_at_a_time("reconcile")
            matching.store(provider_name, movements, since=since, now=now)
            _store_payouts(provider_name, payouts)
            matching.match(provider_name, now=now, last=False)
        _fetch_what_is_missing(provider_name, now=now)
        match_payouts(now=now)
        run.movements = len(movements)
        _conclude(provider, run, now=now)
    except Exception as error:
        run.error = str(error) if isinstance(error, MastheadError) else f"{type(error).__name__}: {error}"
        run.save()
        logger.exception("%s could not be reconciled; it is tried again", provider_name)
    return run


@transaction.atomic
def explain(*, discrepancy: Discrepancy, reason: str, by: Any, now: dt.datetime) -> None:
    """Explain a discrepancy, under a person's name; it stays, and the public badge counts it as explained.

    Raises:
        ExplanationRefused: there is no reason, or it matches meanwhile.
    """
    found = Discrepancy.objects.select_for_update().get(pk=discrepancy.pk)
    why = one_line(reason, longest=LONGEST_REASON)
    if not why:
        raise ExplanationRefused("Say what it is and how you know: whoever reads the books later will ask.")
    if found.closed_at:
        raise ExplanationRefused("This matches meanwhile, so there is nothing to explain.")
    found.reason, found.explained_by, found.explained_name, found.explained_at = why, by, str(by)[:150], now
    found.save(update_fields=["reason", "explained_by", "explained_name", "explained_at"])


def _since(name: str, *, now: dt.datetime) -> dt.datetime:
    """Return from when on to ask: the last run that succeeded, with overlap; at first, a day before the provider's first gift, and never from before that."""
    last = Reconciliation.objects.filter(provider=name, error="", began_at__lte=now).first()
    if last:
        return max(last.began_at - OVERLAP, _begun(name, now=now) or last.since)
    first = Gift.objects.filter(provider=name).order_by("created_at").first()
    return (first.created_at if first else now - OVERLAP) - dt.timedelta(days=1)


def _begun(name: str, *, now: dt.datetime) -> dt.datetime | None:
    """Return from when on the first run that succeeded has asked; what was before that is not the books'."""
    runs = Reconciliation.objects.filter(provider=name, error="", began_at__lte=now)  # not those of a clock that ran ahead
    return runs.order_by("pk").values_list("since", flat=True).first()


def _fetch_what_is_missing(name: str, *, now: dt.datetime) -> None:
    """Have what a provider moved and the books lack looked at and applied, here or by who is at it already. Network: never inside a transaction."""
    lacking = ProviderMovement.objects.filter(provider=name, state__in=[MovementState.MISSING, MovementState.FOREIGN], payment_ref__gt="")
    refs = set(lacking.values_list("payment_ref", flat=True))
    for ref in sorted(refs):
        leave_hint(name, ref, now=now, kind="found by the reconciliation")
    untried = InboxEvent.objects.filter(provider=name, applied_at__isnull=True, attempts=0, next_try_at__lte=now)
    until = time.monotonic() + PATIENCE_SECONDS
    while refs & set(untried.values_list("object_ref", flat=True)):
        if apply_inbox(now=now, provider=name):
            until = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > until:
            break
        else:
            time.sleep(0.05)


@transaction.atomic
def _conclude(provider: Provider, run: Reconciliation, *, now: dt.datetime) -> None:
    one_at_a_time("reconcile")
    findings = matching.match(provider.name, now=now)
    # What matched once is not read again each day, unless the sums of everything do not agree.
    last = Reconciliation.objects.filter(provider=provider.name, error="").values_list("matched_until", flat=True).first() or 0
    alone, beside, run.matched_until = matching.unmatched_transfers(provider.name, now=now, after=last)
    balances = matching.balances(provider.name, beside=beside)
    if balances and last:
        alone, beside, run.matched_until = matching.unmatched_transfers(provider.name, now=now)
        balances = matching.balances(provider.name, beside=beside)
    findings += alone + balances + _payouts(provider.name)
    if provider.name == "bank":
        findings += _accounts()
    _note(provider.name, findings, now=now)
    run.differing = len(findings)
    run.save()
    announce(Reconciled(provider=provider.name, differing=run.differing))


def _note(name: str, findings: Iterable[Finding], *, now: dt.datetime) -> None:
    """Keep what does not match, with the moment it was first seen; close what matches now. An explanation holds for the sum it was given for."""
    standing = {row.key: row for row in Discrepancy.objects.select_for_update().filter(provider=name)}
    seen = set()
    for finding in findings:
        key = finding.key[:250]
        seen.add(key)
        row = standing.get(key) or Discrepancy(provider=name, key=key, first_seen_at=now)
        says = (finding.amount.minor if finding.amount else None, finding.amount.currency if finding.amount else "")
        if row.closed_at or (row.pk and (row.amount_minor, row.currency) != says):
            row.reason, row.explained_by, row.explained_name, row.explained_at = "", None, "", None
        if row.closed_at:
            row.first_seen_at, row.closed_at = now, None
        row.amount_minor, row.currency = says
        row.cause, row.todo, row.payment_ref, row.transfer = finding.cause, finding.todo, finding.payment_ref, finding.transfer
        row.save()
    Discrepancy.objects.filter(provider=name, closed_at__isnull=True).exclude(key__in=seen).update(closed_at=now)


# --- payouts and the bank ---------------------------------------------------------------------------------


def _before_the_books(name: str, payouts: list[Payout], *, since: dt.datetime, now: dt.datetime) -> list[Movement]:
    """Return what payouts hold from before the first run, one movement for each: nothing lists it, and without it no payout of that time is what the books hold."""
    begun, found = _begun(name, now=now) or since, []
    for payout in payouts:
        old = [movement.amount.minor for movement in payout.inside or () if movement.at < begun]
        if any(old):
            amount = Money(sum(old), payout.amount.currency)
            found.append(Movement(ref=payout.ref, kind=MovementKind.BEFORE, payment_ref="", amount=amount, at=begun, words=f"{len(old)} movements"))
    return found


def _store_payouts(name: str, payouts: list[Payout]) -> None:
    for payout in payouts:
        inside = None if payout.inside is None else sum(movement.amount.minor for movement in payout.inside)
        ProviderPayout.objects.update_or_create(
            provider=name,
            ref=payout.ref,
            defaults={
                "amount_minor": payout.amount.minor,
                "currency": payout.amount.currency,
                "arrives_on": payout.arrives_date,
                "inside_minor": inside,
                "bounced_on": payout.bounced_date,
            },
        )


def _payouts(name: str) -> list[Finding]:
    """Return what does not match of payouts: with what is in them, with the movement, with the bank's lines."""
    findings = []
    reached = dict(
        BankStatement.objects.filter(opening_minor__isnull=False, closing_minor__isnull=False).values_list("account__currency").annotate(Max("closed_on"))
    )
    arrived = set(BankLine.objects.filter(state=LineState.PAYOUT, matched_ref__startswith=f"{name}:").values_list("matched_ref", flat=True))
    moved = dict(ProviderMovement.objects.filter(~Q(state=MovementState.GONE), provider=name, kind=MovementKind.PAYOUT).values_list("ref", "amount_minor"))
    for payout in ProviderPayout.objects.filter(provider=name).order_by("arrives_on", "pk"):
        about = f"The payout {payout.ref} of {name} over {payout.amount}"
        if payout.inside_minor is not None and payout.inside_minor != payout.amount_minor:
            inside = Money(payout.inside_minor, payout.currency)
            difference = payout.amount - inside
            findings.append(
                Finding(
                    key=f"payout:{payout.ref}:inside", cause=f"{about} holds movements of {inside}.", todo=f"Ask {name} what else is in it.", amount=difference
                )
            )
        if payout.ref in moved and moved[payout.ref] != -payout.amount_minor:
            taken = Money(-moved[payout.ref], payout.currency)
            findings.append(
                Finding(
                    key=f"payout:{payout.ref}:moved",
                    cause=f"{about} took {taken} off the balance there.",
                    todo=f"Ask {name} why.",
                    amount=payout.amount - taken,
                )
            )
        told_until, ref = reached.get(payout.currency), f"{name}:{payout.ref}"
        due, came = payout.bounced_on or payout.arrives_on, ref in arrived
        # One that came back is on no statement, or twice: as it came, and as it went again.
        missing = came != (f"{ref}:bounced" in arrived) if payout.bounced_on else not came
        if told_until and told_until > due + dt.timedelta(days=PAYOUT_DAYS) and missing:
            what = f"came back to {name} on {due}" if payout.bounced_on else f"was due on {due}"
            findings.append(
                Finding(
                    key=f"payout:{payout.ref}:bank",
                    cause=f"{about} {what}, and the bank's statements until {told_until} show no line that is it.",
                    todo=f"Look for it among the lines that wait under Bank; if it is not there, ask {name} to which account it went.",
                    amount=payout.amount,
                )
            )
    return findings


def _accounts() -> list[Finding]:
    """Return what does not match of bank accounts: lines that nobody has said the meaning of, gaps, and balances that the books do not explain."""
    findings = []
    for standing in standings():
        account = standing.account
        if standing.gaps:
            findings.append(
                Finding(
                    key=f"account:{account.slug}:gaps",
                    cause=f"{standing.gaps} statements of {account} do not begin where one ended.",
                    todo="Import those between.",
                )
            )
        if standing.unexplained and standing.unexplained.minor:
            cause = (
                f"The bank says {standing.closing} for {account} on {standing.closed_on}, the books {standing.books}: {standing.unexplained} is not explained."
            )
            findings.append(
                Finding(key=f"account:{account.slug}:balance", cause=cause, todo="Look whether a statement is missing.", amount=standing.unexplained)
            )
    for line in BankLine.objects.filter(state=LineState.UNMATCHED).select_related("account"):
        cause = f"The line of {line.booked_on} over {line.amount} on {line.account} is nothing yet."
        findings.append(Finding(key=f"line:{line.pk}", cause=cause, todo="Say under Bank what it is.", amount=line.amount))
    return findings
