"""Whether a number is the person's: a code goes out by SMS, and comes back as a reply or is typed in by an admin.

A number that was never proven is paged all the same, at every tier, and is shown as unproven: a wrong digit is a
reason to look at it by day, never a reason to be silent at night.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models.functions import Now

from alerts import audit
from alerts.agencies import texting
from alerts.channels.interface import Accepted
from alerts.models import Contact, NumberCheck
from alerts.planning import database_now

DIGITS = 6
TRIES = 5
GOOD_FOR = timedelta(minutes=30)  # assumed: long enough to read a message out on the telephone


def send_code(contact: Contact, *, by: str) -> str:
    """Send a new code to a contact's number; returns what became of it in words."""
    if not contact.mobile:
        return "there is no number to prove."
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    NumberCheck.objects.update_or_create(
        contact=contact,
        defaults={
            "number": contact.mobile,
            "code_hash": make_password(code),
            "tries_left": TRIES,
            "sent_at": Now(),
        },
    )
    outcome = texting.send(
        contact.mobile,
        f"Handrail: your code is {code}. Reply with it: pages will reach you. Good for 30 minutes.",
    )
    audit.record(by, "number code sent", contact=contact.pk)
    if isinstance(outcome, Accepted):
        return "a code is on its way. It counts when it comes back as a reply, or when you type it in."
    return f"the code could not be sent: {outcome.words}."


@transaction.atomic
def confirm(contact: Contact, code: str, *, by: str) -> str | None:
    """Take a code that came back.

    Returns:
        None where it proves the number; otherwise why it does not, in words.
    """
    check = NumberCheck.objects.select_for_update().filter(contact=contact).first()
    if check is None or check.number != contact.mobile:
        return "No code was sent to this number. Send one first."
    if check.tries_left == 0 or database_now() - check.sent_at > GOOD_FOR:
        return "This code is not good any more. Send a new one."
    if not check_password(code.strip(), check.code_hash):
        NumberCheck.objects.filter(pk=check.pk).update(tries_left=check.tries_left - 1)
        return f"That is not the code. {check.tries_left - 1} tries are left."
    check.delete()
    Contact.objects.filter(pk=contact.pk).update(proven_mobile=contact.mobile, proven_at=Now())
    audit.record(by, "number proven", contact=contact.pk)
    return None


def reply(people: Sequence[Contact], body: str) -> str | None:
    """The answer to an SMS that is a code, for all who share the number; None where it is none."""
    words = body.strip()
    asked = [contact for contact in people if NumberCheck.objects.filter(contact=contact).exists()]
    if len(words) != DIGITS or not words.isdecimal() or not asked:
        return None
    faults = [confirm(contact, words, by=str(contact)) for contact in asked]
    return faults[0] if all(faults) else "Thank you. Pages will reach you at this number."
