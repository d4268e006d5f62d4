"""What the provider's words mean for an attempt. They come late, twice and in any order; the end is always the same."""

from alerts.failover import failure_state
from alerts.models import Attempt, Channel, Notification
from alerts.sending import settle

# Words that are not here change nothing.
STATUS = {
    "sent": Attempt.State.SENT,
    "initiated": Attempt.State.SENT,
    "ringing": Attempt.State.SENT,
    "in-progress": Attempt.State.SENT,
    "delivered": Attempt.State.DELIVERED,
    "read": Attempt.State.DELIVERED,
}
MESSAGE_FAILED = ("failed", "undelivered", "canceled")
CALL_OVER = ("completed", "no-answer", "busy", "failed", "canceled")
MACHINES = ("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax")


def apply_status(attempt_id: int, status: str, code: str) -> None:
    """Move an attempt by the provider's word. A call that ended without a key press did not reach a person."""
    attempt = Attempt.objects.select_related("notification").get(pk=attempt_id)
    call = attempt.channel == Channel.VOICE
    if call and status == "completed" and attempt.notification.purpose == Notification.Purpose.STAND_DOWN:
        settle(attempt_id, Attempt.State.DELIVERED)  # nothing was asked, so hearing it is enough
    elif status in (CALL_OVER if call else MESSAGE_FAILED):
        words = f"call ended: {status}" if call else f"message {status}"
        if call and attempt.answered_by in MACHINES:
            words += ", perhaps an answering machine"
        settle(attempt_id, Attempt.State(failure_state(code)), code=code, words=words)
    elif status in STATUS:
        settle(attempt_id, STATUS[status])
