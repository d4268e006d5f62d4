"""Keys pressed in a call. Only this counts as an answer: voicemail is not a human, and presses nothing."""

import re
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from twilio.twiml.voice_response import VoiceResponse

from alerts.channels import voice
from alerts.inbound.acting import act
from alerts.inbound.callbacks import PLAIN, SID, field, keep, signed
from alerts.inbound.reports import NOT_OURS
from alerts.models import Attempt
from alerts.sending import settle

DIGITS = re.compile(r"[0-9*#]{0,20}")
CODES = ("1", "2", "3")
MEANT_NOTHING = "That key means nothing here."
ASKED_AGAIN = 3  # wrong keys in one call before it ends


@signed
def key(request: HttpRequest, token: UUID) -> HttpResponse:
    """A key pressed in a call."""
    sid = field(request, "CallSid", pattern=SID)
    digit = field(request, "Digits", pattern=DIGITS, default="")[:1]
    attempt = (
        Attempt.objects.select_related("notification__step_run__incident", "notification__contact")
        .filter(token=token)
        .first()
    )
    if attempt is None:
        return HttpResponse(NOT_OURS, status=404, content_type=PLAIN)
    with transaction.atomic():
        spoken = _spoken(request, attempt, sid, digit)
    return HttpResponse(spoken, content_type="text/xml")


def _spoken(request: HttpRequest, attempt: Attempt, sid: str, digit: str) -> str:
    incident, response = attempt.notification.step_run.incident, VoiceResponse()
    if digit in CODES:
        if keep("key", request, attempt, str(attempt.token), sid, digit):
            settle(attempt.pk, Attempt.State.DELIVERED)
            response.say(act(incident, attempt.notification.contact, digit, "voice"), language="en-GB")
        else:
            response.say(f"That was heard already, for number {incident.pk}. Thank you.", language="en-GB")
        return str(response)
    asked = attempt.events.filter(kind="wrong key").count()
    keep("wrong key", request, attempt, str(attempt.token), sid, str(asked))
    if asked + 1 >= ASKED_AGAIN:
        response.say(f"{MEANT_NOTHING} Goodbye.", language="en-GB")
        return str(response)
    return voice.script(incident, voice.action_url(attempt), opening=MEANT_NOTHING, repeats=1)
