"""The database's clock may be set while we work: no instant that we wait for lies further ahead than is right for it.

A clock that is set forward makes things due early: somebody is paged twice. One that is set back would leave pages
waiting for as long as it was set back; `steady` pulls each instant in, whoever runs it and as often as they like.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now

from alerts.escalation import longest_wait_s, policy_of
from alerts.failover import LATER_S
from alerts.models import Attempt, Channel, Incident, SenderPace
from alerts.sending import LEASE_MARGIN_S, POLL_AFTER_S

logger = logging.getLogger(__name__)
SLACK_S = 2
LATELY = timedelta(hours=1)  # assumed: what took its turn before has left our numbers' queue


def steady() -> int:
    """Pull in what lies too far ahead; returns how many instants were wrong."""
    wrong = _incidents() + _attempts() + _turns()
    if wrong:
        logger.warning("the database's clock was set back: %s instants were pulled in", wrong)
    return wrong


def _incidents() -> int:
    moved = 0
    unresolved = Incident.objects.exclude(state=Incident.State.RESOLVED).order_by()
    ahead = unresolved.filter(next_action_at__gt=Now() + timedelta(seconds=SLACK_S))
    ahead = ahead.annotate(ahead=F("next_action_at") - Now())
    of_each = ahead.values_list("pk", "state", "tier", "policy_snapshot", "ahead", "loop", "step")
    for pk, state, tier, snapshot, lies_ahead, *at in of_each:
        try:
            wait = timedelta(seconds=longest_wait_s(state, tier, policy_of(snapshot), begun=at != [0, 0]))
        except Exception:
            logger.exception("incident %s: its policy makes no sense", pk)
            continue  # the planning looks at it every few seconds
        if lies_ahead <= wait + timedelta(seconds=SLACK_S):
            continue
        late = unresolved.filter(pk=pk, state=state, next_action_at__gt=Now() + wait + timedelta(seconds=SLACK_S))
        moved += late.update(next_action_at=Now() + wait)
    return moved


def _attempts() -> int:
    lease = max(settings.TWILIO_TIMEOUT_S, settings.CHANNEL_TIMEOUT_S) + LEASE_MARGIN_S
    queued, paced = Q(state=Attempt.State.QUEUED, paced=False), Q(state=Attempt.State.QUEUED, paced=True)
    first = queued & Q(follows=None)
    queue_s = _queue_s()
    asked = Q(state__in=[Attempt.State.ACCEPTED, Attempt.State.SENT])
    limits: tuple[tuple[Q, str, float], ...] = (
        (first, "due_at", 0),
        (queued, "due_at", LATER_S),
        (paced, "due_at", queue_s),
        (Q(state=Attempt.State.CLAIMED), "lease_until", lease),
        (asked, "due_at", 2 * POLL_AFTER_S),
        (Q(state=Attempt.State.UNKNOWN), "changed_at", 0),
    )
    moved = 0
    for which, name, seconds in limits:
        late = Attempt.objects.filter(which, **{f"{name}__gt": Now() + timedelta(seconds=seconds + SLACK_S)})
        moved += late.update(**{name: Now() + timedelta(seconds=seconds)})
    return moved


def _turns() -> int:
    """The next turn of each of our numbers: else every notice and concern to come would wait for it."""
    wait = timedelta(seconds=_queue_s())
    late = SenderPace.objects.filter(next_at__gt=Now() + wait + timedelta(seconds=SLACK_S))
    return late.update(next_at=Now() + wait)


def _queue_s() -> float:
    """The longest that our numbers' queue can rightly be: one turn for each message that waits or went lately."""
    if not SenderPace.objects.filter(next_at__gt=Now() + timedelta(seconds=SLACK_S)).exists():
        return float(SLACK_S)
    texts = Attempt.objects.filter(channel=Channel.SMS)
    turns = texts.filter(Q(state=Attempt.State.QUEUED) | Q(claimed_at__gt=Now() - LATELY)).count()
    return turns / float(settings.TWILIO_SMS_PER_S)
