"""A saved HTML page: find the story in the tree, take the page around it away, and list what went."""

import re
from typing import Any

from masthead.moving.html import SPACE, Element
from masthead.moving.pages.furniture import Furniture, byline_names, element_kind, line_kind
from masthead.moving.pages.parse import SavedPage, alike, linked_data, metadata, tree_of
from masthead.moving.pages.sifting import sift
from masthead.moving.walk import Reading, parts_of

SILENT = {"script", "style", "noscript", "template", "link", "meta", "title", "head", "base", "svg"}
_STANDFIRST = re.compile(
    r"(?:standfirst|dek|deck|subtitle|sub-?head(?:line|ing)?|summary|lede|lead|intro|excerpt|tagline|article-?description|kicker-?text)", re.IGNORECASE
)
_STORY = re.compile(
    r"(?:article|post|entry|story|news|page|single)[-_]*(?:body|content|text|main|copy)|(?:body|content|text)[-_]*(?:article|post|story)|articlebody|td-post-content|hentry",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"(?:<br\s*/?>\s*){2,}", re.IGNORECASE)  # how pages before paragraphs parted them
LONG = 80
LONGEST_CELL = 400
SMALLEST_PICTURE = 90


def read_hypertext(text: str) -> SavedPage:
    """Return the story of a saved HTML page."""
    tree = tree_of(_BREAKS.sub("</p><p>", text))
    _open_layout_tables(tree)
    facts, said = linked_data(tree), metadata(tree)
    page = SavedPage(language=(tree.get("lang") or "")[:12])
    page.headline = _headline(tree, facts, said)
    page.published = _first(facts.get("datePublished"), said.get("article:published_time"), said.get("date"), _time(tree))
    page.address = _first(_canonical(tree), said.get("og:url"), facts.get("url"))
    page.bylines = _authors(facts, said)
    _prune(tree, page)
    root = _story_root(tree, page.headline)
    _leave_around(tree, root, page)
    _leave_before_headline(root, page)
    page.standfirst = _standfirst(root, said)
    _drop_small_pictures(root)
    _take_headline(root, page.headline)
    reading = Reading()
    sift(page, parts_of(_inner(root), reading=reading))
    return page


# --- what the page says of itself --------------------------------------------------------------------
def _headline(tree: Element, facts: dict[str, Any], said: dict[str, str]) -> str:
    """Return the headline as printed: the first h1 that the page's own title confirms, else its title without the site's name."""
    titles = [_first(facts.get("headline")), said.get("og:title", ""), said.get("twitter:title", ""), _line(tree.find(".//title"))]
    printed = [line for level in ("h1", "h2") for heading in tree.iter(level) if (line := _line(heading))]
    for line in printed:
        if any(alike(line, title) or (len(line) > 15 and _bare_in(line, title)) for title in titles):  # noqa: PLR2004 - longer than a site's name
            return line
    ones = [line for heading in tree.iter("h1") if (line := _line(heading)) and line_kind(line) is None]
    site = said.get("og:site_name", "")
    best = next((line for line in ones if not alike(line, site)), "")
    return best or next((_without_site(title, site) for title in titles if title), "") or (printed[0] if printed else "")


def _bare_in(line: str, title: str) -> bool:
    return re.sub(r"\W+", "", line).casefold() in re.sub(r"\W+", "", title).casefold()


def _without_site(title: str, site: str) -> str:
    """Return a page title without the site's name behind its last divider."""
    if site and title.casefold().endswith(site.casefold()):
        return title[: -len(site)].rstrip(" |-–—·:»")
    head, divider, tail = [*re.split(r"(\s+[|–—»·-]\s+)(?=[^|–—»·]*$)", title, maxsplit=1), "", ""][:3]
    return head if divider and len(tail.split()) <= 5 and len(head) > len(tail) else title  # noqa: PLR2004 - a site's name is a few words


def _first(*values: Any) -> str:
    return next((" ".join(value.split()) for value in values if isinstance(value, str) and value.strip()), "")


def _time(tree: Element) -> str:
    return next((time.get("datetime") or "" for time in tree.iter("time") if time.get("datetime")), "")


