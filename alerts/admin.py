"""People, rotas and policies can be edited; incidents and the audit chain can only be read."""

from importlib import import_module

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from alerts.models import (
    Agency,
    AuditEvent,
    Contact,
    Incident,
    Policy,
    PolicyStep,
    Rota,
    Shift,
)


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


class ShiftInline(admin.TabularInline):
    """A rota's shifts."""

    model = Shift
    extra = 1


class StepInline(admin.TabularInline):
    """A policy's steps in order."""

    model = PolicyStep
    extra = 0


@admin.register(Rota)
class RotaAdmin(admin.ModelAdmin):
    """Rotas with their shifts."""

    inlines = (ShiftInline,)


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):
    """Policies with their steps."""

    inlines = (StepInline,)


admin.site.register([Agency, Contact])
admin.site.register([Incident, AuditEvent], ReadOnly)

for room in ("alerts.channels.admin", "alerts.partner.admin"):
    import_module(room)  # each room registers what is its own
