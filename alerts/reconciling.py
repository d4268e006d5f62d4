"""What became of attempts that nobody reported on: senders that died, answers that never came, silent providers."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from alerts import audit, database
from alerts.channels import gateway, registry, sms
from alerts.delivery import apply_status
from alerts.models import Attempt, Channel, Incident, Notification, StepRun
from alerts.sending import POLL_AFTER_S, follow_up, settle

logger = logging.getLogger(__name__)
UNKNOWN_AFTER_S = 10  # so long may a callback take to say what became of it
AT_ONCE = 50
POLLED_AT_ONCE = 5
LATELY_S = 60


def recover() -> int:
    """Attempts whose sender died become unknown; unknown ones that nobody explained start what follows.

    A lease that ran out was time enough for a callback: such an attempt is not waited for again.
    """
    moved = Attempt.objects.filter(state=Attempt.State.CLAIMED, lease_until__lt=Now()).update(
        state=Attempt.State.UNKNOWN,
        error_words="the sender died while sending",
        changed_at=Now() - timedelta(seconds=UNKNOWN_AFTER_S + 1),
    )
    for pk in list(_unexplained().order_by("changed_at").values_list("pk", flat=True)[:AT_ONCE]):
        moved += _explain_by_another(pk)
    return moved


def _explain_by_another(pk: int) -> int:
    """Start what follows one unknown attempt; one that cannot be followed up holds up no other."""
    try:
        with transaction.atomic():
            unknown = Attempt.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            attempt = unknown.filter(pk=pk, state=Attempt.State.UNKNOWN).first()
            if attempt is None:
                return 0
            follow_up(attempt)
    except Exception:
        if database.lost():
            raise
        logger.exception("attempt %s: what follows it could not be started", pk)
        return 0
    return 1


def _unexplained() -> QuerySet[Attempt]:
    incident = "notification__step_run__incident__"
    page = Q(notification__purpose=Notification.Purpose.PAGE, **{f"{incident}state": Incident.State.OPEN})
    done = (Incident.State.ACKNOWLEDGED, Incident.State.RESOLVED)
    over = Q(notification__purpose=Notification.Purpose.STAND_DOWN, **{f"{incident}state__in": done})
    return Attempt.objects.filter(
        page | over,
        state=Attempt.State.UNKNOWN,
        changed_at__lt=Now() - timedelta(seconds=UNKNOWN_AFTER_S),
        followed_by=None,
    )


def hurry() -> int:
    """Run the next step at once where the newest step of an open incident failed for everybody; returns how many.

    Only on the first way through the steps: with every provider down the later ones keep their waits.
    """
    failed = StepRun.objects.filter(
        hurried_at=None,
        loop=0,
        incident__state=Incident.State.OPEN,
        run=F("incident__run"),
        notifications__exhausted_at__gt=Now() - timedelta(seconds=LATELY_S),
    )
    still_tried = Notification.objects.filter(step_run=OuterRef("pk"), exhausted_at=None)
    return sum(_hurry(run) for run in failed.filter(~Exists(still_tried)).distinct()[:AT_ONCE])


@transaction.atomic
def _hurry(step_run: StepRun) -> bool:
    open_here = Incident.objects.select_for_update(skip_locked=True, no_key=True).filter(
        pk=step_run.incident_id, state=Incident.State.OPEN, run=step_run.run
    )
    incident = open_here.first()
    if incident is None:
        return False  # somebody else is at it; the next round looks again
    StepRun.objects.filter(pk=step_run.pk).update(hurried_at=Now())
    if StepRun.objects.filter(incident=incident, run=step_run.run, pk__gt=step_run.pk).exists():
        return False  # the next step has begun by itself
    Incident.objects.filter(pk=incident.pk, next_action_at__gt=Now()).update(
        next_action_at=Now(), version=F("version") + 1
    )
    audit.record("engine", "nobody of this step could be reached", incident, step=step_run.step + 1)
    return True


def poll() -> None:
    """Ask the provider about attempts whose callbacks did not come, and look for unknown ones in its list."""
    for attempt in _silent():
        report = gateway.report(attempt.account, attempt.channel, attempt.provider_sid)
        if report is not None:
            apply_status(attempt.pk, report.status, report.code)
    for attempt in _nameless():
        _look_for(attempt)


def _silent() -> list[Attempt]:
    """Accepted and never reported on for 30 s; taken for this look, so that two engines do not ask twice."""
    with transaction.atomic():
        silent = list(
            Attempt.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state__in=[Attempt.State.ACCEPTED, Attempt.State.SENT], due_at__lt=Now())
            .exclude(provider_sid="")
            .exclude(notification__step_run__incident__state=Incident.State.RESOLVED)
            .order_by("due_at")[:POLLED_AT_ONCE]
        )
        _next_look(silent, 2 * POLL_AFTER_S)
    return silent


def _nameless() -> list[Attempt]:
    """Unknown by Twilio and without a name of the provider: a callback was lost too, or never came."""
    with transaction.atomic():
        nameless = list(
            Attempt.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state=Attempt.State.UNKNOWN, provider_sid="", channel__in=registry.TWILIO)
            .filter(changed_at__lt=Now() - timedelta(seconds=UNKNOWN_AFTER_S / 2))
            .filter(changed_at__gt=Now() - timedelta(hours=1), due_at__lt=Now() + timedelta(seconds=POLL_AFTER_S))
            .filter(followed_by=None)  # else the page has gone another way by now
            .exclude(notification__step_run__incident__state=Incident.State.RESOLVED)
            .order_by("due_at")[:POLLED_AT_ONCE]
        )
        _next_look(nameless, 2 * POLL_AFTER_S)
    return nameless


def _next_look(attempts: list[Attempt], seconds: int) -> None:
    Attempt.objects.filter(pk__in=[one.pk for one in attempts]).update(due_at=Now() + timedelta(seconds=seconds))


def _look_for(attempt: Attempt) -> None:
    """Bind an unknown attempt to what the provider lists, where it can be nothing else's."""
    same = Attempt.objects.filter(address=attempt.address, channel=attempt.channel).exclude(pk=attempt.pk)
    nameless = same.filter(provider_sid="", state__in=[Attempt.State.CLAIMED, Attempt.State.UNKNOWN])
    if nameless.filter(changed_at__gt=attempt.created_at).exists():
        return  # what is found could be that one's, too
    known = set(same.exclude(provider_sid="").values_list("provider_sid", flat=True))
    words = sms.body(attempt) if attempt.channel == Channel.SMS else ""
    report = gateway.listed(attempt.account, attempt.channel, attempt.address, attempt.created_at, words, known)
    if report is None:
        return
    logger.info("attempt %s: found in the provider's list", attempt.pk)
    settle(attempt.pk, Attempt.State.ACCEPTED, sid=report.sid)
    apply_status(attempt.pk, report.status, report.code)