def _canonical(tree: Element) -> str:
    return next((link.get("href") or "" for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower()), "")


def _authors(facts: dict[str, Any], said: dict[str, str]) -> list[str]:
    found = facts.get("author")
    people = found if isinstance(found, list) else [found]
    names = [person.get("name") if isinstance(person, dict) else person for person in people]
    named = [name.strip() for name in names if isinstance(name, str) and name.strip()]
    return named or ([said["author"]] if said.get("author") and not said["author"].startswith("http") else [])


# --- the tree ----------------------------------------------------------------------------------------
def _prune(tree: Element, page: SavedPage) -> None:
    """Take away what is furniture by its name, unless the headline or most of the text lies in it."""
    whole = len(_line(tree)) or 1
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if element.tag in SILENT:
            element.drop_tree()
            continue
        if element.tag == "header" and not _holds_story(element, page.headline, whole):
            kind: Furniture | None = Furniture.MENU
        else:
            names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}"
            kind = element_kind(tag=element.tag, names=names, role=(element.get("role") or "").lower())
        if kind is not None and not _holds_story(element, page.headline, whole):
            _remove(element, kind, page)


def _holds_story(element: Element, headline: str, whole: int) -> bool:
    text = _line(element)
    inside = any(alike(_line(heading), headline) for level in ("h1", "h2") for heading in element.iter(level))
    paragraphs = sum(len(line) for inner in element.iter("p") if len(line := _line(inner)) > LONG)
    return inside or (len(text) > whole * 0.4 and paragraphs > len(text) * 0.4)


def _remove(element: Element, kind: Furniture, page: SavedPage) -> None:
    for line in _lines(element):
        page.leave_out(kind, line)
        if kind is Furniture.DETAILS and not page.bylines:
            page.bylines = byline_names(re.split(r"\s[·•|–—]\s", line)[0])
    element.drop_tree()


def _lines(element: Element) -> list[str]:
    """Return an element's text as lines, one for each innermost block."""
    blocks = {
        "p",
        "li",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "td",
        "th",
        "dt",
        "dd",
        "button",
        "label",
        "option",
        "figcaption",
        "section",
        "tr",
        "ul",
        "ol",
    }
    found: list[str] = []
    run: list[str] = []

    def end() -> None:
        line = " ".join("".join(run).split())
        run.clear()
        if line:
            found.append(line)

    def walk(inner: Element) -> None:
        is_block = isinstance(inner.tag, str) and (inner.tag in blocks or inner.tag == "br")
        if is_block:
            end()
        if isinstance(inner.tag, str):
            run.append(inner.text or "")
            for child in inner:
                walk(child)
                run.append(child.tail or "")
        if is_block:
            end()

    walk(element)
    end()
    return found


def _open_layout_tables(tree: Element) -> None:
    """Make plain blocks of tables that lay a page out: with tables within, or whole texts in a cell."""
    for table in list(tree.iter("table")):
        cells = list(table.iter("td", "th"))
        if (table.get("role") or "") == "presentation" or table.find(".//table") is not None or any(len(_line(cell)) > LONGEST_CELL for cell in cells):
            for part in [table, *table.iter("tbody", "thead", "tr", "td", "th")]:
                part.tag = "div"


def _take_headline(root: Element, headline: str) -> None:
    """Take the first printing of the headline out; others are listed as repeated."""
    heading = next((inner for inner in root.iter("h1", "h2", "h3", "font", "b", "strong", "p", "div") if alike(_line(inner), headline)), None)
    if heading is not None and heading is not root and heading.find(".//img") is None:
        heading.drop_tree()


def _story_root(tree: Element, headline: str) -> Element:
    """Return the element that holds the story: marked as such, or else the one with the most text directly in its paragraphs."""
    body = tree.find(".//body")
    body = tree if body is None else body
    scores = _scores(body)
    if not scores:
        return body
    root = max(scores, key=lambda element: scores[element])
    # Pictures and headline often stand just outside the text: take them in where little else comes with them.
    for up in root.iterancestors():
        if up.tag in {"body", "html"} or len(_line(up)) > len(_line(root)) * 1.6 + 400:
            break
        root = up
        if any(alike(_line(heading), headline) for heading in up.iter("h1", "h2")):
            break
    return root


