"""What an export holds, as typed records: people, terms, items, and the head of the file."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the old site. Items name it by `login`."""

    login: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Term:
    """A category, tag or other term, as the head of the file or an item names it; `parent` is a slug."""

    taxonomy: str
    slug: str
    name: str
    parent: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item as the file has it: nothing is judged, mended or unescaped yet. Dates are the file's own words."""

    line: int
    id: str
    type: str
    title: str
    link: str
    guid: str
    creator: str
    slug: str
    status: str
    dated: str
    dated_gmt: str
    modified_gmt: str
    published: str
    content: str
    excerpt: str
    password: str
    sticky: bool
    parent: str
    attachment_url: str
    terms: tuple[Term, ...]
    meta: tuple[tuple[str, str], ...]
    comments: int

    def meta_value(self, key: str) -> str:
        """Return the first value of the custom field `key`, or nothing."""
        return next((value for name, value in self.meta if name == key), "")

    def meta_values(self, key: str) -> list[str]:
        """Return every value of the custom field `key`."""
        return [value for name, value in self.meta if name == key]


@dataclass(slots=True)
class Head:
    """What the file says once: the site, its people and its terms."""

    title: str = ""
    link: str = ""
    base_site_url: str = ""
    base_blog_url: str = ""
    language: str = ""
    version: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The old site's address, without a slash at its end."""
        return (self.base_blog_url or self.link or self.base_site_url).rstrip("/")
