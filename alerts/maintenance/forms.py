"""A maintenance window as an administrator opens it."""

from datetime import timedelta
from typing import Any

from django import forms

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.models import MaintenanceWindow
from alerts.planning import database_now
from zones.models import Camera

FARTHEST = timedelta(days=366)  # assumed: later is a slip of the hand
LONGEST_H = int(MaintenanceWindow.LONGEST / timedelta(hours=1))


class LocalTimeField(forms.DateTimeField):
    """A time by the service's clock; an hour that is not there or comes twice is refused in words."""

    def to_python(self, value: Any) -> Any:
        """Read it.

        Raises:
            ValidationError: it is no time, or the clocks change in its hour.
        """
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            words = (
                "The clocks change in that hour: it is not there, or it comes twice. Choose a time before or after it."
            )
            raise forms.ValidationError(words) from error


class WindowForm(forms.Form):
    """Where, for how long, and why."""

    place = forms.ChoiceField(label="What is worked on")
    hours = forms.IntegerField(label=f"For how many hours (at most {LONGEST_H})", min_value=1, max_value=LONGEST_H)
    starts_at = LocalTimeField(
        label="From (empty: now)",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(max_length=200, label="Why", error_messages={"required": "Say why: the reason is kept."})

    def __init__(self, *args: Any, by: scope.Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = scope.sites(by, Act.MANAGE_PAGING)
        sites = [(f"site-{site.pk}", str(site)) for site in here.order_by("name")]
        cameras = [
            (f"camera-{c.pk}", str(c))
            for c in Camera.objects.filter(site__in=here).select_related("site").order_by("pk")
        ]
        drawn = scope.zones(by, Act.MANAGE_PAGING).select_related("camera__site")
        zones = [(f"zone-{z.pk}", str(z)) for z in drawn.order_by("pk")]
        field: Any = self.fields["place"]
        field.choices = [("Whole site", sites), ("Camera", cameras), ("Zone", zones)]

    def clean_starts_at(self) -> Any:
        """Now where nothing is said; the past and a far future are refused."""
        now = database_now()
        at = self.cleaned_data["starts_at"] or now
        if at < now - timedelta(minutes=5):
            raise forms.ValidationError("That is over already. Leave it empty to begin now.")
        if at > now + FARTHEST:
            raise forms.ValidationError("That is more than a year from now: look at the date again.")
        return at

    def window(self, *, by: str) -> MaintenanceWindow:
        """The window, not saved yet."""
        kind, _, key = self.cleaned_data["place"].partition("-")
        starts_at = self.cleaned_data["starts_at"]
        return MaintenanceWindow(
            **{f"{kind}_id": int(key)},
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=self.cleaned_data["hours"]),
            reason=self.cleaned_data["reason"],
            opened_by=by,
        )
