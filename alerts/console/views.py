"""The operator's pages. What changes an incident is a POST that goes through `alerts.transitions`."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from alerts import transitions, unsent
from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.console import banners, incident_page, presence, presenting
from alerts.hand_over import notes
from alerts.models import Contact, Evidence, Incident
from alerts.transitions import TransitionError
from zones.whole import whole

PAGE = "console/incident.html"


@login_required
@require_safe
def open_incidents(request: HttpRequest, template: str = "console/open.html") -> HttpResponse:
    """The list of open incidents."""
    cards = presenting.cards(request.user)
    context = {
        "cards": cards,
        "waiting": sum(card.waits for card in cards),
        "cameras": presenting.cameras(request.user),
        "late": banners.warnings(request.user),
        "works": banners.works(request.user),
        "to_mend": banners.to_mend(request.user),
        "notes": notes.unread(request.user),
    }
    return render(request, template, context)


@login_required
@require_safe
def incident(request: HttpRequest, number: int, template: str = PAGE) -> HttpResponse:
    """One incident: what, where, why, who was paged, what comes next."""
    rows = Incident.objects.select_related("camera__site", "zone", "acknowledged_by__agency")
    found = get_object_or_404(rows.prefetch_related("evidence", "concerns"), pk=number)
    parts = incident_page.clip_parts(found)
    concern = presenting.newest(found)
    unresolved = found.state != Incident.State.RESOLVED and not found.policy.get("quiet")
    context = {
        "incident": found,
        "tier": found.label,
        "shape": presenting.shape(found),
        "concern": concern
        and {
            "reasons": presenting.reasons(concern),
            "metres_estimated": concern.metres_estimated,
            "timeline": presenting.evidence_timeline(found),
        },
        "state_words": presenting.state_words(found),
        "next_at": found.next_action_at if unresolved else None,
        "pages": presenting.pages(found),
        "story": presenting.story(found),
        "others": presence.others(found, request.user),
        "location": incident_page.location(found),
        "callees": incident_page.callees(found),
        "parts": parts,
        "part": incident_page.chosen_part(parts, request.GET.get("part", "")),
        "drawn": incident_page.drawn(found),
        "still_url": presenting.evidence_url(found, Evidence.Kind.STILL),
        "deleted": presenting.deleted(found),
        "outcomes": presenting.outcomes(found),
        "snoozes": presenting.snoozes(found),
        "waiting": presenting.unresolved(request.user).filter(state=Incident.State.OPEN).count(),
        "show": request.GET.get("show", ""),
        "unsent": unsent.take(request, f"incident {number}") if template == PAGE else {},
        "late": banners.warnings(request.user),
    }
    return render(request, template, context)


@login_required
@require_safe
def short_link(request: HttpRequest, number: int) -> HttpResponse:
    """The address in an SMS: shows nothing without a log-in and changes nothing."""
    return redirect("incident", number)


def _change(act: Callable[[HttpRequest, Contact, int], str]) -> Callable[..., HttpResponse]:
    """A POST that changes an incident and says what became of it."""

    @login_required
    @require_POST
    def view(request: HttpRequest, number: int) -> HttpResponse:
        try:
            messages.success(request, act(request, transitions.contact_of(request.user), number))  # type: ignore[arg-type]
        except TransitionError as error:
            messages.error(request, str(error))
            unsent.keep(request, f"incident {number}", str(error))
        return redirect("incident", number)

    return view


def _acknowledge(request: HttpRequest, by: Contact, number: int) -> str:
    result = transitions.acknowledge(number, by=by, via="console")
    if result.took_effect:
        return f"#{number} is yours."
    at = f" at {result.at:%H:%M:%S}" if result.at else ""
    return f"#{number} was already taken on by {result.by}{at}."


def _note(request: HttpRequest, by: Contact, number: int) -> str:
    transitions.add_note(number, by=by, text=request.POST.get("text", ""))
    return "The note is kept."


def _escalate(request: HttpRequest, by: Contact, number: int) -> str:
    transitions.escalate_now(number, by=by)
    return "The next people are paged now."


def _snooze(request: HttpRequest, by: Contact, number: int) -> str:
    minutes = whole(request.POST.get("minutes", ""))
    if minutes is None:
        raise TransitionError("Say for how many minutes, in digits.")
    seconds = transitions.snooze(number, by=by, minutes=minutes)
    return f"#{number} is set aside for {seconds // 60} min; then it pages again by itself."


def _close(request: HttpRequest, by: Contact, number: int) -> str:
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    transitions.resolve(number, by=by, outcome=outcome, note=note)
    return f"#{number} is closed."


def _stand_down(request: HttpRequest, by: Contact, number: int) -> str:
    told = transitions.stand_down_others(number, by=by)
    return f"{told} {'person is' if told == 1 else 'people are'} told that nobody else is needed. #{number} stays open."


def _call(request: HttpRequest, by: Contact, number: int) -> str:
    incident = get_object_or_404(Incident.objects.select_related("camera__site"), pk=number)
    called = [c for c in incident_page.callees(incident) if c.key == request.POST.get("who", "")]
    if not called:
        raise TransitionError("Choose whom you called.")
    transitions.note_call(number, by=by, who=called[0].name)
    return f"It is kept that you called: {called[0].name}."


acknowledge, note, escalate, snooze, close, stand_down, call = (
    _change(act) for act in (_acknowledge, _note, _escalate, _snooze, _close, _stand_down, _call)
)


@login_required
@require_safe
def cameras(request: HttpRequest) -> HttpResponse:
    """Every camera and its state."""
    off = (
        scope.cameras(request.user, Act.SEE_CAMERAS)
        .filter(enabled=False)
        .select_related("site")
        .order_by("site__name", "name")
    )
    return render(request, "console/cameras.html", {"cameras": presenting.cameras(request.user), "off": off})
