"""A supporter's yearly statement as PDF: our own faces, nothing fetched."""

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from masthead.funding.giving.managing.queries import Statement
from masthead.funding.giving.pdf import FONTS, INK, LATIN_1, MARGIN_MM, PUNCTUATION, SCRIPTS


def statement_pdf(statement: Statement) -> bytes:
    """Return a year's statement as a PDF of A4 pages: each gift, what was given back, and the total in words."""
    page = _begun(statement)
    page.set_font(style="B", size=22)
    page.multi_cell(0, 10, _("Gifts in %(year)s") % {"year": statement.year}, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(size=11)
    for text in (settings.ENV.name, f"{statement.name} {statement.email}".strip()):
        page.multi_cell(0, 6, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(6)
    page.set_font(size=9)
    with page.table(
        col_widths=(26, 24, 50, 26, 26), text_align=("LEFT", "LEFT", "LEFT", "RIGHT", "RIGHT"), headings_style=FontFace(emphasis="BOLD"), line_height=6
    ) as table:
        table.row([_("Day"), _("Receipt"), _("Campaign"), _("Amount"), _("Given back")])
        for line in statement.lines:
            table.row([line.day, line.number, line.campaign, line.amount, line.returned])
    page.ln(6)
    page.set_font(style="B", size=11)
    for figures, in_words in statement.totals:
        page.multi_cell(0, 6, _("Given in all: %(figures)s (%(words)s)") % {"figures": figures, "words": in_words}, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(page.output())


def _begun(statement: Statement) -> FPDF:
    page = FPDF(format="A4")
    page.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    page.set_title(_("Gifts in %(year)s") % {"year": statement.year})
    page.set_author(settings.ENV.name)
    page.set_producer("Masthead")
    said = "".join([statement.name, settings.ENV.name, *(line.campaign + line.day + line.amount for line in statement.lines), *map("".join, statement.totals)])
    beyond = any(ord(sign) not in LATIN_1 and ord(sign) not in PUNCTUATION for sign in said)
    wanted = ("latin", *(SCRIPTS if beyond else ()))
    for script in wanted:
        for style, weight in (("", "regular"), ("B", "semibold")):
            page.add_font(script, style, FONTS / f"sans-{script}-{weight}.ttf")
    page.set_fallback_fonts([script for script in wanted if script != "latin"], exact_match=True)
    page.set_font("latin", size=11)
    page.set_text_color(*INK)
    page.add_page()
    return page
