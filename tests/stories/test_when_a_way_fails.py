"""A way to reach somebody fails: what goes instead, at once, and who hears of it."""

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from alerts import pace, transitions
from alerts.failover import LATER_S, RETRY_S, SOON_S
from alerts.models import Attempt, AuditEvent, Contact, Incident, NumberBlock, StepRun
from tests.stories.conftest import ControlRoom
from tests.twilio_fake.fixture import TwilioFake
from zones.tier import Tier

OPERATOR, PARTNER, OTHER_PARTNER = "Olivia", "Bea", "Ravi"


def console(path: str = "/") -> str:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    return client.get(path).content.decode()


def test_a_handset_that_is_off_is_called_now_and_texted_again_later(room: ControlRoom) -> None:
    phone = room.fake.account.phone(room.number(PARTNER))
    phone.sms = "30003"
    room.sees()
    room.turn()
    room.later(16)
    room.later(2)
    assert room.calls(PARTNER) == 1
    texts = len(room.texts(PARTNER))
    phone.sms = "delivered"
    room.later(LATER_S)
    assert len(room.texts(PARTNER)) > texts


def test_a_number_that_takes_no_sms_is_never_texted_again_and_the_console_says_so(room: ControlRoom) -> None:
    room.fake.account.phone(room.number(PARTNER)).sms = "30006"
    room.sees()
    room.turn()
    room.later(16)
    room.later(2)
    assert len(room.texts(PARTNER)) == 1
    assert room.calls(PARTNER) == 1
    assert NumberBlock.objects.get().code == "30006"
    assert "The number of Bea, Bridge Watch (Bridge Watch (demo)) takes no SMS" in console()
    room.sees()
    room.turn()
    room.later(16)
    assert len(room.texts(PARTNER)) == 1
    assert room.calls(PARTNER) > 1  # once for each incident; the first, still open, may have come round again


def test_another_of_our_numbers_sends_what_the_carrier_filtered(room: ControlRoom, settings: Settings) -> None:
    settings.TWILIO_MORE_NUMBERS = ["+441632960001"]
    room.fake.account.phone(room.number(OPERATOR)).filtered = ("+441632960000",)
    incident = room.sees()
    room.turn()
    room.later(2)
    room.later(2)
    assert [text.sender for text in room.texts(OPERATOR)] == ["+441632960000", "+441632960001"]
    assert room.texts(OPERATOR)[1].status == "delivered"
    assert room.calls(OPERATOR) == 0
    assert "delivered" in room.states(incident)


@pytest.mark.parametrize(("tier", "soon"), [(Tier.CRITICAL, True), (Tier.CONCERN, False)])
def test_a_provider_that_is_overloaded_is_asked_again_in_seconds_for_what_is_urgent(
    room: ControlRoom, tier: Tier, soon: bool
) -> None:
    incident = room.sees(tier)
    step = {"wait_s": 300, "channels": ["sms"], "contact": Contact.objects.get(name__startswith=OPERATOR).pk}
    Incident.objects.filter(pk=incident.pk).update(policy_snapshot={"steps": [step]})
    room.fake.fail_next(20429, status=429)
    room.turn()
    StepRun.objects.update(hurried_at=Now())  # the next step is not what this is about
    room.later(SOON_S + 1)
    assert bool(room.texts(OPERATOR)) is soon
    room.later(RETRY_S)
    assert room.texts(OPERATOR)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (401, 20003), (500, 20500), (503, 0)])
def test_the_second_account_sends_what_the_first_refuses(
    room: ControlRoom, second_account: TwilioFake, status: int, code: int
) -> None:
    room.sees()
    room.fake.fail_next(code, status=status)
    room.turn()
    room.turn()
    assert [m.to for m in second_account.messages] == [room.number(OPERATOR)]
    attempt = Attempt.objects.get(account=2)
    assert attempt.state == Attempt.State.ACCEPTED
    second_account.account.advance(2)  # and its callbacks are signed with its own token
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.DELIVERED


def test_the_second_account_sends_when_the_first_cannot_be_reached(
    room: ControlRoom, second_account: TwilioFake, settings: Settings
) -> None:
    settings.TWILIO_BASE_URL = "http://127.0.0.1:9"  # nobody listens there
    room.sees()
    room.turn()
    room.turn()
    assert [m.to for m in second_account.messages] == [room.number(OPERATOR)]


def test_an_answer_that_never_came_is_followed_by_the_other_account(
    room: ControlRoom, second_account: TwilioFake
) -> None:
    room.sees()
    room.fake.fail_next(line="drop_before")
    room.turn()
    room.later(11)
    assert len(second_account.messages) == 1


def test_when_nobody_of_a_step_can_be_reached_the_next_step_runs_at_once(room: ControlRoom) -> None:
    room.fake.account.phone(room.number(OPERATOR)).sms = "30005"
    incident = room.sees()
    room.turn()
    room.later(2)
    room.turn()
    assert room.texts(PARTNER), "the partners did not have to wait for 15 s"
    assert AuditEvent.objects.filter(incident=incident, action="nobody of this step could be reached").count() == 1


