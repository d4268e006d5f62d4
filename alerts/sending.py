"""The engine's second half: claim an attempt, ask its channel, write what came of it, start what follows.

What happens to a page if the process dies: before the claim it waits; after the claim its lease runs out and it is
`unknown`, which starts the next channel; after the provider's answer the callback binds it by its token. What follows
a failure is written with the failure or not at all. Two pages are better than none.
"""

import logging
import time
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, IntegerField, Value, When
from django.db.models.functions import Now

from alerts import audit, pace
from alerts.channels import gateway, registry
from alerts.channels.interface import Accepted, Refused, Unknown
from alerts.escalation import moves_forward
from alerts.failover import (
    HANDSET,
    NEVER_SMS_AGAIN,
    OPTED_OUT,
    SOON_ROUNDS,
    Next,
    Route,
    Tried,
    again,
    failure_state,
    following,
)
from alerts.models import Attempt, Channel, Contact, Incident, Notification, NumberBlock
from zones.tier import Tier

logger = logging.getLogger(__name__)

LEASE_MARGIN_S = 3.0  # a sender that lives has its answer, or its time-out, well within this
POLL_AFTER_S = 30
KEEP_AGAIN_S = 0.25
STAND_DOWN_ROUNDS = 2  # that it is over is worth a second try, and no more
FAILED = (Attempt.State.FAILED_TEMPORARY, Attempt.State.FAILED_PERMANENT)
PAGES_FIRST = Case(
    When(notification__purpose=Notification.Purpose.PAGE, then=Value(0)), default=Value(1), output_field=IntegerField()
)


def claim() -> int | None:
    """Take one waiting attempt for this sender; None when nothing waits that may go now."""
    return next(iter(claim_some(1)), None)


def claim_some(at_most: int) -> list[int]:
    """Take the most pressing of the waiting attempts, one for each sender that is free."""
    taken: list[int] = []
    while len(taken) < at_most:
        looked_at, more = _claim(at_most - len(taken))
        taken += more
        if not looked_at:
            break
    return taken


@transaction.atomic
def _claim(at_most: int) -> tuple[int, list[int]]:
    """How many of those that wait were looked at, and which of them have their turn now."""
    waiting = list(
        # The attempt alone: an incident that another transaction holds must not hold its pages up.
        Attempt.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("notification__step_run__incident")
        .filter(state=Attempt.State.QUEUED, due_at__lte=Now())
        .order_by(PAGES_FIRST, "-notification__step_run__incident__tier", "due_at")[:at_most]
    )
    for attempt in waiting:
        _choose_number(attempt)
    at_once = [attempt for attempt in waiting if not _is_paced(attempt)]
    for sender, turns in Counter(attempt.sender for attempt in at_once if _takes_a_turn(attempt)).items():
        pace.take_turn(sender, turns)
    taken = at_once + [attempt for attempt in waiting if _is_paced(attempt) and _has_its_turn(attempt)]
    limit_s = max(settings.TWILIO_TIMEOUT_S, settings.CHANNEL_TIMEOUT_S)
    for account, sender in {(attempt.account, attempt.sender) for attempt in taken}:
        same = [attempt.pk for attempt in taken if (attempt.account, attempt.sender) == (account, sender)]
        Attempt.objects.filter(pk__in=same).update(
            state=Attempt.State.CLAIMED,
            lease_until=Now() + timedelta(seconds=limit_s + LEASE_MARGIN_S),
            claimed_at=Now(),
            changed_at=Now(),
            account=account,
            sender=sender,
        )
    return len(waiting), [attempt.pk for attempt in taken]


def _choose_number(attempt: Attempt) -> None:
    """Choose the number that it goes out from, where it goes out by one."""
    if attempt.channel not in registry.TWILIO:
        return
    ours = [route for route in gateway.routes() if route.account == attempt.account] or gateway.routes()
    if not ours:
        attempt.sender = ""  # switched off: the channel says so, and the next one goes
    elif attempt.sender not in {route.number for route in ours}:
        attempt.account, attempt.sender = ours[0].account, pace.least_busy([route.number for route in ours])


def _takes_a_turn(attempt: Attempt) -> bool:
    """Whether it counts for its number's pace: each SMS once, and none where Twilio is switched off."""
    return attempt.channel == Channel.SMS and not attempt.paced and attempt.sender != ""


