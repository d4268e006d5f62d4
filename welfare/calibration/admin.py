"""Proposals and silent concerns in the admin: looked at, decided with a reason, never edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from welfare.calibration import deciding, silent_days
from welfare.calibration.deciding import DecisionError
from welfare.calibration.models import Proposal, SilentConcern
from zones.models import DRAW, Zone

DECISIONS = {"approve": deciding.approve, "refuse": deciding.refuse, "roll_back": deciding.roll_back}
POSSIBLE = {
    Proposal.State.WAITING: [("approve", "Approve: these values are watched from now on"), ("refuse", "Refuse")],
    Proposal.State.APPROVED: [("roll_back", "Roll back: the values before are watched again")],
}


class ZoneAdmins(admin.ModelAdmin):
    """For those who draw zones; nothing is added, and nothing deleted but by its age."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DRAW)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(DRAW)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(DRAW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class DecisionForm(forms.ModelForm):
    """What to do with a proposal, and why."""

    decision = forms.ChoiceField(widget=forms.RadioSelect, required=False)
    why = forms.CharField(max_length=300, required=False, help_text="Kept with the version and in the audit chain.")

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = POSSIBLE.get(Proposal.State(self.instance.state), [])  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Both must be given."""
        given = super().clean() or {}
        if not given.get("decision"):
            raise forms.ValidationError("Choose what shall become of this proposal.")
        if not (given.get("why") or "").strip():
            raise forms.ValidationError("Say in a few words why: the reason is kept.")
        return given


@admin.register(Proposal)
class ProposalAdmin(ZoneAdmins):
    """Each proposal with what it would have changed on the zone's history."""

    form = DecisionForm
    list_display = ("zone", "made_at", "state", "would_change", "decided_by", "decided_at")
    list_filter = ("state",)
    readonly_fields = ("zone", "made_at", "state", "effect_on_history", "decided_by", "decided_at", "decided_why")
    fields = (*readonly_fields, "decision", "why")

    def get_fields(self, request: HttpRequest, obj: Proposal | None = None) -> Any:
        """The decision is asked for where there is one to make."""
        return self.fields if obj is not None and obj.state in POSSIBLE else self.readonly_fields

    @admin.display(description="would change")
    def would_change(self, proposal: Proposal) -> str:
        return ", ".join(f"{c['name']} {c['before']:g} to {c['after']:g}" for c in proposal.changes)

    @admin.display(description="what it would have changed")
    def effect_on_history(self, proposal: Proposal) -> SafeString:
        return render_to_string("calibration/effect.html", {"proposal": proposal, "effect": proposal.effect})

    def save_model(self, request: HttpRequest, obj: Proposal, form: Any, change: bool) -> None:
        """Decide, or say why not."""
        decide = DECISIONS[form.cleaned_data["decision"]]
        try:
            decided = decide(obj.pk, by=request.user.get_username(), why=form.cleaned_data["why"])
        except DecisionError as error:
            self.message_user(request, f"Nothing was changed: {error}", messages.ERROR)
        else:
            self.message_user(request, f"{decided} is {decided.get_state_display()}.", messages.SUCCESS)

    def response_change(self, request: HttpRequest, obj: Proposal) -> HttpResponse:
        """Back to the proposal; what was decided is said above, once."""
        from django.shortcuts import redirect

        return redirect("admin:calibration_proposal_change", obj.pk)


@admin.register(SilentConcern)
class SilentConcernAdmin(ZoneAdmins):
    """What silent zones would have raised: by tier a day above, each with its reasons below."""

    change_list_template = "calibration/silent_concerns.html"
    list_display = ("zone", "frame_at", "tier_word", "why", "judgement")
    list_filter = ("zone", "tier", "judgement")
    actions = ("was_at_risk", "was_benign", "was_no_person")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The list's actions judge; nothing is edited."""
        return obj is None and super().has_change_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"days": silent_days.by_zone(Zone.objects.all())} | (extra_context or {})
        return super().changelist_view(request, context)

    @admin.display(description="tier", ordering="tier")
    def tier_word(self, concern: SilentConcern) -> str:
        return concern.get_tier_display()

    @admin.display(description="reasons")
    def why(self, concern: SilentConcern) -> str:
        return "; ".join(reason["words"] for reason in concern.reasons)

    @admin.action(description="Somebody may have been at risk")
    def was_at_risk(self, request: HttpRequest, queryset: QuerySet[SilentConcern]) -> None:
        self._judge(request, queryset, SilentConcern.Judgement.AT_RISK)

    @admin.action(description="Nobody was at risk")
    def was_benign(self, request: HttpRequest, queryset: QuerySet[SilentConcern]) -> None:
        self._judge(request, queryset, SilentConcern.Judgement.BENIGN)

    @admin.action(description="There was no person: false detection")
    def was_no_person(self, request: HttpRequest, queryset: QuerySet[SilentConcern]) -> None:
        self._judge(request, queryset, SilentConcern.Judgement.FALSE_DETECTION)

    def _judge(
        self, request: HttpRequest, queryset: QuerySet[SilentConcern], judgement: SilentConcern.Judgement
    ) -> None:
        stays = deciding.judge(queryset, judgement, by=request.user.get_username())
        self.message_user(request, f"{stays} stays: {judgement.label}.", messages.SUCCESS)
