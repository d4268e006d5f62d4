"""People, rotas and policies can be edited; incidents, versions and the audit chain can only be read."""

from importlib import import_module
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest

from alerts.agencies import numbers
from alerts.models import (
    Agency,
    AuditEvent,
    Contact,
    Incident,
    Layer,
    LayerPerson,
    MaintenanceWindow,
    Override,
    PartnerTest,
    Policy,
    PolicyStep,
    PolicyVersion,
    Rota,
    Shift,
    Subject,
)
from alerts.planning import database_now
from alerts.policies import versions
from alerts.policies.forms import PolicyForm, StepFormSet
from alerts.rotas import ical_out
from alerts.rotas.warnings import gap_words


class ReadOnly(admin.ModelAdmin):
    """Nothing here is changed by hand: incidents change by what people do in the console."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


# --- Rotas --------------------------------------------------------------------------------------------------
class LayerInline(admin.TabularInline):
    """A rota's layers; the people of each are on its own page."""

    model = Layer
    extra = 0
    show_change_link = True


class ShiftInline(admin.TabularInline):
    """A rota's shifts."""

    model = Shift
    extra = 0


class OverrideInline(admin.TabularInline):
    """Who stands in."""

    model = Override
    extra = 0


class LayerPersonInline(admin.TabularInline):
    """Who takes turns, in order."""

    model = LayerPerson
    extra = 1


@admin.register(Rota)
class RotaAdmin(admin.ModelAdmin):
    """Rotas with their layers, shifts and overrides; a gap ahead is said when one is saved."""

    inlines = (LayerInline, OverrideInline, ShiftInline)
    list_display = ("name", "fallback", "gap_ahead")
    actions = ("renew_calendar",)

    @admin.display(description="gap in the next 14 days")
    def gap_ahead(self, rota: Rota) -> str:
        """The first gap in words."""
        return gap_words(rota, database_now()) or "none"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if words := gap_words(form.instance, database_now()):
            messages.warning(request, words)

    @admin.action(description="Make the old calendar address useless")
    def renew_calendar(self, request: HttpRequest, queryset: QuerySet[Rota]) -> None:
        """Whoever has the old address sees nothing any more."""
        queryset.update(calendar_issue=F("calendar_issue") + 1)


@admin.register(Layer)
class LayerAdmin(admin.ModelAdmin):
    """One layer with its people."""

    inlines = (LayerPersonInline,)
    list_display = ("rota", "position", "name", "every", "unit", "hand_over", "hours")


# --- Policies -----------------------------------------------------------------------------------------------
class StepInline(admin.TabularInline):
    """A policy's steps in order."""

    model = PolicyStep
    formset = StepFormSet
    extra = 0


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):
    """Policies with their steps; each save is a version that stays."""

    form = PolicyForm
    inlines = (StepInline,)
    list_display = ("site", "zone", "subject", "tier", "newest")

    @admin.display(description="version")
    def newest(self, policy: Policy) -> str:
        """Its newest version, with who saved it and why."""
        version = versions.latest(policy.pk)
        return f"{version.number}, {version.saved_by}: {version.why}" if version else "not used yet"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        by = request.user.get_username()
        version = versions.save(form.instance, by=by, why=form.cleaned_data["why"])
        messages.info(request, f"{version}. Incidents that are open go on as they began.")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A tier without a policy would page everybody: change the policy, do not delete it."""
        return isinstance(obj, Policy) and _may_go(obj) and not obj.versions.exists()


def _may_go(policy: Policy) -> bool:
    """Whether something follows a tier without this policy: the site's own, or the console for a camera fault."""
    return policy.subject == Subject.CAMERA or policy.zone_id is not None


admin.site.register([PolicyVersion, Incident, AuditEvent, MaintenanceWindow, PartnerTest], ReadOnly)


# --- Partners -----------------------------------------------------------------------------------------------
@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):
    """Partners with their hours, area and what they may see."""

    list_display = ("name", "hours", "out_of_hours", "sees", "monthly_test")
    filter_horizontal = ("sites", "cameras", "zones")


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin):
    """People who can be paged."""

    list_display = ("name", "agency", "role", "mobile", "number_is_proven", "active", "sms_refused_at")
    list_filter = ("agency", "role", "active")
    search_fields = ("name", "mobile")
    filter_horizontal = ("sites",)
    readonly_fields = ("number_is_proven", "calendar")
    actions = ("send_code", "renew_calendar")

    @admin.display(description="secret address of the person's calendar")
    def calendar(self, contact: Contact) -> str:
        """For the person's own calendar programme: their duty in every rota."""
        return ical_out.address(contact) if contact.pk else "after the first save"

    @admin.display(description="number proven", boolean=True)
    def number_is_proven(self, contact: Contact) -> bool:
        """Whether somebody at this number answered with the code."""
        return contact.proven

    @admin.action(description="Send a code to prove the number")
    def send_code(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        """The person replies with the code, or reads it out to you: type it in on the page of numbers."""
        for contact in queryset:
            messages.info(request, f"{contact}: {numbers.send_code(contact, by=request.user.get_username())}")

    @admin.action(description="Make the old calendar address useless")
    def renew_calendar(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        """Whoever has the old address sees nothing any more."""
        queryset.update(calendar_issue=F("calendar_issue") + 1)


for room in ("alerts.accounts.admin", "alerts.channels.admin", "alerts.partner.admin"):
    import_module(room)  # each room registers what is its own
