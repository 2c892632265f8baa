"""What on a saved page is not the story: rules over one line of text or one element's names. Pure, and careful.

A line is furniture only for what it says as a whole; a sentence of a story that speaks of donations or of sharing
stays. Whatever is left out is listed, line by line, for the editor to see.
"""

import re
from enum import StrEnum


class Furniture(StrEnum):
    """Kinds of page furniture, as the report names them."""

    METER = "donation meter"
    APPEAL = "appeal"
    SHARE = "sharing"
    RELATED = "related links"
    COMMENTS = "comments"
    COOKIES = "cookie notice"
    MENU = "menu"
    FOOTER = "footer"
    ADVERT = "advertisement"
    DATE = "date"
    BYLINE = "byline"
    DETAILS = "details of publication"
    REPEATED = "headline again"
    CODE = "form or script"


_AMOUNT = (
    r"(?:[$€£¥₹₽₪₺₩]|US\$|A\$|C\$|NZ\$|R\$|USD|EUR|GBP|CHF)?\s?\d[\d.,\u00a0\u202f']*\s?(?:[kKmM]\b)?\s?(?:[$€£¥₹₽₪₺₩%]|USD|EUR|GBP|CHF|dollars|euros|pounds)?"
)
_METER_WORDS = r"raised|pledged|donated|funded|given|collected|of|goal|target|our|the|so|far|to|go|left|this|per|month|monthly|year|from|by|supporters?|donors?|donations?|gifts?|backers?|readers?|we|have|has|been|fundraising|progress|total|current|currently|minimum|needed|reached|days?|/"
# Atomic and possessive: amounts within amounts would otherwise be tried in every way.
_METER = re.compile(rf"(?>{_AMOUNT}|\b(?:{_METER_WORDS})\b|[\s|/:·•–—\-!.,()])++", re.IGNORECASE)
_MONEY = re.compile(r"[$€£¥₹₽₪₺₩]\s?\d|\d\s?(?:[$€£¥₹₽₪₺₩%]|USD|EUR|GBP|CHF|dollars|euros|pounds)|\b(?:USD|EUR|GBP)\s?\d", re.IGNORECASE)

