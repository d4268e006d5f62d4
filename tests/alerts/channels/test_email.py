"""E-mail against a real SMTP server on loopback."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth.models import User
from pytest_django import Settings

from alerts.channels import email
from alerts.channels.interface import Accepted, Refused, Unknown
from alerts.models import Contact, ContactAddress, Incident
from tests.alerts.channels.conftest import Page
from tests.alerts.channels.receivers import LONG_S


class Mailbox:
    """What the server got; and what it answers."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"
        self.rcpt = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server's own name for it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer == "hang":
            await asyncio.sleep(LONG_S)
            return "250 OK"
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL, settings.EMAIL_FROM = "smtp://127.0.0.1", "handrail@example.org"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield mailbox
    server.stop()


def test_the_mail_says_what_where_and_how_to_answer(
    page: Page, partner: Contact, mailbox: Mailbox, incident: Incident
) -> None:
    ContactAddress.objects.create(contact=partner, channel="email", address="bea@example.org")
    assert email.address(partner) == "bea@example.org"
    assert email.send(page("email", partner, email.address(partner))) == Accepted()
    (mail,) = mailbox.mails
    assert mail["To"] == "bea@example.org"
    assert mail["From"] == "handrail@example.org"
    assert mail["Subject"] == f"CRITICAL welfare concern #{incident.pk}, {incident.place}"
    assert "/p/" in str(mail.get_payload())
    assert mail["Auto-Submitted"] == "auto-generated"


def test_it_is_over_is_said_as_well_and_a_line_break_in_a_name_forges_no_header(
    page: Page, partner: Contact, mailbox: Mailbox, incident: Incident
) -> None:
    type(incident).objects.filter(pk=incident.pk).update(place="Bridge\r\nBcc: all@example.org")
    assert email.send(page("email", partner, "bea@example.org")) == Accepted()
    assert email.send(page("email", partner, "bea@example.org", purpose="stand_down")) == Accepted()
    first, second = mailbox.mails
    assert first["Bcc"] is None
    assert second["Subject"] == f"Stand down: #{incident.pk}"


def test_an_operators_own_address_is_used(partner: Contact, mailbox: Mailbox) -> None:
    operator = Contact.objects.get(name__startswith="Olivia")
    assert email.address(operator) == ""
    User.objects.filter(username="operator").update(email="olivia@example.org")
    assert email.address(Contact.objects.get(pk=operator.pk)) == "olivia@example.org"


def test_whatever_the_mail_server_does_is_an_outcome_in_time(
    page: Page, partner: Contact, mailbox: Mailbox, settings: Settings
) -> None:
    def send(address: str = "bea@example.org") -> object:
        return email.send(page("email", partner, address))

    mailbox.rcpt = "550 no such user"
    refused = send()
    assert isinstance(refused, Refused)
    assert refused.code == "550"
    mailbox.rcpt, mailbox.answer = "250 OK", "452 disk full"
    refused = send()
    assert isinstance(refused, Refused)
    assert refused.code == "452"
    mailbox.answer, settings.CHANNEL_TIMEOUT_S = "hang", 0.4
    assert isinstance(send(), Unknown)
    settings.CHANNEL_TIMEOUT_S = 5.0
    assert isinstance(send("not an address\r\n"), Refused)
    settings.EMAIL_PORT = 9
    refused = send()
    assert isinstance(refused, Refused)
    assert refused.code == "unreachable"


def test_it_is_off_without_its_settings(settings: Settings) -> None:
    settings.EMAIL_URL = settings.EMAIL_FROM = ""
    assert email.missing() == ["EMAIL_URL", "EMAIL_FROM"]
