"""How the newsroom signs in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms.auth import LoginForm

from masthead.kernel import clock
from masthead.newsroom.staff import throttle


class SignInForm(LoginForm):
    """Wagtail's form with an e-mail field, closed after too many tries before any password is looked at."""

    username = forms.EmailField(label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}))

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["password"].widget.attrs.update({"autocomplete": "current-password", "placeholder": ""})
        self.fields["username"].widget.attrs.pop("placeholder", None)

    def clean(self) -> Any:
        """Check the password, if this account and place have tries left."""
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            return super().clean()
        try:
            this = throttle.admit(name=name, place=throttle.place(self.request), now=clock.now())
        except throttle.TooManyTries as refusal:
            raise ValidationError(str(refusal), code="throttled") from None
        cleaned = super().clean()
        throttle.succeed(this)
        return cleaned
