"""Every address of the service: the composition root of the web."""

from functools import partial

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from alerts import camera_faults
from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.figures import IncidentCollector
from alerts.transparency import views as transparency
from welfare import software
from welfare.fleet import views as fleet
from welfare.fleet.metrics import FleetCollector

handler400 = "alerts.error_pages.bad_request"
handler500 = "alerts.error_pages.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("alerts.urls")),
    path("", include("alerts.console.urls")),
    path("", include("zones.editor.urls")),
    path("", include("welfare.rehearsal.urls")),
    path(
        "fleet/",
        fleet.fleet,
        {"faults": camera_faults.counted, "seen": partial(scope.cameras, act=Act.SEE_CAMERAS)},
        name="fleet",
    ),
    path("impact/", transparency.impact, {"networks": software.networks}, name="impact"),
    path("metrics", fleet.metrics, {"collectors": (FleetCollector(), IncidentCollector())}, name="metrics"),
    path("admin/", admin.site.urls),
]
