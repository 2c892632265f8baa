"""A receipt as PDF: one page, our own faces, nothing fetched."""

from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from masthead.funding.giving.paper import Paper

FONTS = Path(__file__).parent / "fonts"
SCRIPTS = ("latin-ext", "greek", "cyrillic", "vietnamese")  # beside Latin; other scripts are shown on the page alone
# The first font holds Latin-1 and general punctuation: English, French or German. Only a text beyond these loads the others.
LATIN_1, PUNCTUATION = range(0x100), range(0x2000, 0x2123)
MARGIN_MM, LABEL_MM, LINE_MM = 25.0, 48.0, 7.0
INK, QUIET, HAIR = (22, 21, 19), (92, 88, 80), (216, 211, 200)


def receipt_pdf(paper: Paper, *, link: str) -> bytes:
    """Return the receipt as a PDF of one A4 page; `link` is the page where it can be seen and proved."""
    page = _begun(paper)
    if paper.practice:
        page.set_font(style="B", size=11)
        page.multi_cell(0, LINE_MM, _("Practice: no money moved. This paper shows what a receipt looks like."), border=1, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.ln(4)
    page.set_font(style="B", size=22)
    page.multi_cell(0, 10, _("Receipt %(number)s") % {"number": paper.number}, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(size=11)
    page.multi_cell(0, 6, paper.organisation or paper.newsroom, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(6)
    for label, value in facts(paper):
        _line(page, label, value)
    page.ln(6)
    for text in (paper.no_return, paper.legal, proof_words(paper)):
        if text:
            page.set_font(size=10)
            page.multi_cell(0, 5.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            page.ln(2)
    page.set_text_color(*QUIET)
    page.set_font(size=9)
    page.multi_cell(0, 5, _("See it again, with its proof:"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
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


def _begun(paper: Paper) -> FPDF:
    page = FPDF(format="A4")
    page.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    page.set_title(_("Receipt %(number)s") % {"number": paper.number})
    page.set_author(paper.newsroom)
    page.set_producer("Masthead")
    said = (
        "".join(value for _label, value in facts(paper)) + paper.legal + paper.organisation + paper.newsroom + "".join(label for label, _value in facts(paper))
    )
    wanted = ("latin", *(SCRIPTS if any(_is_beyond(sign) for sign in said) else ()))
    for script in wanted:
        for style, weight in (("", "regular"), ("B", "semibold")):
            page.add_font(script, style, _font(script, weight))
    page.set_fallback_fonts([script for script in wanted if script != "latin"], exact_match=True)
    page.set_font("latin", size=11)
    page.set_text_color(*INK)
    page.set_draw_color(*HAIR)
    page.add_page()
    return page


def _is_beyond(sign: str) -> bool:
    return ord(sign) not in LATIN_1 and ord(sign) not in PUNCTUATION


@cache
def _font(script: str, weight: str) -> Path:
    return FONTS / f"sans-{script}-{weight}.ttf"


def _line(page: FPDF, label: str, value: str) -> None:
    top = page.get_y()
    page.line(MARGIN_MM, top, page.w - MARGIN_MM, top)
    page.set_text_color(*QUIET)
    page.set_font(size=10)
    page.set_xy(MARGIN_MM, top + 1)
    page.multi_cell(LABEL_MM, LINE_MM, label, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
    page.set_text_color(*INK)
    page.set_font(size=11)
    page.multi_cell(0, LINE_MM, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(1)
