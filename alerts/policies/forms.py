"""A policy and its steps in the admin: what cannot page is refused here, with the reason."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from alerts.models import Policy, Subject
from alerts.policies.checks import problems
from alerts.policies.drafts import draft_of
from zones.tier import Tier


class PolicyForm(forms.ModelForm):
    """A policy; every save says why."""

    why = forms.CharField(max_length=200, label="Why", help_text="Kept with this version, with your name and the time.")

    class Meta:
        model = Policy
        fields = ("site", "zone", "subject", "tier", "loops", "acknowledged_for_s", "quiet_hours", "quiet_way")

    def clean(self) -> dict[str, Any]:
        """Refuse a zone of another site, and a camera fault of a zone: a camera has no zone when it cannot see.

        Raises:
            ValidationError: by field, in plain words.
        """
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        zone, site = cleaned.get("zone"), cleaned.get("site")
        if zone is not None and site is not None and zone.camera.site_id != site.pk:
            self.add_error("zone", f"{zone} is not at {site}: choose one of its zones, or none.")
        if zone is not None and cleaned.get("subject") == Subject.CAMERA:
            self.add_error("zone", "A camera fault is of the whole camera: leave the zone empty.")
        return cleaned


class StepFormSet(forms.BaseInlineFormSet):
    """All steps of a policy together: together they must reach somebody."""

    def clean(self) -> None:
        """Refuse steps that reach nobody, quiet hours from urgent upwards, and a policy without steps.

        Raises:
            ValidationError: every problem in plain words.
        """
        super().clean()
        if any(self.errors) or self.instance.tier is None:
            return
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        steps = [form.instance for form in kept if form not in self.deleted_forms]
        steps.sort(key=lambda step: step.position)
        drafts = [draft_of(step, self.instance.site_id) for step in steps]
        if found := problems(Tier(self.instance.tier), drafts, quiet_hours=self.instance.quiet_hours):
            raise ValidationError([ValidationError(words) for words in found])
