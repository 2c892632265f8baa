"""Money in the open: the ledger, campaigns and their meter, giving, providers."""
