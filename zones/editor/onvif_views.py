"""Filling in a camera's addresses by asking: cameras on this network, and one camera's streams."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from zones.editor.access import zone_admin
from zones.editor.forms import CameraForm
from zones.models import DRAW, Camera, Site
from zones.onvif.asking import OnvifError, Stream, ask, device_place
from zones.onvif.discovery import discover
from zones.whole import whole

ENOUGH = 960  # pixels across: assumed; smaller, people at the far end are too small to be found
FIELDS = ("source", "main_source")


@zone_admin
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Cameras that answer on this network."""
    host, _, port = settings.ONVIF_DISCOVERY.rpartition(":")
    try:
        found, fault = discover((host, int(port))), ""
    except OSError as error:
        found, fault = [], f"This machine cannot ask its network: {error.strerror}. Give the address by hand."
    return render(request, "zones/_found.html", {"found": found, "fault": fault})


@zone_admin
@require_POST
def streams(request: HttpRequest) -> HttpResponse:
    """The streams of the camera at the address that was given, or why they cannot be had."""
    address = request.POST.get("onvif", "")
    username, password = request.POST.get("username", "").strip(), request.POST.get("new_password", "")
    try:
        camera = ask(address, username, password or _kept(request, address))
    except OnvifError as error:
        return render(request, "zones/_streams.html", {"fault": str(error)})
    context = {
        "camera": camera,
        "analysed": to_analyse(camera.streams),
        "recorded": camera.streams[0],
        "clock_is_off": abs(camera.ahead_s) > 5,
    }
    return render(request, "zones/_streams.html", context)


@zone_admin
@require_POST
def use(request: HttpRequest) -> HttpResponse:
    """Put the chosen streams into the form's fields; one stream for both needs no second address."""
    source, main = request.POST.get("analysed", "")[:500], request.POST.get("recorded", "")[:500]
    form = CameraForm(
        sites=Site.objects.none(), initial={"source": source, "main_source": "" if main == source else main}
    )
    fields = [form[name].as_widget(attrs={"hx-swap-oob": "true"}) for name in FIELDS]
    return render(request, "zones/_filled.html", {"fields": fields})


def to_analyse(offered: tuple[Stream, ...]) -> Stream:
    """The smallest stream that is large enough, else the largest: it costs least to decode."""
    enough = [stream for stream in offered if stream.profile.width >= ENOUGH]
    return min(enough, key=lambda s: s.profile.width * s.profile.height) if enough else offered[0]


def _kept(request: HttpRequest, address: str) -> str:
    """The kept password, for the machine that it was kept for and for no other."""
    camera = Camera.objects.filter(pk=whole(request.POST.get("camera", "")) or 0).first()
    if camera is None or not request.user.has_perm(DRAW, camera):
        return ""
    own = {urlsplit(kept).hostname for kept in (camera.source, camera.main_source) if kept}
    return camera.password if device_place(address).hostname in own else ""
