"""SMS from people: `1`, `2` or `3`, with the incident's number when more than one is open; words are kept."""

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from twilio.twiml.messaging_response import MessagingResponse

from alerts import audit, transitions
from alerts.agencies import monthly_test, numbers
from alerts.inbound.acting import act
from alerts.inbound.callbacks import SID, field, keep, security, signed
from alerts.inbound.reading import Answer, Start, Stop, Words, read
from alerts.models import Contact, Incident

STRANGER = "This number is not on Handrail's list. In an emergency call 999."
NOTHING_OPEN = "Nothing is open for you. In an emergency call 999."
HOW = "Reply 1 to take it on, 2 can't attend, 3 false alert."
LISTED = 4


@signed
def reply(request: HttpRequest) -> HttpResponse:
    """An SMS from a phone."""
    sender = field(request, "From")
    sid = field(request, "MessageSid", "SmsSid", pattern=SID)
    body = request.POST.get("Body", "")
    people = list(Contact.objects.filter(mobile=sender, active=True).order_by("pk"))
    response = MessagingResponse()
    with transaction.atomic():
        # With what it changes or not at all: after a crash the provider's repeat is no stranger.
        new = keep("reply", request, None, sid)
        if not people:
            security.warning("SMS from a number that is no contact's")
        answer = (_answer(people, body) if people else STRANGER) if new else ""
    if answer:
        response.message(answer)
    return HttpResponse(str(response), content_type="text/xml")


def _answer(people: list[Contact], body: str) -> str:
    """Do what a person answered; returns what to tell them. A phone that is shared speaks for who was told."""
    if (proven := numbers.reply(people, body)) is not None:
        return proven
    said = read(body, stopped=any(contact.sms_refused_at for contact in people))
    match said:
        case Stop():
            _stop(people)
            return ""  # the network answers by itself, and would refuse ours
        case Start():
            _start(people)
            return "You get SMS from Handrail again."
        case Words(text, number):
            return _words(people, text, number)
        case Answer(code, number):
            return _code(people, code, number)


def _stop(people: list[Contact]) -> None:
    for contact in people:
        if Contact.objects.filter(pk=contact.pk, sms_refused_at=None).update(sms_refused_at=Now()):
            audit.record(str(contact), "contact refuses SMS", None, contact=str(contact), via="sms")


def _start(people: list[Contact]) -> None:
    for contact in people:
        if Contact.objects.filter(pk=contact.pk).exclude(sms_refused_at=None).update(sms_refused_at=None):
            audit.record(str(contact), "contact takes SMS again", None, contact=str(contact), via="sms")


def _words(people: list[Contact], text: str, number: int | None) -> str:
    told = told_of(people)
    incident = next((one for one in told if one.pk == number), told[0] if told else None)
    if incident is None:
        return NOTHING_OPEN
    if text:
        transitions.add_note(incident.pk, by=_who(people, incident), text=f"by SMS: {text}"[: transitions.LONGEST_NOTE])
    begin = f"Noted for #{incident.pk}." if text else "Your message held no words."
    how = HOW if len(told) == 1 else f"Reply 1 {incident.pk} to take it on, 2 can't attend, 3 false alert."
    return f"{begin} Words alone take nothing on. {how}"


def _code(people: list[Contact], code: str, number: int | None) -> str:
    told = told_of(people)
    if number is not None:
        told = [incident for incident in told if incident.pk == number]
        if not told:
            return f"There is no open incident #{number} for you."
    if not told:
        return (code == "1" and monthly_test.reply(people)) or NOTHING_OPEN
    if len(told) > 1:
        numbers = ", ".join(f"{code} {incident.pk}" for incident in told[:LISTED])
        return f"More than one is open. Which? Reply with the number: {numbers}"
    return act(told[0], _who(people, told[0]), code, "sms")


def told_of(people: list[Contact]) -> list[Incident]:
    """The unresolved incidents that these people were told of, newest first."""
    return list(
        Incident.objects.exclude(state=Incident.State.RESOLVED)
        .filter(step_runs__notifications__contact__in=people)
        .distinct()
        .order_by("-pk")
    )


def _who(people: list[Contact], incident: Incident) -> Contact:
    told = Contact.objects.filter(notifications__step_run__incident=incident, pk__in=[one.pk for one in people])
    return told.order_by("pk").first() or people[0]
