"""A supporter's yearly statement as PDF: our own faces, nothing fetched."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import MethodReturnValue

from masthead.funding.giving.managing.queries import Statement
from masthead.funding.giving.pdf import HAIR, begun, write

SHARES, SIDES = (32, 22, 52, 24, 24), "LLLRR"  # of the page's width, by column; where each column's words stand
ROW_MM = 6.0


def statement_pdf(statement: Statement) -> bytes:
    """Return a year's statement as a PDF of A4 pages: each gift, what was given back, and the total in words."""
    title = _("Gifts in %(year)s") % {"year": statement.year}
    headings = [_("Day"), _("Receipt"), _("Campaign"), _("Amount"), _("Given back")]
    totals = [_("Given in all: %(figures)s (%(words)s)") % {"figures": figures, "words": in_words} for figures, in_words in statement.totals]
    rows = [[line.day, line.number, line.campaign, line.amount, line.returned] for line in statement.lines]
    said = "".join([statement.name, statement.email, *map("".join, rows)])
    page = begun(title=title, author=settings.ENV.name, said=said, bold="".join([*headings, *totals]))
    page.set_font(style="B", size=22)
    write(page, 10, title)
    page.set_font(size=11)
    for text in (settings.ENV.name, f"{statement.name} {statement.email}".strip()):
        write(page, 6, text)
    page.ln(6)
    _table(page, headings, rows)
    page.ln(6)
    page.set_font(style="B", size=11)
    for total in totals:
        write(page, 6, total)
    return bytes(page.output())


def _table(page: FPDF, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Draw rows under their headings, which stand on every page anew."""
    page.set_draw_color(*HAIR)
    _heading(page, headings)
    for row in rows:
        broken = _broken(page, row)
        if page.will_page_break(_height(broken)):
            page.add_page()
            _heading(page, headings)
        _draw(page, broken)


def _heading(page: FPDF, headings: Sequence[str]) -> None:
    page.set_font(style="B", size=9)
    _draw(page, _broken(page, headings))
    page.set_font(style="", size=9)


def _widths(page: FPDF) -> list[float]:
    return [page.epw * share / sum(SHARES) for share in SHARES]


def _broken(page: FPDF, row: Sequence[str]) -> list[list[str]]:
    """Return each column's lines. Only words that do not fit one line are broken into several, which takes longer than all the rest."""
    found = []
    for text, width in zip(row, _widths(page), strict=True):
        lines = [text]
        if page.get_string_width(text) > width - 2 * page.c_margin:
            lines = list(page.multi_cell(width, ROW_MM, text, align="L", dry_run=True, output=MethodReturnValue.LINES))  # type: ignore[arg-type]  # lines, as asked
        found.append(lines)
    return found


def _height(broken: Sequence[Sequence[str]]) -> float:
    return ROW_MM * max(len(lines) for lines in broken)


def _draw(page: FPDF, broken: Sequence[Sequence[str]]) -> None:
    left, top, height = page.l_margin, page.get_y(), _height(broken)
    for lines, width, side in zip(broken, _widths(page), SIDES, strict=True):
        page.rect(left, top, width, height)
        for number, line in enumerate(lines):
            if line:
                page.set_xy(left, top + number * ROW_MM)
                page.cell(width, ROW_MM, line, align=side)
        left += width
    page.set_xy(page.l_margin, top + height)
