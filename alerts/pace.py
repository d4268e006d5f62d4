"""How fast one of our numbers may send: turns are given out in the database, so that all engines share them.

Twilio sends from a UK long code at its own pace and queues what comes faster. What is not urgent waits here instead,
so that an urgent page never stands behind it in a queue that we cannot see.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from alerts.models import SenderPace

TAKE = """
INSERT INTO alerts_senderpace AS pace (number, next_at)
VALUES (%(number)s, statement_timestamp() + make_interval(secs => %(gap_s)s))
ON CONFLICT (number) DO UPDATE
SET next_at = greatest(pace.next_at, statement_timestamp()) + make_interval(secs => %(gap_s)s)
RETURNING extract(epoch FROM next_at - make_interval(secs => %(gap_s)s) - statement_timestamp())
"""


def take_turn(number: str, turns: int = 1) -> float:
    """Take the next turn of a number, or several; returns the seconds until the first, 0 or less for now."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"number": number, "gap_s": turns / settings.TWILIO_SMS_PER_S})
        (wait_s,) = cursor.fetchone()
    return float(wait_s)


def least_busy(numbers: Sequence[str]) -> str:
    """The number whose next turn comes first; the earlier one in the list where none has waited yet."""
    if len(numbers) == 1:
        return numbers[0]
    next_at = dict(SenderPace.objects.filter(number__in=numbers).values_list("number", "next_at"))
    fresh = [number for number in numbers if number not in next_at]
    return fresh[0] if fresh else min(numbers, key=lambda number: next_at[number])
