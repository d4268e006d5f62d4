"""One e-mail: plain text with the link, by the mail server of `EMAIL_URL`; that it was accepted says no more."""

import smtplib
import ssl

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from alerts.channels import wording
from alerts.channels.deadline import Deadline
from alerts.channels.interface import Accepted, Outcome, Refused, Unknown
from alerts.failover import UNREACHABLE
from alerts.models import Attempt, Contact

_deadline = Deadline("email")


def missing() -> list[str]:
    """The mail server and our own address."""
    return [name for name in ("EMAIL_URL", "EMAIL_FROM") if not getattr(settings, name)]


def address(contact: Contact) -> str:
    """The contact's e-mail address, or that of their log-in."""
    found = contact.addresses.filter(channel="email").first()
    if found is not None:
        return found.address
    return contact.user.email if contact.user else ""


def message(attempt: Attempt) -> EmailMessage:
    """The mail of an attempt."""
    incident = attempt.notification.step_run.incident
    if wording.is_over(attempt):
        subject = f"Stand down: #{incident.pk}"
        text = f"#{incident.pk} at {incident.place} is in hand. Nobody else is needed. Thank you."
    else:
        subject = f"{wording.title(incident)}, {incident.place}"
        text = (
            f"{wording.title(incident)} at {incident.place}, first seen {incident.first_frame_at:%H:%M} UTC.\n\n"
            f"See it and answer here: {wording.link(attempt)}\n\n"
            "This mail cannot be answered. In an emergency call 999."
        )
    one_line = " ".join(subject.split())  # a line break in a place's name would be refused as a forged header
    headers = {"Auto-Submitted": "auto-generated", "X-Handrail-Delivery": str(attempt.token)}
    return EmailMessage(one_line, text, settings.EMAIL_FROM, [attempt.address], headers=headers)


def send(attempt: Attempt) -> Outcome:
    """Hand one mail to the mail server."""
    mail = message(attempt)
    return _deadline.ask(lambda: _hand_over(mail), settings.CHANNEL_TIMEOUT_S)


def _hand_over(mail: EmailMessage) -> Outcome:
    connection = mail.connection = get_connection(fail_silently=False)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        return Refused(UNREACHABLE, f"the mail server cannot be used: {error}"[:200])
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return Refused(str(code), f"the mail server refused the address: {_text(words)}")
    except smtplib.SMTPResponseException as error:
        return Refused(str(error.smtp_code), f"the mail server refused the mail: {_text(error.smtp_error)}")
    except (OSError, smtplib.SMTPException):
        return Unknown("the line to the mail server broke")
    except ValueError as error:  # an address or header that cannot be written
        return Refused("address", str(error)[:200])
    finally:
        connection.close()
    return Accepted()


def _text(words: bytes | str) -> str:
    return (words.decode(errors="replace") if isinstance(words, bytes) else words)[:120]
