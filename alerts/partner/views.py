"""The page behind a link. A GET changes nothing and shows nothing before the PIN: previews and scanners may come."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from alerts import audit, unsent
from alerts.evidence.serving import serve
from alerts.models import Evidence, PartnerLink
from alerts.partner import pins, presenting
from alerts.partner.links import living
from alerts.partner.responding import ACTS
from alerts.transitions import TransitionError

OPENED = "partner_links"
View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Kept by no cache and found by no search engine."""

    @never_cache
    @csrf_protect
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answered


def find(token: str) -> PartnerLink | None:
    """The link that still opens."""
    return living().filter(token=token).first()


def is_open(request: HttpRequest, link: PartnerLink) -> bool:
    """Whether this browser gave the PIN for this link, or its user is the link's own person."""
    own = request.user.is_authenticated and link.contact.user_id == request.user.pk
    return own or request.session.get(OPENED, {}).get(link.token) == _stamp(link)


def _stamp(link: PartnerLink) -> str:
    """A PIN that is set anew closes what the old one opened."""
    pin = getattr(link.contact, "pin", None)
    return pin.set_at.isoformat() if pin else ""


def _gone(request: HttpRequest, token: str) -> HttpResponse:
    over = PartnerLink.objects.filter(token=token).exists()
    return render(request, "partner/gone.html", {"over": over}, status=410 if over else 404)


def _locked(request: HttpRequest, link: PartnerLink, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"link": link, "problem": problem, "has_pin": hasattr(link.contact, "pin")}
    return render(request, "partner/locked.html", context, status=status)


@private
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The page: before the PIN a field for it and nothing else."""
    link = find(token)
    if link is None:
        return _gone(request, token)
    if link.contact.user_id is not None and not hasattr(link.contact, "pin"):
        partner = link.contact.agency_id is not None
        if not (partner and is_open(request, link)):  # the log-in is asked for there
            return redirect("shared-incident" if partner else "incident", link.incident_id)
    ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if ahead or not is_open(request, link):
        return _locked(request, link)
    if request.method == "GET":
        audit.record(str(link.contact), "looked at the partner page", link.incident)
    return render(request, "partner/page.html", presenting.page(link) | {"unsent": unsent.take(request, token)})


@private
@require_POST
def unlock(request: HttpRequest, token: str) -> HttpResponse:
    """The PIN."""
    link = find(token)
    if link is None:
        return _gone(request, token)
    match pins.check(link.contact, request.POST.get("pin", "").strip()[:64], link.incident):
        case pins.Opened():
            request.session.cycle_key()
            link.refresh_from_db()
            opened = request.session.get(OPENED, {})
            request.session[OPENED] = {**dict(list(opened.items())[-20:]), link.token: _stamp(link)}
            return redirect("partner", token)
        case pins.Wrong(left):
            tries = "1 try is" if left == 1 else f"{left} tries are"
            return _locked(request, link, f"That PIN is not right. {tries} left.", 403)
        case pins.Locked(until):
            at = f"{timezone.localtime(until):%H:%M}"
            return _locked(request, link, f"There were too many wrong tries. The link opens again at {at}.", 429)


@private
@require_POST
def answer(request: HttpRequest, token: str, act: str) -> HttpResponse:
    """Take it on, say when you will be there, that you are, that you cannot come, or a note."""
    link = find(token)
    if link is None:
        return _gone(request, token)
    if not is_open(request, link):
        return _locked(request, link, "Enter your PIN first; nothing was sent.", 403)
    if act not in ACTS:
        raise Http404("there is no such answer")
    try:
        with transaction.atomic():
            messages.success(request, ACTS[act](link, request.POST))
    except TransitionError as error:
        messages.error(request, str(error))
        unsent.keep(request, token, str(error))
    return redirect("partner", token)


@private
@require_safe
def evidence(request: HttpRequest, token: str, key: int) -> HttpResponse:
    """A still or a clip, as far as the person's agency may see it; each look is kept."""
    link = find(token)
    if link is None or not is_open(request, link):
        raise Http404("not to be seen here")
    found = get_object_or_404(Evidence, pk=key, incident_id=link.incident_id, kind__in=presenting.may_see(link))
    return serve(request, found, who=str(link.contact))
