"""Sites, cameras and zones in Django's admin; a camera's password can be set and never read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from zones import versions
from zones.models import Camera, CameraStatus, Site, Zone

WHY = "edited in the admin"


class CameraForm(forms.ModelForm):
    """Takes a new password without ever showing the old one."""

    new_password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep the present one. Stored encrypted, never shown.",
    )

    class Meta:
        model = Camera
        fields = (
            *(
                "site",
                "name",
                "enabled",
                "source",
                "main_source",
                "username",
                "new_password",
                "loop",
                "width",
                "height",
            ),
            *("homography", "rail_height_m", "side", "lamp_column", "grid_reference"),
            *("latitude", "longitude", "heading_deg"),
        )


class ZoneInline(admin.StackedInline):
    """A camera's zones on its page."""

    model = Zone
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Zone]:
        """Not those that were taken off the picture."""
        return super().get_queryset(request).filter(removed_at=None)


@admin.register(Camera)
class CameraAdmin(admin.ModelAdmin):
    """Cameras with their zones."""

    form = CameraForm
    inlines = (ZoneInline,)
    list_display = ("__str__", "enabled", "side", "lamp_column", "state")
    list_filter = ("site", "enabled")

    @admin.display(description="state")
    def state(self, camera: Camera) -> str:
        """What its watcher last wrote."""
        status = CameraStatus.objects.filter(camera=camera).first()
        return status.get_state_display() if status else CameraStatus.State.OFF.label

    def save_model(self, request: HttpRequest, obj: Camera, form: Any, change: bool) -> None:
        """Seal a new password before the row is written."""
        if form.cleaned_data.get("new_password"):
            obj.password = form.cleaned_data["new_password"]
        if {"source", "width", "height", "homography"} & set(form.changed_data):
            obj.reference = None  # the scene is learned again
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keep a version once the zones are written."""
        super().save_related(request, form, formsets, change)
        versions.note(form.instance, by=request.user.get_username(), why=WHY)


@admin.register(Zone)
class ZoneAdmin(admin.ModelAdmin):
    """One zone; the editor is the better place."""

    def save_model(self, request: HttpRequest, obj: Zone, form: Any, change: bool) -> None:
        """Keep a version with the change."""
        super().save_model(request, obj, form, change)
        versions.note(obj.camera, by=request.user.get_username(), why=WHY)


admin.site.register(Site)
