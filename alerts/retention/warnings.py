"""What has to be known of retention, in words for the console."""

from datetime import timedelta

from alerts.accounts.telling import Told
from alerts.models import RetentionRun
from alerts.planning import database_now
from alerts.retention.classes import unfinished

OVERDUE = timedelta(days=2)


def of_retention() -> list[Told]:
    """What waits for a person, and what does not go as it should."""
    told = []
    newest = RetentionRun.objects.order_by("-pk").first()
    if newest and newest.state == RetentionRun.State.ASKS:
        told.append(Told("Retention waits for an administrator: see the page Retention."))
    elif newest and database_now() - newest.began_at > OVERDUE:
        told.append(Told(f"Nothing was checked for retention since {newest.began_at:%d %b}: is an engine running?"))
    if stuck := unfinished().exclude(fault="").count():
        told.append(Told(f"{stuck} files could not be deleted by their retention rule: see the page Retention."))
    return told
