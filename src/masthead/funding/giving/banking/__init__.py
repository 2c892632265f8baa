"""Money that no provider tells of: lines of bank statements, and what was given in cash, by cheque or as a grant."""
