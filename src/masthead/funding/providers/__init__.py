"""Who moves money. Each provider translates its own words into our facts; none knows the ledger."""
