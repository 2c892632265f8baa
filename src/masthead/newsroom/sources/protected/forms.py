"""What is typed about a protected source. Nothing typed is kept by the browser, or shown again after the page is left."""

import uuid
from typing import Any

from django import forms

from masthead.newsroom.sources.protected.actions import KEEP
from masthead.newsroom.sources.uses import unnamed_statements
from masthead.newsroom.staff.models import User

PASSWORD = forms.PasswordInput(attrs={"autocomplete": "current-password"})
SILENT = {"autocomplete": "off", "spellcheck": "false"}  # a browser's spelling service may send words elsewhere


class SourceForm(forms.Form):
    """A source. Once the ten minutes are over it asks for the password beside what is typed, so that nothing is lost."""

    called = forms.CharField(
        label="Your word for it", max_length=100, widget=forms.TextInput(attrs=SILENT), help_text="For the list: such as “the nurse”. Not the name."
    )
    name = forms.CharField(max_length=300, widget=forms.TextInput(attrs=SILENT))
    contact = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs=SILENT | {"rows": 3}), help_text="How to reach them safely.")
    why = forms.CharField(required=False, label="Why they are protected", max_length=5000, widget=forms.Textarea(attrs=SILENT | {"rows": 3}))
    statements = forms.TypedMultipleChoiceField(
        required=False,
        coerce=uuid.UUID,
        widget=forms.CheckboxSelectMultiple,
        label="What they said",
        help_text="Statements of speakers that stories do not name. The tie is kept here alone; the story knows nothing of it.",
    )
    password = forms.CharField(required=False, label="Your password, again", strip=False, widget=PASSWORD)

    def __init__(self, *args: Any, locked: bool = False, tied: tuple[uuid.UUID, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {str(statement.key): statement.words for statement in unnamed_statements()}
        choices |= {str(key): "A statement that is in no story now" for key in tied if str(key) not in choices}
        self.fields["statements"].choices = list(choices.items())  # type: ignore[attr-defined]
        if not locked:
            del self.fields["password"]


class ReadersForm(forms.Form):
    """Who may open a source besides the person who keeps it."""

    readers: Any = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), required=False, label="Colleagues who may open it", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, creator: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = [user.pk for user in User.objects.filter(is_active=True).exclude(pk=creator) if user.has_perm(KEEP)]
        self.fields["readers"].queryset = User.objects.filter(pk__in=colleagues).order_by("first_name", "last_name", "email")  # type: ignore[attr-defined]


class UnlockForm(forms.Form):
    """The password, again."""

    password = forms.CharField(label="Your password", strip=False, widget=PASSWORD)
