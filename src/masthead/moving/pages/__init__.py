"""Moving in one page at a time: a saved HTML page or a plain-text page of an old site becomes a draft."""
