"""Every address of the service: the composition root of the web."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from alerts import camera_faults
from alerts.figures import IncidentCollector
from alerts.transparency import views as transparency
from welfare import software
from welfare.fleet import views as fleet
from welfare.fleet.metrics import FleetCollector

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("alerts.urls")),
    path("", include("alerts.console.urls")),
    path("", include("zones.editor.urls")),
    path("", include("welfare.rehearsal.urls")),
    path("fleet/", fleet.fleet, {"faults": camera_faults.counted}, name="fleet"),
    path("impact/", transparency.impact, {"networks": software.networks}, name="impact"),
    path("metrics", fleet.metrics, {"collectors": (FleetCollector(), IncidentCollector())}, name="metrics"),
    path("admin/", admin.site.urls),
]
