"""The devices of the person who is logged in: connect this one, try them, remove one."""

import base64
import binascii
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from alerts import audit
from alerts.channels.interface import Accepted
from alerts.channels.web_push.keys import public_key
from alerts.channels.web_push.sending import is_allowed, missing, notice, send_to
from alerts.models import PushSubscription
from alerts.transitions import contact_of

WORKER = settings.BASE_DIR / "static" / "build" / "service-worker.js"
MOST_DEVICES = 10  # assumed: more is a browser that subscribes again and again
MOST_BYTES = 8192
PLAIN = "text/plain; charset=utf-8"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that runs in the browser's background; its address gives it the whole console as its scope."""
    if not WORKER.exists():
        raise Http404("the console's scripts are not built")
    return HttpResponse(
        WORKER.read_bytes(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@login_required
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """The page."""
    mine = PushSubscription.objects.filter(contact__user=request.user.pk).order_by("-created_at")
    off = missing()
    context = {"devices": mine, "key": "" if off else public_key(), "missing": off}
    return render(request, "devices.html", context)


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keep where this browser is reached; the same browser again changes its owner and keys."""
    try:
        endpoint, p256dh, auth = _subscription(request.body)
    except ValueError as error:
        return HttpResponse(f"This device cannot be kept: {error}.", status=400, content_type=PLAIN)
    contact = contact_of(request.user)  # type: ignore[arg-type]
    device = _name(request.headers.get("User-Agent", ""))
    with transaction.atomic():
        PushSubscription.objects.update_or_create(
            endpoint=endpoint, defaults={"contact": contact, "p256dh": p256dh, "auth": auth, "device": device}
        )
        newest = contact.push_subscriptions.order_by("-pk").values_list("pk", flat=True)[:MOST_DEVICES]
        contact.push_subscriptions.exclude(pk__in=list(newest)).delete()
        audit.record(request.user.get_username(), "device added", None, contact=str(contact), device=device)
    messages.success(request, "This device is connected. Send it a test.")
    return HttpResponse(status=201)


def _subscription(body: bytes) -> tuple[str, str, str]:
    """Endpoint and keys of what a browser sent.

    Raises:
        ValueError: with what is wrong.
    """
    if len(body) > MOST_BYTES:
        raise ValueError("what the browser sent is too long")
    try:
        sent: Any = json.loads(body)
        endpoint, keys = sent["endpoint"], sent["keys"]
        p256dh, auth = str(keys["p256dh"]), str(keys["auth"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("what the browser sent is no subscription") from error
    if not isinstance(endpoint, str) or len(endpoint) > 800 or not is_allowed(endpoint):
        raise ValueError("its push service has no address that we may use")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
        if len(_bytes(auth)) != 16:
            raise ValueError("too short")
    except (ValueError, binascii.Error) as error:
        raise ValueError("its keys make no sense") from error
    return endpoint, p256dh, auth


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _name(agent: str) -> str:
    """What a browser is called in the list: `Firefox on Android`."""
    browser = next((b for b in ("Firefox", "Edg", "OPR", "Chrome", "Safari") if b in agent), "A browser")
    system = next((s for s in ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux") if s in agent), "this device")
    return f"{ {'Edg': 'Edge', 'OPR': 'Opera'}.get(browser, browser) } on {system}"


@login_required
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Send a test to all devices of this person, and say what became of it."""
    contact = contact_of(request.user)  # type: ignore[arg-type]
    text = notice(title="Handrail: a test", body="Notices reach this device.", tag="test", url=reverse("devices"))
    outcome = send_to(contact, text)
    if isinstance(outcome, Accepted):
        messages.success(request, "The test is on its way: it shows in a moment.")
    else:
        messages.error(request, f"The test did not go out: {outcome.words}.")
    return redirect("devices")


@login_required
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Forget one of this person's own devices."""
    found = PushSubscription.objects.filter(pk=number, contact__user=request.user.pk).first()
    if found is not None:
        with transaction.atomic():
            audit.record(request.user.get_username(), "device removed", None, device=found.device)
            found.delete()
        messages.success(request, "The device is forgotten.")
    return redirect("devices")
