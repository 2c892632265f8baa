"""Foreign XML with the line that each element begins on. Bombs, entities and DTDs are refused by defusedxml."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from masthead.funding.providers.bank.statements import StatementRefused, refuse

MOST_ELEMENTS = 600_000  # a statement of the largest size that is taken has a third of it
LINE = "\0line"  # no attribute of XML can be called so


def read_xml(data: bytes) -> Element:
    """Return the root of a document, `LINE` set on each element.

    Raises:
        StatementRefused: it is not well-formed, or declares a document type or entities.
    """
    numbers: list[Any] = []

    class Placed(TreeBuilder):
        def start(self, tag: Any, attrs: Any, /) -> Any:
            numbers[1] += 1
            if numbers[1] > MOST_ELEMENTS:
                raise refuse(numbers[0].CurrentLineNumber, f"the file has more than {MOST_ELEMENTS} elements: export fewer days.")
            return super().start(tag, {**attrs, LINE: str(numbers[0].CurrentLineNumber)})

    parser = DefusedXMLParser(target=Placed(), forbid_dtd=True)
    numbers += [parser.parser, 0]
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        line, column = error.position
        raise StatementRefused(
            f"Line {line}, column {column + 1}: the XML is broken or cut off ({str(error).partition(':')[0]}). Nothing of the file was taken: fetch it from the bank again."
        ) from None
    except DefusedXmlException:
        raise refuse(numbers[0].CurrentLineNumber, "the file declares a document type or entities, which no bank's statement does.") from None
    except (ValueError, LookupError) as error:  # an encoding nobody knows
        raise StatementRefused(f"Line 1: the XML cannot be read ({error}). Nothing of the file was taken.") from None
    return root


def line_of(element: Element) -> int:
    """Return the line of the file that an element begins on."""
    return int(element.get(LINE, "1"))


def name_of(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, path: str) -> Iterator[Element]:
    """Yield the elements at a path of plain names (`Tp/CdOrPrtry/Cd`), whatever their namespace."""
    if element is None:
        return
    first, _, rest = path.partition("/")
    for child in element:
        if name_of(child) == first:
            if rest:
                yield from children(child, rest)
            else:
                yield child


def child(element: Element | None, *paths: str) -> Element | None:
    """Return the first element at the first of `paths` where there is one."""
    return next((found for path in paths for found in children(element, path)), None)


def text_at(element: Element | None, *paths: str) -> str:
    """Return the text at the first of `paths` where there is some."""
    return next((text for path in paths for found in children(element, path) if (text := (found.text or "").strip())), "")
