"""A policy and its steps in the admin: what cannot page is refused here, with the reason."""

from django import forms
from django.core.exceptions import ValidationError

from alerts.models import Policy
from alerts.policies.checks import problems
from alerts.policies.drafts import draft_of
from zones.tier import Tier


class PolicyForm(forms.ModelForm):
    """A policy; every save says why."""

    why = forms.CharField(max_length=200, label="Why", help_text="Kept with this version, with your name and the time.")

    class Meta:
        model = Policy
        fields = ("site", "subject", "tier", "loops", "acknowledged_for_s", "quiet_hours", "quiet_way")


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
