from django.urls import path

from alerts.console import live_picture, views
from alerts.console.evidence_files import evidence
from alerts.console.evidence_packs import evidence_pack
from alerts.console.history import history
from alerts.console.live import live
from alerts.console.site_map import site_map
from alerts.console.wallboard import wallboard

urlpatterns = [
    path("", views.open_incidents, name="console"),
    path("live/", live, name="live"),
    path("fragments/open/", views.open_incidents, {"template": "console/_open.html"}, name="open-fragment"),
    path("incidents/", history, name="history"),
    path("wallboard/", wallboard, name="wallboard"),
    path("fragments/wallboard/", wallboard, {"template": "console/_wallboard.html"}, name="wallboard-fragment"),
    path("incidents/<int:number>/", views.incident, name="incident"),
    path(
        "fragments/incidents/<int:number>/",
        views.incident,
        {"template": "console/_incident.html"},
        name="incident-fragment",
    ),
    path(
        "fragments/incidents/<int:number>/pictures/",
        views.incident,
        {"template": "console/_pictures.html"},
        name="pictures-fragment",
    ),
    path(
        "fragments/incidents/<int:number>/parts/",
        views.incident,
        {"template": "console/_parts.html"},
        name="parts-fragment",
    ),
    path("incidents/<int:number>/live/", live_picture.now, name="live-picture"),
    path("incidents/<int:number>/live.jpg", live_picture.jpeg, name="live-jpeg"),
    path("incidents/<int:number>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("incidents/<int:number>/note/", views.note, name="note"),
    path("incidents/<int:number>/escalate/", views.escalate, name="escalate"),
    path("incidents/<int:number>/snooze/", views.snooze, name="snooze"),
    path("incidents/<int:number>/close/", views.close, name="close"),
    path("incidents/<int:number>/stand-down/", views.stand_down, name="stand-down"),
    path("incidents/<int:number>/call/", views.call, name="call"),
    path("incidents/<int:number>/evidence-pack/", evidence_pack, name="evidence-pack"),
    path("i/<int:number>/", views.short_link, name="short-link"),
    path("i/<int:number>", views.short_link, name="short-link"),
    path("evidence/<int:key>/", evidence, name="evidence"),
    path("map/", site_map, name="map"),
    path("fragments/map/", site_map, {"template": "console/_map.html"}, name="map-fragment"),
    path("cameras/", views.cameras, name="cameras"),
]
