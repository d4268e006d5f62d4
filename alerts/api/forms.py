"""The form that a token is made with."""

from django import forms

from alerts.api.scopes import SCOPES
from alerts.keys import LONGEST_DAYS
from alerts.models import Agency, Contact
from zones.models import Site


class TokenForm(forms.Form):
    """Name, scopes, sites, whose it is, the contact it acts for, and its days."""

    name = forms.CharField(max_length=80, label="Which system will use it")
    scopes = forms.MultipleChoiceField(
        choices=[(name, f"{name}: {words}") for name, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
    )
    sites = forms.ModelMultipleChoiceField(
        Site.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Which sites it sees (none chosen: all)",
    )
    agency = forms.ModelChoiceField(
        Agency.objects.order_by("name"),
        required=False,
        empty_label="the house: everything at its sites",
        label="Whose system it is (an agency's sees only what the agency was paged for, or is shared with it)",
    )
    contact = forms.ModelChoiceField(
        Contact.objects.filter(active=True).select_related("agency").order_by("name"),
        required=False,
        empty_label="nobody: it only reads",
        label="In whose name it takes on, notes and closes",
    )
    days = forms.IntegerField(min_value=1, max_value=LONGEST_DAYS, initial=90, label="Valid for how many days")
