"""The engine's second half: claim an attempt, ask the provider, write what came of it, start the next channel.

What happens to a page if the process dies: before the claim it waits; after the claim its lease runs out and it is
`unknown`, which starts the next channel; after the provider's answer the callback binds it by its token.
Two pages are better than none.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from alerts import audit
from alerts.channels import gateway, sms, voice
from alerts.escalation import OPTED_OUT, failure_state, moves_forward, next_channel
from alerts.models import Attempt, Channel, Contact, Incident, Notification

logger = logging.getLogger(__name__)

LEASE_MARGIN_S = 3.0  # a sender that lives has its answer, or its time-out, well within this
UNKNOWN_AFTER_S = 10  # so long may a callback take to say what became of it
POLL_AFTER_S = 30
RETRY_S = 20  # all channels failed: the first is tried again
SEND: dict[str, Callable[[Attempt], gateway.Outcome]] = {Channel.SMS: sms.send, Channel.VOICE: voice.send}
FAILED = (Attempt.State.FAILED_TEMPORARY, Attempt.State.FAILED_PERMANENT)


@transaction.atomic
def claim() -> int | None:
    """Take one waiting attempt for this sender; None when nothing waits."""
    attempt = (
        Attempt.objects.select_for_update(skip_locked=True)
        .filter(state=Attempt.State.QUEUED, due_at__lte=Now())
        .order_by("-notification__step_run__incident__tier", "due_at")
        .first()
    )
    if attempt is None:
        return None
    attempt.state = Attempt.State.CLAIMED
    attempt.lease_until = Now() + timedelta(seconds=settings.TWILIO_TIMEOUT_S + LEASE_MARGIN_S)
    attempt.changed_at = Now()
    attempt.save(update_fields=["state", "lease_until", "changed_at"])
    return attempt.pk


def deliver(attempt_id: int) -> None:
    """Send one claimed attempt, unless it is not needed any more."""
    attempt = Attempt.objects.select_related("notification__step_run__incident", "notification__contact").get(
        pk=attempt_id
    )
    run = attempt.notification.step_run
    if not still_needed(run.incident, run.run):
        settle(attempt_id, Attempt.State.CANCELLED)
        return
    outcome = SEND[attempt.channel](attempt)
    match outcome:
        case gateway.Accepted(sid):
            settle(attempt_id, Attempt.State.ACCEPTED, sid=sid)
        case gateway.Refused(code, words):
            settle(attempt_id, Attempt.State(failure_state(code)), code=code, words=words)
        case gateway.Unknown(words):
            settle(attempt_id, Attempt.State.UNKNOWN, words=words)


def still_needed(incident: Incident, run: int) -> bool:
    """A page is called off only by a person: acknowledged or closed, in the same run of the escalation."""
    return incident.state == Incident.State.OPEN or (
        incident.state == Incident.State.ACKNOWLEDGED and incident.run != run
    )


@transaction.atomic
def settle(attempt_id: int, state: Attempt.State, *, sid: str = "", code: str = "", words: str = "") -> Attempt:
    """Move an attempt forward, never back; a failure starts the next channel in the same transaction."""
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    attempt.provider_sid = attempt.provider_sid or sid
    if moves_forward(attempt.state, state):
        attempt.state = state
        attempt.error_code, attempt.error_words = code or attempt.error_code, (words or attempt.error_words)[:200]
        attempt.changed_at = Now()
        attempt.due_at = Now() + timedelta(seconds=POLL_AFTER_S)
        attempt.lease_until = None
        if state == Attempt.State.ACCEPTED:
            attempt.accepted_at = Now()
    elif state == Attempt.State.ACCEPTED and attempt.accepted_at is None:
        attempt.accepted_at = Now()  # the callback was faster than the answer
    attempt.save()
    if state in FAILED and attempt.state == state:
        follow_up(attempt)
    return attempt


def follow_up(attempt: Attempt) -> None:
    """Start the next channel for the same person, once for each failed attempt."""
    notification = attempt.notification
    run = notification.step_run
    if Attempt.objects.filter(follows=attempt).exists() or not still_needed(run.incident, run.run):
        return
    if attempt.error_code == OPTED_OUT:
        Contact.objects.filter(pk=notification.contact_id, sms_refused_at=None).update(sms_refused_at=Now())
        audit.record("engine", "contact refuses SMS", run.incident, contact=str(notification.contact))
    channel = next_channel(notification.channels, attempt.channel)
    delay = 0
    if channel is None:
        channel = _first_that_may_work(notification)
        # What failed needs time to mend; what may never have gone out is sent again at once.
        delay = 0 if attempt.state == Attempt.State.UNKNOWN else RETRY_S
    if channel is None:
        logger.error("attempt %s: no channel is left to reach contact %s", attempt.pk, notification.contact_id)
        return
    Attempt.objects.create(
        notification=notification,
        n=notification.attempts.count() + 1,
        channel=channel,
        address=notification.contact.mobile,
        follows=attempt,
        due_at=Now() + timedelta(seconds=delay),
    )


def _first_that_may_work(notification: Notification) -> str | None:
    never = set(notification.attempts.filter(state=Attempt.State.FAILED_PERMANENT).values_list("channel", flat=True))
    return next((c for c in notification.channels if c != Channel.CONSOLE and c not in never), None)


def recover() -> int:
    """Attempts whose sender died become unknown; unknown ones that nobody explained start the next channel.

    A lease that ran out was time enough for a callback: such an attempt is not waited for again.
    """
    moved = Attempt.objects.filter(state=Attempt.State.CLAIMED, lease_until__lt=Now()).update(
        state=Attempt.State.UNKNOWN,
        error_words="the sender died while sending",
        changed_at=Now() - timedelta(seconds=UNKNOWN_AFTER_S + 1),
    )
    overdue = Q(state=Attempt.State.UNKNOWN, changed_at__lt=Now() - timedelta(seconds=UNKNOWN_AFTER_S))
    with transaction.atomic():
        waiting = Attempt.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            overdue, followed_by=None, notification__step_run__incident__state=Incident.State.OPEN
        )
        for attempt in waiting.select_related("notification__step_run__incident")[:50]:
            follow_up(attempt)
            moved += 1
    return moved


def poll() -> None:
    """Ask the provider about attempts whose callbacks did not come within 30 s."""
    with transaction.atomic():
        silent = list(
            Attempt.objects.select_for_update(skip_locked=True)
            .filter(state__in=[Attempt.State.ACCEPTED, Attempt.State.SENT], due_at__lt=Now())
            .exclude(provider_sid="")
            .exclude(notification__step_run__incident__state=Incident.State.RESOLVED)
            .order_by("due_at")[:5]
        )
        Attempt.objects.filter(pk__in=[a.pk for a in silent]).update(due_at=Now() + timedelta(seconds=2 * POLL_AFTER_S))
    from alerts.inbound import apply_status

    for attempt in silent:
        api = gateway.client()
        resource = api.calls if attempt.channel == Channel.VOICE else api.messages
        found: dict[str, str] = {}

        def fetch(sid: str, kind: object = resource, into: dict[str, str] = found) -> object:
            made = kind(sid).fetch()  # type: ignore[operator]
            into.update(status=str(made.status), code=str(getattr(made, "error_code", None) or ""))
            return made

        gateway.ask(fetch, sid=attempt.provider_sid)
        if found:
            apply_status(attempt.pk, found["status"], found["code"])
