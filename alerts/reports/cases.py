"""The incidents of a period as values: opened, paged, taken on, and what each page and each person did."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from alerts.models import Attempt, AuditEvent, Channel, Contact, Incident
from alerts.reports.figures import Case, Told
from alerts.rotas.duty import zone_of
from zones.tier import Tier

FAILED = (Attempt.State.FAILED_TEMPORARY, Attempt.State.FAILED_PERMANENT, Attempt.State.UNKNOWN)
ANSWERS = ("acknowledged", "note", "closed", "on the way", "arrived", "escalated now")
RESPONDS = ("acknowledged", "on the way", "arrived")
Acts = list[AuditEvent]


def cases_between(start: datetime, end: datetime, *, seen: QuerySet[Incident]) -> list[Case]:
    """Those of some incidents about a person that were opened in a period, at concern and above, oldest first."""
    found = seen.filter(opened_at__gte=start, opened_at__lt=end, subject=Incident.Subject.PERSON)
    incidents = list(found.filter(tier__gte=Tier.CONCERN).select_related("camera__site").order_by("opened_at", "pk"))
    keys = [incident.pk for incident in incidents]
    tries: dict[int, list[Attempt]] = defaultdict(list)
    sent = Attempt.objects.filter(notification__step_run__incident__in=keys).exclude(channel=Channel.CONSOLE)
    for attempt in sent.select_related("notification__step_run", "notification__contact__agency").order_by("pk"):
        tries[attempt.notification.step_run.incident_id].append(attempt)
    acts: dict[int, Acts] = defaultdict(list)
    for event in AuditEvent.objects.filter(incident__in=keys, action__in=ANSWERS).order_by("pk"):
        acts[event.incident_id or 0].append(event)
    partners = {str(c) for c in Contact.objects.exclude(agency=None).select_related("agency")}
    return [_case(incident, tries[incident.pk], acts[incident.pk], partners) for incident in incidents]


def _case(incident: Incident, tries: list[Attempt], acts: Acts, partners: set[str]) -> Case:
    opened = incident.opened_at
    return Case(
        number=incident.pk,
        tier=incident.tier,
        hour=opened.astimezone(zone_of(incident.camera.site.time_zone)).hour,
        paged_s=_first(opened, (attempt.accepted_at for attempt in tries)),
        acknowledged_s=_first(opened, (act.at for act in acts if act.action == "acknowledged")),
        responder_s=_first(opened, (act.at for act in acts if act.action in RESPONDS and act.actor in partners)),
        told=tuple(_told(incident, attempt, acts) for attempt in tries),
    )


def _told(incident: Incident, attempt: Attempt, acts: Acts) -> Told:
    contact, accepted = attempt.notification.contact, attempt.accepted_at
    answered = None
    if accepted is not None:
        answered = _first(accepted, (act.at for act in acts if act.actor == str(contact) and act.at >= accepted))
    failed = attempt.state in FAILED
    return Told(
        incident=incident.pk,
        contact=str(contact),
        agency=contact.agency.name if contact.agency else "",
        channel=attempt.get_channel_display(),
        code=(attempt.error_code or attempt.error_words or attempt.state) if failed else "",
        accepted_s=_first(incident.opened_at, [accepted]),
        answered_s=answered,
    )


def _first(since: datetime, instants: Iterable[datetime | None]) -> float | None:
    """Seconds until the first of some instants; a clock that was set back makes it 0, never less."""
    found = [at for at in instants if at is not None]
    return max((min(found) - since).total_seconds(), 0.0) if found else None