def test_with_the_provider_down_the_steps_do_not_run_in_a_spin(room: ControlRoom, settings: Settings) -> None:
    settings.TWILIO_BASE_URL = "http://127.0.0.1:9"
    incident = room.sees()
    for _ in range(12):
        room.turn()
    runs = StepRun.objects.filter(incident=incident).count()
    assert runs <= 6
    for _ in range(30):
        room.later(10)
    ours = Attempt.objects.filter(notification__step_run__incident=incident)
    waiting = ours.filter(state=Attempt.State.QUEUED).count()
    assert 0 < waiting <= Contact.objects.filter(active=True).count(), "each person is tried again once at a time"
    settings.TWILIO_BASE_URL = room.fake.server.address
    room.later(21)
    assert room.fake.messages, "and pages go out as soon as the provider is back"


def test_stop_is_the_persons_word_start_takes_it_back_and_an_admin_sees_both(room: ControlRoom) -> None:
    number = room.number(PARTNER)
    assert room.fake.account.reply(number, "STOP") == ""
    assert "Bea, Bridge Watch (Bridge Watch (demo)) takes no SMS any more: they sent STOP." in console()
    room.sees()
    room.turn()
    room.later(16)
    assert room.texts(PARTNER) == []
    assert room.calls(PARTNER) == 1
    assert "again" in room.fake.account.reply(number, "start")
    assert "takes no SMS" not in console()
    room.sees()
    room.turn()
    room.later(16)
    assert len(room.texts(PARTNER)) == 1
    acts = [e.action for e in AuditEvent.objects.filter(actor__startswith=PARTNER)]
    assert acts == ["contact refuses SMS", "contact takes SMS again"]


def test_an_opt_out_that_only_the_network_knew_of_is_learned_from_its_answer(room: ControlRoom) -> None:
    room.fake.account.phone(room.number(PARTNER)).stopped = True
    room.sees()
    room.turn()
    room.later(16)
    room.turn()
    assert room.calls(PARTNER) == 1
    assert Contact.objects.get(name__startswith=PARTNER).sms_refused_at is not None


def test_notices_wait_for_the_senders_pace_and_urgent_pages_never(room: ControlRoom, settings: Settings) -> None:
    settings.TWILIO_SMS_PER_S = 0.1
    quiet = [room.sees(Tier.CONCERN) for _ in range(3)]
    room.turn()
    assert len(room.texts(OPERATOR)) == 1
    room.sees(Tier.CRITICAL)
    room.sees(Tier.URGENT)
    room.turn()
    assert len(room.texts(OPERATOR)) == 3
    for _ in range(6):
        room.later(10)
    about = "".join(text.body for text in room.texts(OPERATOR))
    assert all(f"concern #{incident.pk} " in about for incident in quiet)


def test_the_load_is_shared_between_our_numbers(room: ControlRoom, settings: Settings) -> None:
    settings.TWILIO_MORE_NUMBERS = ["+441632960001", "+441632960002"]
    for _ in range(3):
        room.sees()
        room.turn()
    assert len({text.sender for text in room.texts(OPERATOR)}) == 3
    assert pace.least_busy(["+441632960000"]) == "+441632960000"


def test_a_machine_that_picks_up_is_shown_and_takes_nothing_on(room: ControlRoom) -> None:
    incident = room.sees()
    room.fake.account.phone(room.number(PARTNER)).voice = "voicemail"
    room.turn()
    room.later(16)
    room.later(31)
    room.fake.account.advance(5)
    room.fake.account.advance(1.6)
    assert "perhaps an answering machine" in console(f"/incidents/{incident.pk}/")
    room.later(5)
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    assert not Attempt.objects.filter(channel="voice", state=Attempt.State.DELIVERED).exists()


def test_a_channel_that_is_switched_off_is_said_and_passed_over_at_once(room: ControlRoom, settings: Settings) -> None:
    incident = room.sees()
    incident.policy_snapshot["steps"][0]["channels"] = ["email", "push", "sms"]
    incident.save()
    room.turn()
    assert len(room.texts(OPERATOR)) == 1
    from alerts.models import PolicyStep

    PolicyStep.objects.filter(pk=30).update(channels=["email", "sms"])
    assert "E-mail is switched off, and a policy uses it" in console()
    assert "EMAIL_URL, EMAIL_FROM" in console()


def test_a_channel_that_was_switched_off_while_its_page_waited_lets_the_next_go(
    room: ControlRoom, settings: Settings
) -> None:
    incident = room.sees()
    room.turn()
    waiting = Attempt.objects.get(channel="sms")
    Attempt.objects.filter(pk=waiting.pk).update(state=Attempt.State.QUEUED, channel="email", due_at=Now())
    transitions.add_note(incident.pk, by="test", text="the mail server's address was taken away")
    room.turn()
    room.turn()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (Attempt.State.FAILED_TEMPORARY, "off")
    assert len(room.texts(OPERATOR)) == 2


def test_an_unknown_page_is_found_in_the_providers_list_and_not_sent_twice(room: ControlRoom) -> None:
    incident = room.sees()
    room.fake.account.callbacks = "lost"
    room.fake.fail_next(line="drop_after")
    room.turn()
    assert "unknown" in room.states(incident)
    room.later(6)
    assert "unknown" not in room.states(incident)
    assert "delivered" in room.states(incident)
    room.later(6)
    assert len(room.texts(OPERATOR)) == 1
