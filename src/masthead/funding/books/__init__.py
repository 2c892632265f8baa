"""The open books: what the newsroom publishes of its ledger, and what readers can check of it."""
