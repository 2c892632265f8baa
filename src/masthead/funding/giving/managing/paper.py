"""A supporter's yearly statement as PDF: our own faces, nothing fetched."""

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf.fonts import FontFace

from masthead.funding.giving.managing.queries import Statement
from masthead.funding.giving.pdf import begun, write


def statement_pdf(statement: Statement) -> bytes:
    """Return a year's statement as a PDF of A4 pages: each gift, what was given back, and the total in words."""
    title = _("Gifts in %(year)s") % {"year": statement.year}
    headings = [_("Day"), _("Receipt"), _("Campaign"), _("Amount"), _("Given back")]
    totals = [_("Given in all: %(figures)s (%(words)s)") % {"figures": figures, "words": in_words} for figures, in_words in statement.totals]
    rows = [headings, *([line.day, line.number, line.campaign, line.amount, line.returned] for line in statement.lines)]
    page = begun(
        title=title, author=settings.ENV.name, said="".join([statement.name, statement.email, *map("".join, rows[1:])]), bold="".join([*headings, *totals])
    )
    page.set_font(style="B", size=22)
    write(page, 10, title)
    page.set_font(size=11)
    for text in (settings.ENV.name, f"{statement.name} {statement.email}".strip()):
        write(page, 6, text)
    page.ln(6)
    page.set_font(size=9)
    with page.table(
        col_widths=(26, 24, 50, 26, 26), text_align=("LEFT", "LEFT", "LEFT", "RIGHT", "RIGHT"), headings_style=FontFace(emphasis="BOLD"), line_height=6
    ) as table:
        for row in rows:
            table.row(row)
    page.ln(6)
    page.set_font(style="B", size=11)
    for total in totals:
        write(page, 6, total)
    return bytes(page.output())
