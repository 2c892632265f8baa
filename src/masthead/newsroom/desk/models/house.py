"""Rules that the newsroom writes itself."""

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.models import RevisionMixin

from masthead.kernel.ids import code
from masthead.newsroom.desk import house
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import PROSE, Kind

HEADLINES = frozenset({Kind.HEADLINE, Kind.HEADING, Kind.PULL_QUOTE})


def new_code() -> str:
    """Return what a new rule is known by in findings and acceptances, for good."""
    return f"house-{code(6)}"


class DeskRule(RevisionMixin, models.Model):
    """A term the newsroom bans or prefers, or a pattern: data that becomes a check once it is switched on."""

    class Way(models.TextChoices):
        BANNED = house.Way.BANNED.value, "We do not write this"
        PREFERRED = house.Way.PREFERRED.value, "We prefer other words"
        PATTERN = house.Way.PATTERN.value, "A pattern (for those who know RE2)"

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    name = models.CharField(max_length=120, help_text="What you call it among yourselves.")
    way = models.CharField("what it asks", max_length=12, choices=Way.choices, default=Way.PREFERRED)
    looks_for = models.TextField(max_length=house.LONGEST, help_text="One term a line, or one pattern.")
    instead = models.CharField("write instead", max_length=200, blank=True, help_text="Offered to the writer; the desk changes no copy by itself.")
    reason = models.CharField(max_length=300, help_text="What the writer reads: why, in a sentence.")
    severity = models.CharField("how severe", max_length=8, choices=[(level.value, level.value) for level in Severity], default=Severity.WARN.value)
    whole_words = models.BooleanField(default=True, help_text="“art” is not found in “party”.")
    match_case = models.BooleanField("capitals count", default=False)
    in_text = models.BooleanField("in the text, standfirst and captions", default=True)
    in_headlines = models.BooleanField("in headlines, headings and pull quotes", default=True)
    language = models.CharField(max_length=12, blank=True, help_text="Only in stories in this language (BCP 47), such as en; left empty: in all.")
    owner = models.CharField("who answers for it", max_length=120, help_text="A person or a desk, to be asked about it.")
    finds = models.TextField("must be found in", blank=True, help_text="Sentences the rule has to find something in, one a line.")
    spares = models.TextField("must be left alone", blank=True, help_text="Sentences the rule has to leave alone, one a line.")
    on = models.BooleanField("switched on", default=False, help_text="Try it on the archive before you switch it on.")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "house rule"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def as_rule(self) -> house.Rule:
        """Return the rule as the plain value that checks are made of."""
        return house.Rule(
            id=self.code,
            way=house.Way(self.way),
            looks_for=self.looks_for,
            instead=self.instead,
            severity=Severity(self.severity),
            reason=self.reason,
            owner=self.owner,
            whole_words=self.whole_words,
            match_case=self.match_case,
            scope=(PROSE if self.in_text else frozenset()) | (HEADLINES if self.in_headlines else frozenset()),
            languages=frozenset({self.language.split("-", maxsplit=1)[0]}) if self.language else frozenset(),
        )

    def clean(self) -> None:
        """Refuse a rule that sees nothing, cannot work, or does not do what its examples say."""
        if not self.in_text and not self.in_headlines:
            raise ValidationError({"in_text": "The rule would see nothing: choose the text, the headlines, or both."})
        if self.way == self.Way.PREFERRED and not self.instead.strip():
            raise ValidationError({"instead": "Say what to write instead."})
        try:
            house.prove(self.as_rule(), finds=_lines(self.finds), spares=_lines(self.spares))
        except house.RuleRefused as refusal:
            raise ValidationError({"looks_for": str(refusal)}) from None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
