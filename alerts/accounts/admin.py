"""What is shared with which agency: each change is audited."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from alerts import audit
from alerts.models import SharingRule


@admin.register(SharingRule)
class SharingRuleAdmin(admin.ModelAdmin):
    """Rules that let an agency see incidents it was not paged for."""

    list_display = ("agency", "site", "zone", "why")

    def save_model(self, request: HttpRequest, obj: SharingRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(request.user.get_username(), "sharing rule saved", rule=str(obj), why=obj.why)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        audit.record(request.user.get_username(), "sharing rule deleted", rule=str(obj))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """The list's own way to delete is audited one by one too."""
        for rule in queryset:
            self.delete_model(request, rule)
