"""Every address of the service: the composition root of the web."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("alerts.urls")),
    path("", include("alerts.console.urls")),
    path("admin/", admin.site.urls),
]