def _is_paced(attempt: Attempt) -> bool:
    """Whether it may have to wait for its turn: an urgent page never does, what comes after it makes room."""
    is_page = attempt.notification.purpose == Notification.Purpose.PAGE
    return _takes_a_turn(attempt) and not (_urgent(attempt.notification) and is_page)


def _has_its_turn(attempt: Attempt) -> bool:
    """Take the turn of a notice, a concern or a stand-down; one that would crowd its number is put off until then."""
    wait_s = pace.take_turn(attempt.sender)
    if wait_s <= 0:
        return True
    attempt.paced = True
    attempt.due_at = Now() + timedelta(seconds=wait_s)
    attempt.save(update_fields=["paced", "due_at", "account", "sender"])
    return False


def deliver(attempt_id: int) -> None:
    """Send one claimed attempt, unless it is not needed any more."""
    attempt = Attempt.objects.select_related("notification__step_run__incident", "notification__contact__user").get(
        pk=attempt_id
    )
    if not still_needed(attempt.notification):
        settle(attempt_id, Attempt.State.CANCELLED)
        return
    try:
        outcome = registry.send(attempt)
    except Exception:  # ours, not the other side's: the next channel goes all the same
        logger.exception("attempt %s: the channel %s failed by itself", attempt_id, attempt.channel)
        outcome = Refused("defect", "the channel failed by itself; see the log")
    match outcome:
        case Accepted(sid, False) if _accept(attempt_id, sid):
            pass
        case Accepted(sid, delivered):
            keep(attempt_id, Attempt.State.DELIVERED if delivered else Attempt.State.ACCEPTED, sid=sid)
        case Refused(code, words):
            keep(attempt_id, Attempt.State(failure_state(code)), code=code, words=words)
        case Unknown(words):
            keep(attempt_id, Attempt.State.UNKNOWN, words=words)


def _accept(attempt_id: int, sid: str) -> bool:
    """Write in one statement what nearly always comes: accepted, and nobody was faster. False where it is otherwise."""
    try:
        claimed = Attempt.objects.filter(pk=attempt_id, state=Attempt.State.CLAIMED, provider_sid="", accepted_at=None)
        return bool(
            claimed.update(
                state=Attempt.State.ACCEPTED,
                provider_sid=sid,
                accepted_at=Now(),
                changed_at=Now(),
                due_at=Now() + timedelta(seconds=POLL_AFTER_S),
                lease_until=None,
            )
        )
    except DatabaseError:
        connection.close()
        return False  # `keep` tries for longer


def keep(attempt_id: int, state: Attempt.State, **more: str) -> None:
    """Write what the provider said, also while the database restarts: else somebody is paged twice for nothing."""
    until = time.monotonic() + LEASE_MARGIN_S
    while True:
        try:
            settle(attempt_id, state, **more)
        except DatabaseError:
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(KEEP_AGAIN_S)
        else:
            return


def still_needed(notification: Notification) -> bool:
    """A page is called off only by a person: acknowledged or closed, in the same run of the escalation."""
    run = notification.step_run
    incident = run.incident
    if notification.purpose == Notification.Purpose.STAND_DOWN:
        seen_to = incident.state == Incident.State.ACKNOWLEDGED and incident.run == run.run
        return seen_to or incident.state == Incident.State.RESOLVED
    return incident.state == Incident.State.OPEN or (
        incident.state != Incident.State.RESOLVED and incident.run != run.run
    )


@transaction.atomic
def settle(attempt_id: int, state: Attempt.State, *, sid: str = "", code: str = "", words: str = "") -> Attempt:
    """Move an attempt forward, never back; a failure starts what follows in the same transaction."""
    attempt = Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id)
    attempt.provider_sid = attempt.provider_sid or sid
    if moves_forward(attempt.state, state):
        attempt.state = state
        attempt.error_code, attempt.error_words = code or attempt.error_code, (words or attempt.error_words)[:200]
        attempt.changed_at = Now()
        attempt.due_at = Now() + timedelta(seconds=POLL_AFTER_S)
        attempt.lease_until = None
    if state in (Attempt.State.ACCEPTED, Attempt.State.DELIVERED) and attempt.accepted_at is None:
        attempt.accepted_at = Now()  # also where the callback was faster than the answer
    attempt.save()
    if state in FAILED and attempt.state == state:
        follow_up(attempt)
    return attempt


