"""What is typed about parties and documents in the desk."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.snippets.widgets import AdminSnippetChooser

from masthead.kernel.http import AddressRefused
from masthead.newsroom.sources import links, rules
from masthead.newsroom.sources.actions.parties import free_slug
from masthead.newsroom.sources.addresses import is_profile
from masthead.newsroom.sources.models import OutletDomain, Party, SourceDocument


def _or_error(found: str | rules.Wrong) -> str:
    if isinstance(found, rules.Wrong):
        raise forms.ValidationError(found.why)
    return found


class PartyForm(WagtailAdminModelForm):
    """A person, organisation or account."""

    wikidata_id = forms.CharField(required=False, max_length=200, label="Wikidata", help_text="Its number, such as Q42, or its address.")
    kinds = (Party.Kind.PERSON, Party.Kind.ORGANISATION, Party.Kind.ACCOUNT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False  # the name makes one
        if "kind" in self.fields:
            self.fields["kind"].choices = [(kind.value, kind.label) for kind in self.kinds]

    def clean_wikidata_id(self) -> str:
        """Return the item's number."""
        return _or_error(rules.wikidata_item(self.cleaned_data["wikidata_id"]))

    def clean(self) -> dict[str, Any]:
        """Make the address of their page from the name where none is given, and bring an account's own into one form."""
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("name") and not cleaned.get("slug"):
            cleaned["slug"] = free_slug(cleaned["name"], besides=self.instance.pk)
        if cleaned.get("kind") == Party.Kind.ACCOUNT:
            found = rules.account_address(cleaned.get("website") or "")
            if isinstance(found, rules.Wrong):
                self.add_error("website", found.why)
            else:
                cleaned["website"] = found
        return cleaned


class OutletForm(PartyForm):
    """An outlet, with its domains and affiliations."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = Party.Kind.OUTLET


class DomainForm(WagtailAdminModelForm):
    """A domain, written in one way."""

    def clean_domain(self) -> str:
        """Return the domain as it is stored; another outlet's is refused with its name."""
        found = _or_error(rules.domain(self.cleaned_data["domain"]))
        other = OutletDomain.objects.filter(domain=found).exclude(pk=self.instance.pk).select_related("party").first()
        if other is not None and other.party_id != self.instance.party_id:
            raise forms.ValidationError(f"{found} is {other.party.name}'s: an address has one outlet.")
        return found


class DocumentForm(WagtailAdminModelForm):
    """A document. An address that is somebody's profile, or another document's, is refused."""

    def clean_url(self) -> str:
        """Return the address without what only follows readers around."""
        typed = self.cleaned_data["url"]
        if not typed:
            return ""
        try:
            address, canonical = links.cleaned(typed), links.canonical(typed)
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from None
        if is_profile(address):
            raise forms.ValidationError(f"{address} is a profile, which shows something else tomorrow: give the address of the post itself.")
        other = SourceDocument.objects.filter(canonical_url=canonical).exclude(pk=self.instance.pk).first()
        if other is not None:
            raise forms.ValidationError(f"This address is the document “{other}” already: use that one.")
        self.instance.canonical_url = canonical
        return address

    def clean(self) -> dict[str, Any]:
        """Refuse a document that nobody could tell from another."""
        cleaned: dict[str, Any] = super().clean()
        if not cleaned.get("url") and "url" not in self.errors:
            self.instance.canonical_url = ""
            if not cleaned.get("title"):
                self.add_error("title", "A document without an address needs a title.")
        return cleaned


class MergeForm(forms.Form):
    """Which one is kept."""

    def __init__(self, *args: Any, gone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model = type(gone)
        self.fields["keep"] = forms.ModelChoiceField(
            queryset=model.objects.filter(merged_into__isnull=True).exclude(pk=gone.pk), label="Merge it into", widget=AdminSnippetChooser(model)
        )
