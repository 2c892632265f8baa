"""From the contribute page to the ledger: gifts, pledges, the webhook inbox."""