def follow_up(attempt: Attempt) -> None:
    """Start what follows a try that failed or may have, once; the caller's transaction holds the attempt's lock."""
    notification = attempt.notification
    if attempt.channel == Channel.SMS and attempt.error_code in NEVER_SMS_AGAIN:
        _take_no_sms(attempt)
    if Attempt.objects.filter(follows=attempt).exists() or not still_needed(notification):
        return
    tried, channels, routes = _tried(attempt), _channels(attempt), gateway.routes()
    nexts = following(_as_tried(attempt), tried, channels, routes)
    if not any(not one.new_round for one in nexts) and notification.exhausted_at is None:
        Notification.objects.filter(pk=notification.pk, exhausted_at=None).update(exhausted_at=Now())
    if not nexts and _goes_on(notification, attempt):
        soon = attempt.round < SOON_ROUNDS and _urgent(notification)
        once_more = again(tried, channels, routes, soon=soon)
        nexts = [once_more] if once_more else []
        if once_more is None:
            logger.error("attempt %s: no channel is left to reach contact %s", attempt.pk, notification.contact_id)
    for following_one in nexts:
        _queue(attempt, following_one)


def _take_no_sms(attempt: Attempt) -> None:
    """Remember that a number takes no SMS; an opt-out is the person's own word, and an admin hears of it."""
    contact = attempt.notification.contact
    if attempt.error_code == OPTED_OUT:
        if Contact.objects.filter(pk=contact.pk, sms_refused_at=None).update(sms_refused_at=Now()):
            audit.record("engine", "contact refuses SMS", attempt.notification.step_run.incident, contact=str(contact))
        return
    _, new = NumberBlock.objects.get_or_create(
        number=attempt.address, defaults={"code": attempt.error_code, "words": attempt.error_words}
    )
    if new:
        incident = attempt.notification.step_run.incident
        audit.record("engine", "number takes no SMS", incident, contact=str(contact), code=attempt.error_code)


def _channels(attempt: Attempt) -> list[str]:
    """What can reach the person now: the policy's order, without what failed for good in this notification."""
    notification = attempt.notification
    never = set(notification.attempts.filter(state=Attempt.State.FAILED_PERMANENT).values_list("channel", flat=True))
    named = [c for c in notification.channels if c != Channel.CONSOLE]
    if _urgent(notification) and attempt.error_code in HANDSET and Channel.VOICE not in named:
        named.append(Channel.VOICE)  # the handset takes no SMS now: call it, also where the policy did not ask for it
    return [c for c in registry.reaching(notification.contact, named) if c not in never]


def _urgent(notification: Notification) -> bool:
    return notification.step_run.incident.tier >= Tier.URGENT


def _tried(attempt: Attempt) -> list[Tried]:
    same_round = attempt.notification.attempts.filter(round=attempt.round).exclude(channel=Channel.CONSOLE)
    return [_as_tried(one) for one in same_round.order_by("n")]


def _as_tried(attempt: Attempt) -> Tried:
    code = attempt.error_code if attempt.state in FAILED else ""
    route = Route(attempt.account, attempt.sender if attempt.channel in registry.TWILIO else "")
    return Tried(attempt.channel, route, code or ("failed" if attempt.state in FAILED else ""))


def _goes_on(notification: Notification, attempt: Attempt) -> bool:
    """Whether this notification tries again from its first channel, or something newer does that for the person."""
    if notification.attempts.filter(state__in=[Attempt.State.QUEUED, Attempt.State.CLAIMED]).exists():
        return False
    if notification.purpose == Notification.Purpose.STAND_DOWN:
        return attempt.round + 1 < STAND_DOWN_ROUNDS
    newer = Notification.objects.filter(
        contact_id=notification.contact_id,
        step_run__incident_id=notification.step_run.incident_id,
        purpose=Notification.Purpose.PAGE,
        pk__gt=notification.pk,
    )
    return not newer.exists()


def _queue(attempt: Attempt, following_one: Next) -> None:
    notification = attempt.notification
    Attempt.objects.create(
        notification=notification,
        n=notification.attempts.count() + 1,
        channel=following_one.channel,
        address=registry.address(notification.contact, following_one.channel),
        follows=attempt,
        round=attempt.round + following_one.new_round,
        account=following_one.account,
        sender=following_one.number,
        due_at=Now() + timedelta(seconds=following_one.delay_s),
    )