_APPEAL = re.compile(
    r"""\bdo\s+you\s+(?:like|enjoy|love|value)\s+(?:this|our|what)\b
    |\b(?:did\s+you\s+)?(?:like|enjoy)(?:ed)?\s+(?:this|our)\s+(?:content|story|article|post|work|reporting)\s*\?
    |\bconsider\s+(?:helping|supporting|donating|contributing|subscribing|becoming|a\s+(?:small\s+)?(?:donation|contribution|gift)|making\s+a)
    |\b(?:please\s+)?(?:support|help|fund)\s+(?:us\b|our\s+(?:work|journalism|newsroom|reporting|site|project|team|mission)|independent\s+(?:journalism|media|news))
    |\bhelp\s+us\s+(?:to\s+)?(?:keep|continue|grow|reach|pay|stay|survive|cover|report|do)
    |\b(?:make|give|send)\s+(?:us\s+)?an?\s+(?:one-time\s+|one-off\s+|monthly\s+|small\s+)?(?:donation|contribution|gift)\s*(?:today|now|here|!|\.|$)
    |\bbecome\s+an?\s+(?:member|supporter|patron|subscriber|donor)\b
    |\bbuy\s+(?:us|me)\s+a\s+coffee\b
    |\byour\s+(?:donation|contribution|support|gift|subscription|help)\s+(?:\w+\s+){0,3}(?:helps?|keeps?|makes?|lets?|allows?|pays?|enables?|matters|counts|means)
    |\bwe\s+(?:rely|depend)\s+(?:\w+\s+)?on\s+(?:readers|our\s+readers|you|your|donations)
    |\b(?:every|any)\s+(?:dollar|euro|pound|cent|amount|contribution|donation)\s+(?:counts|helps|matters|makes)
    |\bif\s+you\s+(?:can\s+afford|like\s+(?:what|our)|value\s+(?:our|what|this|independent)|find\s+(?:our|this)\s+(?:work|content))
    |\b(?:sign\s+up|subscribe)\s+(?:for|to)\s+(?:our|the|free)\b.{0,60}\b(?:newsletter|e-?mails?|updates|briefing|alerts|channel)
    |\bget\s+(?:our|the)\s+(?:best|latest|top|news|stories|newsletter)\b.{0,60}\b(?:inbox|e-?mail)
    |\bthank\s+you\s+for\s+(?:reading|your\s+support|supporting)""",
    re.IGNORECASE | re.VERBOSE,
)
_LINES: tuple[tuple[Furniture, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?:{pattern})\s*[.:!»›→]*\s*", re.IGNORECASE | re.VERBOSE))
    for kind, pattern in (
        (
            Furniture.APPEAL,
            (
                r"\W*(?:donate|support|contribute|subscribe|join)(?:\s+(?:now|today|here|us|once|monthly|via\s+\w+|with\s+\w+))*|become\s+a\s+member|give\s+now"
                r"|newsletter|e-?mail\s+address|your\s+e-?mail(?:\s+address)?|sign\s+up|log\s*in|register|monthly|one[-\s]?time|once|other\s+amount|chip\s+in"
            ),
        ),
        (
            Furniture.SHARE,
            (
                r"(?:share|tweet|pin|post|send|e-?mail|print|copy\s+link|save|like|follow(?:\s+us)?|whatsapp|telegram|facebook|twitter|x|linkedin|reddit|pinterest|instagram"
                r"|mastodon|bluesky|threads|youtube|tiktok|rss|messenger|viber|pocket)"
                r"(?:\s*(?:this|on|via|to|with|by|us|a|article|story|post|page|link|friend|friends|it|now|facebook|twitter|x|whatsapp|telegram|linkedin|reddit|e-?mail|instagram|[/|,·•]))*"
                r"|\d[\d.,]*\s*[km]?\s*(?:shares?|likes?|views?|comments?|reads?|retweets?)|share\s*:.*"
            ),
        ),
        (
            Furniture.RELATED,
            (
                r"(?:read|see|you\s+(?:may|might)|watch|more|related|recommended|also|most|latest|trending|popular|top|other|similar|further|previous|next|recent|don['’]t\s+miss|from|editor['’]?s)"
                r"(?:\s+(?:also|more|next|like|read|on|this|from|the|stories|articles|posts?|news|reading|interested|be|in|author|section|topic|related|coverage|picks|category|viewed|popular|now))*"
                r"|(?:tags?|filed\s+under|topics|categor(?:y|ies)|posted\s+in)(?:\s*:.*)?|(?:read|see)\s+(?:also|more|next|related)\s*:.*|[←«‹]?\s*(?:previous|next|older|newer)\s+(?:post|article|story|page).*"
            ),
        ),
        (
            Furniture.COMMENTS,
            r"(?:\d+\s+|no\s+)?(?:comments?|repl(?:y|ies)|responses?)|(?:leave|post|add|write)\s+(?:a|your)\s+(?:comment|reply)|join\s+the\s+(?:conversation|discussion)|be\s+the\s+first\s+to\s+comment.*",
        ),
        (
            Furniture.COOKIES,
            r"(?:we|this\s+(?:web)?site)\s+uses?\s+cookies\b.*|.*\bcookie\s+(?:policy|settings|preferences|notice)\b.*|accept(?:\s+all)?(?:\s+cookies)?|reject\s+all|manage\s+(?:cookies|preferences)|got\s+it",
        ),
        (
            Furniture.MENU,
            r"menu|home|search|close|skip\s+to\s+(?:main\s+)?content|toggle\s+\w+|back\s+to\s+top|top|navigation|sections?|about\s+us|contact(?:\s+us)?|open\s+menu",
        ),
        (
            Furniture.FOOTER,
            (
                r"(?:copyright|©|\(c\)).{0,160}|.{0,80}all\s+rights\s+reserved.{0,80}|privacy(?:\s+policy)?|terms(?:\s+(?:of\s+(?:use|service)|and\s+conditions|&\s+conditions))?"
                r"|powered\s+by\s+.{1,40}|proudly\s+powered\s+by.{1,40}|imprint|impressum|sitemap"
            ),
        ),
        (
            Furniture.ADVERT,
            r"advertisements?|advert|sponsored(?:\s+(?:content|by.{0,60}))?|promoted|ad|article\s+continues\s+(?:below|after).{0,40}|story\s+continues\s+below.{0,40}",
        ),
    )
)
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DATE = re.compile(
    rf"(?:(?:published|posted|updated|last\s+updated|modified|on|date)\s*:?\s*(?:on\s+)?)*(?:{_DAY}\.?,?\s+)?(?:(?:{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})|(?:\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH}\.?,?\s+\d{{4}})|(?:\d{{4}}-\d\d-\d\d)|(?:\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}))"
    r"(?:\s*(?:,|at|-|–|\||·)?\s*\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,5}|\([A-Z]{2,5}\))?)?(?:\s*[|·•–-]\s*\d+\s*min(?:ute)?s?\s+read)?\.?",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:by|written by|words by|story by|reported by)\s+(?P<names>[^\W\d_][^.!?:;]{1,100})", re.IGNORECASE)
