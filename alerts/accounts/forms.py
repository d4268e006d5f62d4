"""Forms of the page of people, and of the second step."""

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from django import forms
from django.contrib.auth.models import User

from alerts.accounts import scope, tries
from alerts.accounts.roles import Act, Role
from alerts.models import Agency
from zones.models import Site


class GrantForm(forms.Form):
    """A role, where it counts, and why."""

    role = forms.ChoiceField(choices=[(role.value, role.words) for role in Role])
    site = forms.ModelChoiceField(Site.objects.none(), required=False, empty_label="every site")
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        required=False,
        empty_label="the house",
        help_text="Only for people of a partner: they see what it was paged for, and what is shared with it.",
    )
    why = forms.CharField(max_length=200, label="Why")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = scope.sites(by, Act.GIVE_ROLES)  # type: ignore[attr-defined]
        self.fields["agency"].queryset = scope.agencies(by, Act.GIVE_ROLES)  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """A new log-in."""

    username = forms.CharField(max_length=150, label="User name")
    name = forms.CharField(max_length=150, label="Name")


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]
    """Codes of an authenticator app and recovery codes: as few tries as for a password."""

    def clean_code(self) -> str:
        """The code, if it is right.

        Raises:
            ValidationError: it is not, or there were too many tries.
        """
        request, name = context.request, tries.SECOND_STEP + self.user.get_username()
        words = tries.must_wait(request, name)
        if words:
            raise forms.ValidationError(words)
        try:
            code: str = super().clean_code()
        except forms.ValidationError:
            tries.failed(request, name)
            raise
        return code
