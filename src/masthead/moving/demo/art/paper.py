"""The demo's attachment: a short report as a PDF, set in the reader's own Helvetica (ISO 32000-1, standard fonts)."""

from collections.abc import Iterable
from pathlib import Path

import masthead

PAGE_WIDTH, PAGE_HEIGHT = 595, 842  # A4, in points
LEFT, TOP = 72, 770
Line = tuple[str, int, int, str]  # font, size, space before it, words

REPORT: tuple[tuple[Line, ...], ...] = (
    (
        ("F2", 10, 0, "AUDIT CHAMBER OF THE REPUBLIC OF CORVANE"),
        ("F1", 9, 4, "An invented institution. This report was written for the demonstration of Masthead."),
        ("F2", 22, 52, "Harbour dredging at Port Maren"),
        ("F1", 14, 12, "Summary of the Chamber’s review"),
        ("F2", 12, 44, "1  What was examined"),
        ("F1", 11, 12, "The Chamber examined the accounts of the Maren Port Company for ten years, the"),
        ("F1", 11, 5, "soundings of the Hydrographic Office for the same period, and the agreement"),
        ("F1", 11, 5, "between the company and the city of Port Maren."),
        ("F2", 12, 28, "2  Findings"),
        ("F1", 11, 12, "2.1  The cost of dredging rose from 2.0 to 9.1 million dollars a year."),
        ("F1", 11, 9, "2.2  About half of the silt that is now dredged would have settled in the marsh"),
        ("F1", 11, 5, "       before the side channels of the Ammel were closed."),
        ("F1", 11, 9, "2.3  The closed channels cost the harbour between three and four million dollars"),
        ("F1", 11, 5, "       a year, rising. No body has the duty to weigh this against the pasture won."),
        ("F1", 11, 9, "2.4  Under clause 14 of the agreement the company’s duty to dredge ends if the cost"),
        ("F1", 11, 5, "       exceeds its profit in two consecutive years. On the present trend this could be"),
        ("F1", 11, 5, "       the case in the year after next."),
        ("F2", 12, 28, "3  Recommendation"),
        ("F1", 11, 12, "The ministry, the River Authority, the city and the company should agree, before"),
        ("F1", 11, 5, "clause 14 applies, on who keeps which channel at what depth, and who pays."),
    ),
    (
        ("F2", 12, 0, "Annex: three ways to pay for the channel (millions of dollars)"),
        ("F2", 10, 26, "Way                                                    First year          Each later year"),
        ("F1", 10, 12, "Dredge as now                                       9.1                      9 to 12"),
        ("F1", 10, 8, "Reopen two side channels                       14                       5 to 6"),
        ("F1", 10, 8, "Accept nine metres                                 1                         4, and fewer ships"),
        ("F1", 9, 40, "Amalie Trost, President of the Chamber"),
    ),
)


def pdf(pages: Iterable[tuple[Line, ...]] = REPORT) -> bytes:
    """Return the report as a PDF 1.4 file, the same to the byte each time."""
    streams = [_stream(lines) for lines in pages]
    kids = " ".join(f"{5 + index * 2} 0 R" for index in range(len(streams)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for index, stream in enumerate(streams):
        box = f"/MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {box} /Contents {6 + index * 2} 0 R >>",
            f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream",
        ]
    data, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        data
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n".encode()
    )


def _stream(lines: Iterable[Line]) -> str:
    said, y = [], float(TOP)
    for font, size, before, words in lines:
        y -= before + size
        safe = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        said.append(f"BT /{font} {size} Tf {LEFT} {y:g} Td ({safe}) Tj ET")
    return "\n".join(said)


def write() -> Path:
    """Write the report to its place among the demo's content and return the file."""
    path = Path(masthead.__file__).parent / "moving" / "demo" / "content" / "attachments" / "audit-chamber-dredging.pdf"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pdf())
    return path
