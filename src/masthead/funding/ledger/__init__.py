"""The books: accounts, transfers, the chain. Append-only in the database itself."""
