"""Cells of tables that people open in a spreadsheet."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # owasp.org/www-community/attacks/CSV_Injection


def cell(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula: an apostrophe goes before what would begin one.

    Numbers that we write ourselves need none of it and are not passed through here.
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
