"""What comes back from the provider: delivery reports, replies and key presses, each signed, each kept once."""

import hashlib
import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from alerts import transitions
from alerts.escalation import failure_state
from alerts.models import Attempt, Contact, Incident, ProviderEvent
from alerts.sending import settle

security = logging.getLogger("handrail.security")
View = Callable[..., HttpResponse]

# What the provider's words mean for an attempt; words that are not here change nothing.
STATUS = {
    "sent": Attempt.State.SENT,
    "initiated": Attempt.State.SENT,
    "ringing": Attempt.State.SENT,
    "in-progress": Attempt.State.SENT,
    "delivered": Attempt.State.DELIVERED,
    "read": Attempt.State.DELIVERED,
}
CALL_OVER = ("completed", "no-answer", "busy", "failed", "canceled")
CODES = {"1": "take on", "2": "cannot attend", "3": "false alert"}


def signed(view: View) -> View:
    """Refuse a request that Twilio did not sign for our public address; no token set refuses everything."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = settings.TWILIO_AUTH_TOKEN
        url = settings.PUBLIC_URL + request.get_full_path()
        signature = request.headers.get("X-Twilio-Signature", "")
        if not token or not RequestValidator(token).validate(url, request.POST, signature):
            security.warning("callback refused: wrong signature, %s from %s", request.path, request.META["REMOTE_ADDR"])
            return HttpResponse("This request was not signed by the provider.", status=403, content_type="text/plain")
        return view(request, *args, **kwargs)

    return checked


def keep(kind: str, request: HttpRequest, attempt: Attempt | None, *identity: str) -> bool:
    """Write an event to the inbox; False when it is already there (sent twice, or replayed)."""
    fingerprint = hashlib.sha256(json.dumps([kind, *identity]).encode()).hexdigest()
    try:
        with transaction.atomic():
            ProviderEvent.objects.create(
                kind=kind, fingerprint=fingerprint, attempt=attempt, payload=request.POST.dict()
            )
    except IntegrityError:
        return False
    return True


def apply_status(attempt_id: int, status: str, code: str) -> None:
    """Move an attempt by the provider's word. A call that ended without a key press did not reach a person."""
    attempt = Attempt.objects.get(pk=attempt_id)
    if status in ("failed", "undelivered") or (attempt.channel == "voice" and status in CALL_OVER):
        if attempt.channel == "voice" and attempt.state == Attempt.State.DELIVERED:
            return  # a key was pressed
        words = f"call ended: {status}" if attempt.channel == "voice" else f"message {status}"
        settle(attempt_id, Attempt.State(failure_state(code)), code=code, words=words)
    elif status in STATUS:
        settle(attempt_id, STATUS[status])


@signed
def status(request: HttpRequest, token: UUID) -> HttpResponse:
    """A delivery report of a message or a call."""
    attempt = Attempt.objects.filter(token=token).first()
    post = request.POST
    word = post.get("MessageStatus") or post.get("CallStatus") or post.get("SmsStatus") or ""
    sid = post.get("MessageSid") or post.get("CallSid") or ""
    if attempt is None:
        return HttpResponse(status=404)
    with transaction.atomic():
        # With the state change or not at all: a crash between the two would make the repeat a stranger.
        if keep("status", request, attempt, str(token), sid, word):
            if sid and not attempt.provider_sid:
                Attempt.objects.filter(pk=attempt.pk, provider_sid="").update(provider_sid=sid)
            apply_status(attempt.pk, word, post.get("ErrorCode", ""))
    return HttpResponse(status=204)


@signed
def reply(request: HttpRequest) -> HttpResponse:
    """An SMS from a phone: `1`, `2` or `3`, with the incident's number when more than one is open."""
    sender, body = request.POST.get("From", ""), request.POST.get("Body", "").strip()
    response = MessagingResponse()
    contact = Contact.objects.filter(mobile=sender, active=True).first() if sender else None
    with transaction.atomic():
        if contact is None:
            security.warning("SMS from a number that is no contact's")
            keep("reply", request, None, request.POST.get("MessageSid", ""))
            answer = "This number is not on Handrail's list. In an emergency call 999."
        elif not keep("reply", request, None, request.POST.get("MessageSid", "")):
            answer = ""
        else:
            answer = _answer(contact, body)
    if answer:
        response.message(answer)
    return HttpResponse(str(response), content_type="text/xml")


def _answer(contact: Contact, body: str) -> str:
    words = body.replace("#", " ").split()
    told = _told(contact)
    code = words[0] if words else ""
    number = int(words[1]) if len(words) > 1 and words[1].isdigit() else None
    if code not in CODES:
        incident = told[0] if told else None
        if incident is None:
            return "Nothing is open for you. In an emergency call 999."
        transitions.add_note(incident.pk, by=contact, text=f"by SMS: {body}")
        return f"Noted for #{incident.pk}. Reply 1 to take it on, 2 can't attend, 3 false alert."
    if number is not None:
        told = [incident for incident in told if incident.pk == number]
        if not told:
            return f"There is no open incident #{number} for you."
    if not told:
        return "Nothing is open for you. In an emergency call 999."
    if len(told) > 1:
        numbers = ", ".join(f"{code} {incident.pk}" for incident in told[:4])
        return f"More than one is open. Which? Reply with the number: {numbers}"
    return act(told[0], contact, code, "sms")


def _told(contact: Contact) -> list[Incident]:
    """The unresolved incidents that this person was told of, newest first."""
    return list(
        Incident.objects.exclude(state=Incident.State.RESOLVED)
        .filter(step_runs__notifications__contact=contact)
        .distinct()
        .order_by("-pk")
    )


def act(incident: Incident, contact: Contact, code: str, via: str) -> str:
    """Do what a person answered; returns what to tell them."""
    if code == "1":
        result = transitions.acknowledge(incident.pk, by=contact, via=via)
        if result.took_effect:
            return f"Thank you. #{incident.pk} is yours: {incident.place}."
        return f"#{incident.pk} was already taken on by {result.by}. Thank you."
    if code == "2":
        transitions.add_note(incident.pk, by=contact, text=f"can't attend ({via})")
        if incident.state == Incident.State.OPEN:
            transitions.escalate_now(incident.pk, by=contact)
        return f"Thank you. Others are being asked about #{incident.pk}."
    transitions.add_note(incident.pk, by=contact, text=f"says it is a false alert ({via})")
    return f"Thank you. The control room will check and close #{incident.pk}."


@signed
def key(request: HttpRequest, token: UUID) -> HttpResponse:
    """A key pressed in a call. Only this counts as an answer: voicemail is not a human."""
    attempt = (
        Attempt.objects.select_related("notification__step_run__incident", "notification__contact")
        .filter(token=token)
        .first()
    )
    digit = request.POST.get("Digits", "")[:1]
    response = VoiceResponse()
    if attempt is None:
        return HttpResponse(status=404)
    with transaction.atomic():
        if digit in CODES and keep("key", request, attempt, str(token), request.POST.get("CallSid", ""), digit):
            settle(attempt.pk, Attempt.State.DELIVERED)
            incident = attempt.notification.step_run.incident
            response.say(act(incident, attempt.notification.contact, digit, "voice"), language="en-GB")
        else:
            response.say("That key means nothing here. Press 1, 2 or 3 in the next call.", language="en-GB")
    return HttpResponse(str(response), content_type="text/xml")
