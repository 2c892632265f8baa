"""A receipt as PDF: one page, our own faces, nothing fetched."""

from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import TTFFont

from masthead.funding.giving.paper import Paper

FONTS = Path(__file__).parent / "fonts"
SCRIPTS = ("latin", "latin-ext", "greek", "cyrillic", "vietnamese")  # others are shown on the page alone
WEIGHTS = {"": "regular", "B": "semibold"}
MARGIN_MM, LABEL_MM, LINE_MM = 25.0, 48.0, 7.0
INK, QUIET, HAIR = (22, 21, 19), (92, 88, 80), (216, 211, 200)


def receipt_pdf(paper: Paper, *, link: str) -> bytes:
    """Return the receipt as a PDF of one A4 page; `link` is the page where it can be seen and proved."""
    title = _("Receipt %(number)s") % {"number": paper.number}
    page = begun(title=title, author=paper.newsroom, said=_said(paper, link), bold=_practice())
    page.set_draw_color(*HAIR)
    if paper.practice:
        page.set_font(style="B", size=11)
        write(page, LINE_MM, _practice(), border=True)
        page.ln(4)
    page.set_font(style="B", size=22)
    write(page, 10, title)
    page.set_font(size=11)
    write(page, 6, paper.organisation or paper.newsroom)
    page.ln(6)
    for label, value in facts(paper):
        _line(page, label, value)
    page.ln(6)
    for text in (paper.no_return, paper.legal, proof_words(paper)):
        if text:
            page.set_font(size=10)
            write(page, 5.5, text)
            page.ln(2)
    page.set_text_color(*QUIET)
    page.set_font(size=9)
    write(page, 5, _again())
    page.multi_cell(0, 5, link, link=link, align="L", wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(page.output())


def facts(paper: Paper) -> list[tuple[str, str]]:
    """Return the receipt's lines as label and value; those that say nothing are left out."""
    lines = [
        (_("Received from"), paper.name),
        (_("Amount"), paper.amount),
        (_("In words"), paper.amount_in_words),
        (_("Counted as"), paper.counted),
        (_("Date"), paper.day),
        (_("For"), paper.campaign),
        (_("Dedication"), paper.dedication),
        (_("Paid through"), paper.provider),
        (_("Given back since"), paper.returned),
    ]
    return [(label, value) for label, value in lines if value]


def proof_words(paper: Paper) -> str:
    """Return what the receipt says of its proof."""
    if paper.proved:
        return _("This gift is row %(row)s of our books, which were signed at the end of %(day)s. The proof can be downloaded and checked by anyone.") % {
            "row": paper.rows[0],
            "day": paper.signed_day,
        }
    return _("Our books are signed once a day. The proof that this gift is in them follows: the page below shows it from tomorrow on.")


def begun(*, title: str, author: str, said: str, bold: str) -> FPDF:
    """Return a document whose first page is begun, with the faces for all that will be written on it: `said`, and in `bold` and as `title` in bold.

    A face is loaded only where it is needed, and its outlines are put in as they are: both cost more than everything else of a page.
    """
    page = FPDF(format="A4")
    page.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    page.set_title(title)
    page.set_author(author)
    page.set_producer("Masthead")
    fallbacks = set()
    for style, signs in (("", {*author, *said}), ("B", {*title, *bold})):
        for script in ("latin", *_scripts_beyond_latin(signs)):
            page.add_font(script, style, FONTS / f"sans-{script}-{WEIGHTS[style]}.ttf")
            fallbacks.add(script)
    for font in page.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.recalcBBoxes = False
    page.set_fallback_fonts([script for script in SCRIPTS[1:] if script in fallbacks], exact_match=True)
    page.set_font("latin", size=11)
    page.set_text_color(*INK)
    page.add_page()
    return page


def write(page: FPDF, line_mm: float, text: str, *, width_mm: float = 0, border: bool = False, new_x: XPos = XPos.LMARGIN, new_y: YPos = YPos.NEXT) -> None:
    """Write a text from here on, `width_mm` wide (0: to the margin), in as many lines as it takes. What fits one line is not measured word by word."""
    room = (width_mm or page.epw) - 2 * page.c_margin
    if "\n" not in text and page.get_string_width(text) <= room:
        page.cell(width_mm, line_mm, text, border=1 if border else 0, new_x=new_x, new_y=new_y)
    else:
        page.multi_cell(width_mm, line_mm, text, align="L", border=1 if border else 0, new_x=new_x, new_y=new_y)


def _scripts_beyond_latin(signs: set[str]) -> tuple[str, ...]:
    """Return the scripts in which signs are that the first face does not have, each sign in the first that has it."""
    beyond = {ord(sign) for sign in signs} - _signs_of(SCRIPTS[0])
    found = []
    for script in SCRIPTS[1:] if beyond else ():
        if beyond & _signs_of(script):
            found.append(script)
            beyond -= _signs_of(script)
    return tuple(found)


@cache
def _signs_of(script: str) -> frozenset[int]:
    page, signs = FPDF(), set[int]()
    page.add_font(script, "", FONTS / f"sans-{script}-regular.ttf")
    for font in page.fonts.values():
        if isinstance(font, TTFFont):
            signs |= font.cmap.keys()
            font.ttfont.close()
    return frozenset(signs)


def _said(paper: Paper, link: str) -> str:
    words = [part for line in facts(paper) for part in line]
    return "".join([*words, paper.organisation, paper.legal, paper.no_return, proof_words(paper), _practice(), _again(), link])


def _practice() -> str:
    return _("Practice: no money moved. This paper shows what a receipt looks like.")


def _again() -> str:
    return _("See it again, with its proof:")


def _line(page: FPDF, label: str, value: str) -> None:
    top = page.get_y()
    page.line(MARGIN_MM, top, page.w - MARGIN_MM, top)
    page.set_text_color(*QUIET)
    page.set_font(size=10)
    page.set_xy(MARGIN_MM, top + 1)
    write(page, LINE_MM, label, width_mm=LABEL_MM, new_x=XPos.RIGHT, new_y=YPos.TOP)
    page.set_text_color(*INK)
    page.set_font(size=11)
    write(page, LINE_MM, value)
    page.ln(1)
