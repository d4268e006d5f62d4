"""Delivery reports of messages and calls, and the provider's guess at who picked up."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from alerts.delivery import apply_status
from alerts.inbound.callbacks import CODE, PLAIN, SID, WORD, field, keep, signed
from alerts.models import Attempt

NOT_OURS = "No page of ours has this address.\n"


@signed
def status(request: HttpRequest, token: UUID) -> HttpResponse:
    """A delivery report of a message or a call."""
    word = field(request, "MessageStatus", "CallStatus", "SmsStatus", pattern=WORD)
    sid = field(request, "MessageSid", "CallSid", "SmsSid", pattern=SID)
    code = field(request, "ErrorCode", pattern=CODE, default="")
    attempt = Attempt.objects.filter(token=token).first()
    if attempt is None:
        return HttpResponse(NOT_OURS, status=404, content_type=PLAIN)
    with transaction.atomic():
        # With the state change or not at all: a crash between the two would make the repeat a stranger.
        if keep("status", request, attempt, str(token), sid, word, code):
            if not attempt.provider_sid:
                Attempt.objects.filter(pk=attempt.pk, provider_sid="").update(provider_sid=sid)
            apply_status(attempt.pk, word, code)
    return HttpResponse(status=204)


@signed
def machine(request: HttpRequest, token: UUID) -> HttpResponse:
    """Whether a machine seems to have picked up: kept and shown, and nothing else follows from it."""
    guess = field(request, "AnsweredBy", pattern=WORD)
    sid = field(request, "CallSid", pattern=SID)
    attempt = Attempt.objects.filter(token=token).first()
    if attempt is None:
        return HttpResponse(NOT_OURS, status=404, content_type=PLAIN)
    with transaction.atomic():
        if keep("machine", request, attempt, str(token), sid, guess):
            Attempt.objects.filter(pk=attempt.pk, answered_by="").update(answered_by=guess)
    return HttpResponse(status=204)
