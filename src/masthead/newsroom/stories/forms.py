"""The newsroom's forms. That of a gated page asks the gate before publishing, so that nothing typed is lost to a refusal."""

import itertools
import json
from typing import Any

from django import forms
from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

from masthead.kernel import clock
from masthead.newsroom.stories import gate, statements
from masthead.newsroom.stories.models.corrections import Correction

SLUG_LENGTH = 80  # characters of an address made from a headline, as in actions


class GatedForm(WagtailAdminPageForm):
    """Wagtail's page form, with the gate's findings as its errors where the story is to be published."""

    def is_valid(self) -> bool:
        """Return whether the form may be saved as it was asked to be."""
        valid = bool(super().is_valid())
        if not valid or not self._goes_out():
            return valid
        page = self.save(commit=False)
        blocking = [finding for finding in gate.findings(page) if finding.severity is gate.Severity.BLOCK]
        for finding in blocking:
            self.add_error(finding.field if finding.field in self.fields else None, finding.message)
        return not blocking

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Wagtail's own signature
        """Return the page as typed; a new one is not public until its revision is published, which honours hour and embargo."""
        if self.instance.pk is None:
            self.instance.live = False
        return super().save(commit=commit)

    def _goes_out(self) -> bool:
        data: Any = self.data
        if "action-publish" in data:
            return True
        return "action-workflow-action" in data and data.get("workflow-action-name") == "approve"


class StoryForm(GatedForm):
    """A story's form. Its hours stand in a tab of their own, so the status panel offers no second way to them."""

    show_schedule_publishing_toggle = False
    statements_data = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from masthead.newsroom.stories.actions.statements import drafts_of  # noqa: PLC0415 - the actions know the models, which know this form

        self.initial["statements_data"] = statements.dump(drafts_of(self.instance))
        if "slug" in self.fields:
            self.fields["slug"].required = False  # the headline makes one

    def clean(self) -> Any:
        """Make the address from the headline where none is given, and the next free one where a new story's is taken.

        A browser may send none when somebody types faster than its scripts load; two headlines in the same words are no mistake.
        """
        slug = self.cleaned_data.get("slug") or slugify(self.cleaned_data.get("title") or "", allow_unicode=True)[:SLUG_LENGTH].strip("-") or "story"
        self.cleaned_data["slug"] = slug
        if self.instance.pk is None and not self._is_free(slug):
            self.cleaned_data["slug"] = next(other for number in itertools.count(2) if self._is_free(other := f"{slug}-{number}"))
        return super().clean()

    def clean_statements_data(self) -> list[statements.StatementDraft] | None:
        """Return the statements as sent; None where the form holds none, and those the story has stay."""
        text = self.cleaned_data["statements_data"]
        if "statements_data" not in self.data or not text:
            return None
        try:
            return statements.parse(text)
        except statements.StatementsRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Wagtail's own signature
        """Return the story as typed, its statements anchored to its words as they are typed."""
        from masthead.newsroom.stories.actions.statements import drafts_of, set_statements  # noqa: PLC0415 - as above

        story = super().save(commit=False)
        drafts = self.cleaned_data.get("statements_data")
        set_statements(story=story, drafts=drafts_of(story) if drafts is None else drafts, user=self.for_user, now=clock.now())
        if commit:
            story = super().save(commit=True)
        return story

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Return Wagtail's updates, and for the editor's scripts the statements as kept: where their words stand now, who is approved.

        No field bears that name, so Wagtail's own script passes it by: what was typed while it saved is not overwritten.
        """
        from masthead.newsroom.stories.actions.statements import drafts_of  # noqa: PLC0415 - as above

        approved = [str(statement.key) for statement in self.instance.statements.all() if statement.approved_by_id]
        saved = f'{{"statements": {statements.dump(drafts_of(self.instance))}, "approved": {json.dumps(approved)}}}'
        return [*super().get_field_updates_for_resave(), ("statements_saved", saved)]

    def _is_free(self, slug: str) -> bool:
        return bool(Page._slug_is_available(slug, self.parent_page, self.instance))  # noqa: SLF001 - what Wagtail's own form asks


class CorrectionForm(forms.Form):
    """What a public note on a story says."""

    kind = forms.ChoiceField(
        choices=Correction.Kind.choices,
        widget=forms.RadioSelect,
        initial=Correction.Kind.CORRECTION,
        help_text="Correction: we were wrong. Clarification: we were unclear. Update: the facts moved on. Retraction: the story does not stand.",
    )
    text = forms.CharField(
        label="What readers will read",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was wrong and what is right, in a sentence or two. It cannot be deleted, only withdrawn with a reason.",
    )


class WithdrawalForm(forms.Form):
    """Why a public note no longer holds."""

    reason = forms.CharField(
        label="Why it is withdrawn", widget=forms.Textarea(attrs={"rows": 3}), help_text="Readers will see it beside the note, which stays readable."
    )
