"""The parts of a note that stand within a sentence: who, through whom, where it can be seen."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from masthead.delivery.templatetags.theme import long_date
from masthead.newsroom.stories.sourcing import Card, Label, Paper, Relay, Who
from masthead.newsroom.stories.templatetags.sourcing import said_by

register = template.Library()


@register.simple_tag
def speaker(card: Card, *, plain: bool = False) -> SafeString:
    """Return who said it, with the office of that day."""
    name = who(card.speaker, plain=plain) if card.speaker else format_html("{}", capfirst(said_by(card)))
    return format_html("{}, {}", name, card.speaker_title) if card.speaker_title else name


@register.simple_tag
def who(party: Who, more: str = "", *, plain: bool = False) -> SafeString:
    """Return a party's name, linked to its page, and in brackets what it belongs to, to be opened for how we know, and `more`; `plain`: in words alone."""
    name = format_html('<a href="{}">{}</a>', party.path, party.name) if party.path and not plain else format_html("{}", party.name)
    label = (party.label.words if plain else label_why(party.label)) if party.label else ""
    inside = format_html_join("; ", "{}", ((part,) for part in (label, more) if part))
    return format_html("{} ({})", name, inside) if inside else name


@register.simple_tag
def label_why(label: Label) -> SafeString:
    """Return what an outlet belongs to, to be opened for the reason: works without a script."""
    since = gettext("Since %(day)s") % {"day": long_date(label.since)} if label.since else ""
    why = ". ".join(part.rstrip(".") for part in (label.owner, label.reason, since) if part)
    return format_html('<details class="why"><summary>{}</summary><span>: {}</span></details>', label.words, why)


@register.simple_tag
def chain(card: Card, *, plain: bool = False) -> SafeString:
    """Return who relayed it, in order, as a sentence: “As relayed by TASS (state-run), then reported by Harbour Wire.”."""
    steps = []
    for number, relay in enumerate(card.relays):
        verb = relay.verb or (gettext("reported") if number else gettext("relayed"))
        begins = gettext("then %(verb)s by") if number else pgettext("relayed", "As %(verb)s by")
        steps.append((begins % {"verb": verb}, who(relay.outlet, _report(relay), plain=plain)))
    return format_html("{}.", format_html_join(", ", "{} {}", steps)) if steps else mark_safe("")


def _report(relay: Relay) -> str:
    """Return where a relay's own report can be seen."""
    if relay.paper is None:
        return ""
    day = relay.paper.published_on
    words = gettext("report of %(day)s") % {"day": long_date(day)} if day else gettext("report")
    return format_html("{}, {}", paper(relay.paper, words), relay.locator) if relay.locator else paper(relay.paper, words)


@register.simple_tag
def original(card: Card, *, plain: bool = False) -> SafeString:
    """Return where the original can be seen, or that it was not available, as a sentence; empty for what the newsroom saw itself."""
    if card.paper is None:
        return mark_safe("" if card.is_seen else gettext("The original was not available to us."))
    publisher, day = card.paper.publisher, card.paper.published_on
    said = [
        paper(card.paper, card.paper.title or card.paper.kind_words),
        who(publisher, plain=plain) if publisher and publisher.name != card.said_by else "",
        long_date(day) if day and day != card.said_on else "",
        card.locator,
    ]
    begins = gettext("Original:") if card.is_seen else gettext("Said in:")
    return format_html("{} {}.", begins, format_html_join(", ", "{}", ((part,) for part in said if part)))


@register.simple_tag
def paper(shown: Paper, words: str) -> SafeString:
    """Return a document as a link called `words`, whether it is still as it was, and its public copy."""
    parts = [format_html('<a href="{}" rel="external">{}</a>', shown.url, words) if shown.url else format_html("{}", words)]
    if shown.state:
        parts.append(format_html('<span class="note-state">{}</span>', _state(shown)))
    if shown.copy:
        name = gettext("our copy") if shown.copy.is_ours else gettext("archived copy")
        name = gettext("%(copy)s of %(day)s") % {"copy": name, "day": long_date(shown.copy.taken_on)} if shown.copy.taken_on else name
        parts.append(format_html('<a href="{}">{}</a>', shown.copy.url, name))
    return format_html_join(", ", "{}", ((part,) for part in parts))


def _state(shown: Paper) -> str:
    day = {"day": long_date(shown.state_since)} if shown.state_since else None
    if shown.state == "gone":
        return gettext("gone since %(day)s") % day if day else gettext("gone since")
    return gettext("changed since we saw it, %(day)s") % day if day else gettext("changed since we saw it")


@register.simple_tag
def where(card: Card) -> str:
    """Return in what, when and where it was said, as a line."""
    day = long_date(card.said_on) if card.said_on else ""
    return ", ".join(filter(None, [card.channel, day, card.place]))
