"""A channel set only in part is said at the start; an address that could never work is refused when it is saved."""

import pytest
from django.core.management import call_command
from pytest_django import Settings

from alerts.channels.admin import ContactAddressForm
from alerts.channels.deadline import BUSY, Deadline
from alerts.channels.interface import Accepted, Outcome, Unknown
from alerts.channels.registry import CHANNELS
from alerts.channels.warnings import half_set, switched_off
from alerts.models import Channel, Contact

NOTHING = {
    "TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": "", "TWILIO_FROM_NUMBER": "", "TWILIO_MORE_NUMBERS": [],
    "TWILIO_2_ACCOUNT_SID": "", "VAPID_PRIVATE_KEY": "", "VAPID_CONTACT": "", "EMAIL_URL": "", "EMAIL_FROM": "",
    "MQTT_URL": "",
}  # fmt: skip


def test_what_is_set_in_part_is_warned_of_and_what_is_off_is_said(settings: Settings) -> None:
    for name, value in NOTHING.items():
        setattr(settings, name, value)
    assert half_set(None) == []
    assert len(switched_off(None)) == len(CHANNELS) - 1, "a webhook needs no setting of ours"
    settings.EMAIL_URL, settings.TWILIO_ACCOUNT_SID = "smtp://mail.example.org", "AC" + "0" * 32
    warned = " ".join(str(warning.msg) for warning in half_set(None))
    assert "e-mail is switched off: EMAIL_FROM not set" in warned
    assert "SMS is switched off: TWILIO_AUTH_TOKEN, TWILIO_FROM_NUMBER not set" in warned


def test_every_channel_of_the_plan_has_a_room() -> None:
    assert set(CHANNELS) == set(Channel.values) - {Channel.CONSOLE}


def test_what_hangs_takes_nothing_from_what_comes_after_and_what_never_began_is_known() -> None:
    import threading

    deadline, leave = Deadline("test", at_once=1), threading.Event()

    def hang() -> Outcome:
        leave.wait(5)
        return Accepted()

    assert deadline.ask(hang, 0.05) == Unknown("no answer in time")
    assert deadline.ask(Accepted, 0.05) == BUSY
    leave.set()
    assert deadline.ask(Accepted, 2.0) == Accepted()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channel", "address", "secret", "wrong"),
    [("email", "nobody", "", "address"), ("webhook", "ftp://x.example/", "s" * 24, "address"),
     ("webhook", "https://x.example/", "", "new_secret"), ("webhook", "https://x.example/", "short", "new_secret"),
     ("mqtt", "lamps/#", "", "address"), ("email", "bea@example.org", "", None),
     ("webhook", "https://x.example/a", "s" * 24, None), ("mqtt", "bridge/lamps", "", None)],
)  # fmt: skip
def test_an_address_that_could_never_work_is_refused_when_it_is_saved(
    channel: str, address: str, secret: str, wrong: str | None
) -> None:
    contact = Contact.objects.create(name="Lamps")
    form = ContactAddressForm({"contact": contact.pk, "channel": channel, "address": address, "new_secret": secret})
    assert next(iter(form.errors), None) == wrong
    if wrong is None:
        assert form.save().secret == secret


def test_a_key_for_web_push_can_be_made(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    from alerts.channels.web_push.keys import public_key

    call_command("make_push_key")
    name, _, key = capsys.readouterr().out.strip().partition("=")
    assert name == "VAPID_PRIVATE_KEY"
    settings.VAPID_PRIVATE_KEY = key
    assert len(public_key()) == 87