def _scores(body: Element) -> dict[Element, float]:
    """Return for each element how much text lies in paragraphs close beneath it; one named as a story's counts half as much again."""
    scores: dict[Element, float] = {}
    for paragraph in body.iter("p", "blockquote", "pre"):
        weight = min(len(_line(paragraph)), 1500)
        if weight < 25:  # noqa: PLR2004 - a label, not a paragraph
            continue
        for distance, up in zip(range(4), paragraph.iterancestors(), strict=False):  # further up everything is the page
            scores[up] = scores.get(up, 0) + weight / (1 + distance)
    for element in scores:
        names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        if _STORY.search(names) or element.tag in {"article", "main"}:
            scores[element] *= 1.5
    return scores


def _leave_around(tree: Element, root: Element, page: SavedPage) -> None:
    """List the lines of the page outside the story's element."""
    own = set(root.iter())
    keep = {*own, *root.iterancestors()}
    for element in list(tree.iter()):
        parent = element.getparent()
        if not isinstance(element.tag, str) or element in keep or parent is None or parent in own or parent not in keep:
            continue
        for line in _lines(element):
            if not alike(line, page.headline):
                page.leave_out(line_kind(line) or Furniture.MENU, line)


def _leave_before_headline(root: Element, page: SavedPage) -> None:
    """Take away what stands before the headline within the story's element, but for pictures."""
    heading = next((inner for inner in root.iter("h1", "h2", "h3") if alike(_line(inner), page.headline)), None)
    if heading is None:
        return
    ancestors = set(heading.iterancestors())
    for element in list(root.iter()):
        if element is heading:
            break
        if (
            isinstance(element.tag, str)
            and element is not root
            and element not in ancestors
            and element.getparent() is not None
            and element.getparent() in {*ancestors, root}
        ):
            for line in _lines(element):
                page.leave_out(line_kind(line) or Furniture.MENU, line)
            if element.find(".//img") is None and element.tag != "img":
                element.drop_tree()
    for inner in [heading, *ancestors & set(root.iter())]:
        if inner is not heading and (inner.text or "").strip():
            page.leave_out(line_kind(inner.text) or Furniture.MENU, inner.text)
            inner.text = ""


def _standfirst(root: Element, said: dict[str, str]) -> str:
    """Return the standfirst: marked as one, or the page's description where it stands at the top as a line of its own."""
    described = [said.get("description", ""), said.get("og:description", "")]
    for number, element in enumerate(inner for inner in root.iter("p", "h2", "h3", "h4", "div") if 30 <= len(_line(inner)) <= 500):  # noqa: PLR2004 - a sentence or two
        if number > 6 or element.find(".//p") is not None:  # noqa: PLR2004 - it stands at the top
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}".split()
        line = _line(element)
        if byline_names(line) or line_kind(line):
            continue
        first_heading = number == 0 and element.tag in {"h2", "h3", "h4"} and len(line) > SMALLEST_PICTURE
        if (
            any(_STANDFIRST.fullmatch(part) for name in names for part in (name, *re.split(r"__?|--", name)))
            or first_heading
            or (number == 0 and element.tag in {"h2", "h3", "h4"} and any(alike(line, text) for text in described))
        ):
            return line
    return ""


def _drop_small_pictures(root: Element) -> None:
    """Take away icons, spacers and portraits beside names: pictures that say they are small."""
    for image in list(root.iter("img")):
        sizes = [int(value) for name in ("width", "height") if re.fullmatch(r"\d{1,5}", value := (image.get(name) or "").removesuffix("px"))]
        names = f"{image.get('class') or ''} {image.get('src') or ''}".lower()
        if (sizes and max(sizes) < SMALLEST_PICTURE) or re.search(r"\b(?:avatar|gravatar|logo|icon|emoji|pixel|spacer|badge)\b", names):
            image.drop_tree()


def _line(element: Element | None) -> str:
    return "" if element is None else SPACE.sub(" ", element.text_content()).strip()


def _inner(element: Element) -> str:
    import lxml.html  # noqa: PLC0415 - beside its one use

    return str(lxml.html.tostring(element, encoding="unicode", with_tail=False))