_ELEMENT_NAMES: tuple[tuple[Furniture, str], ...] = (
    (Furniture.METER, r"(?:donation|funding|fundraising|contribution|campaign|support|goal|pledge)[-_]?(?:meter|bar|progress|goal|thermometer|tracker)|thermometer|progress[-_]?bar|fund[-_]?meter"),
    (Furniture.APPEAL, r"donat\w*|appeal|support[-_]?us|contribut\w*|newsletter\w*|subscri\w*|membership\w*|paywall|signup|sign[-_]up|call[-_]to[-_]action|cta|patreon|kofi"),
    (Furniture.SHARE, r"shar(?:e|ing)\w*|social\w*|addtoany\w*|sharedaddy|addthis\w*|follow[-_]us"),
    (Furniture.RELATED, r"related\w*|recommend\w*|read[-_]?(?:more|next|also)|most[-_]?(?:read|popular)|trending|more[-_]?stories|post[-_]?navigation|pagination|pager|nav[-_]?links|tags?[-_]?(?:list|links|cloud)|post[-_]?tags|entry[-_]?footer|jp-relatedposts|outbrain\w*|taboola\w*"),
    (Furniture.DETAILS, r"(?:entry|post|article|story)[-_]?(?:meta|details|info)|by-?line|dateline|timestamp|posted-on"),
    (Furniture.COMMENTS, r"comments?|comment[-_]?(?:list|respond|form|section|area)|respond|disqus\w*"),
    (Furniture.COOKIES, r"cookies?\w*|consent\w*|gdpr\w*|cc-window"),
    (Furniture.MENU, r"nav|navbar|menu\w*|main[-_]?(?:menu|nav)|navigation|breadcrumbs?|skip[-_]?links?|screen-reader-text|site[-_]?header|masthead|topbar|top[-_]bar|search[-_]?form|off[-_]?canvas|language[-_]?switch\w*"),
    (Furniture.FOOTER, r"footer|site[-_]?footer|colophon|copyright|legal|sidebar\w*|widget[-_]?area|widgets?|author[-_]?(?:bio|box|info)|about[-_]author"),
    (Furniture.ADVERT, r"ads?|advert\w*|ad[-_]\w+|adsense|sponsor\w*|promo\w*|banner"),
)  # fmt: skip
_ELEMENTS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ELEMENT_NAMES)
LONGEST_LINE = 160
LONGEST_APPEAL = 700


def line_kind(text: str) -> Furniture | None:
    """Return what kind of furniture one whole line or paragraph is, or None for text of the story."""
    line = " ".join(text.split())
    if not line:
        return None
    if is_meter(line):
        return Furniture.METER
    if len(line) <= LONGEST_LINE:
        if _DATE.fullmatch(line):
            return Furniture.DATE
        found = next((kind for kind, pattern in _LINES if pattern.fullmatch(line)), None)
        if found is not None:
            return found
    return Furniture.APPEAL if is_appeal(line) else None


def is_meter(line: str) -> bool:
    """Return whether a line is nothing but amounts and the words around them: “$0 $2,500 $5,000 raised $3,075”."""
    return len(line) <= LONGEST_LINE and bool(_MONEY.search(line) and _METER.fullmatch(line))


def is_appeal(text: str) -> bool:
    """Return whether a paragraph asks its reader for support. One that quotes somebody asking is not an appeal."""
    line = " ".join(text.split())
    match = _APPEAL.search(line) if len(line) <= LONGEST_APPEAL else None
    if match is None:
        return False
    before = line[: match.start()]
    return not (before.count("“") > before.count("”") or before.count('"') % 2)


def byline_names(text: str) -> list[str]:
    """Return the names in a line such as “By Ada Okafor and Idris Bell”, or nothing for any other line."""
    match = _BYLINE.fullmatch(" ".join(text.split()))
    if not match or len(match["names"].split()) > 12:  # noqa: PLR2004 - three or four names; a sentence has more words
        return []
    names = [name.strip(" ,|") for name in re.split(r",|\band\b|&|\|", match["names"])]
    return [name for name in names if name and (name[0].isupper() or not name[0].isascii())]


def element_kind(*, tag: str, names: str, role: str) -> Furniture | None:
    """Return what kind of furniture an element is by its tag, class and id names, or role; None where it may hold the story."""
    if tag in {"nav", "menu"} or role in {"navigation", "search", "menubar", "menu"}:
        return Furniture.MENU
    if role in {"progressbar", "meter"} or tag in {"progress", "meter"}:
        return Furniture.METER
    if tag == "footer" or role in {"contentinfo", "complementary"}:
        return Furniture.FOOTER
    if tag in {"form", "button", "select", "input", "textarea", "dialog"} or role in {"dialog", "alertdialog"}:
        return Furniture.CODE
    if tag in {"article", "main", "body", "html"}:
        return None
    words = names.split()
    return next((kind for kind, pattern in _ELEMENTS if any(pattern.fullmatch(word) for word in words)), None)
