"""A partner without an account opens the link in their SMS, gives their PIN, sees, and answers."""

import logging
import re
from logging.config import DictConfigurator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts import intake, transitions
from alerts.models import Agency, Attempt, AuditEvent, Contact, Incident, PartnerLink
from alerts.partner import pins
from tests.stories.conftest import ControlRoom

PARTNER, PIN = "Bea", "274916"


class Phone:
    """A partner's phone: its SMS, and a browser."""

    def __init__(self, room: ControlRoom, name: str = PARTNER) -> None:
        self.contact = Contact.objects.get(name__startswith=name)
        (self.sms,) = [text.body for text in room.texts(name)][-1:]
        self.path = "/" + re.findall(r"https?://\S+", self.sms)[0].split("/", 3)[3]
        self.browser = Client(enforce_csrf_checks=True)

    def look(self) -> str:
        return self.browser.get(self.path).content.decode()

    def post(self, act: str, **form: str) -> str:
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.look())[0]
        form["csrfmiddlewaretoken"] = token
        return self.browser.post(f"{self.path}/{act}", form, follow=True).content.decode()

    def opens(self, pin: str = PIN) -> str:
        return self.post("open", pin=pin)


@pytest.fixture
def incident(room: ControlRoom) -> Incident:
    pins.choose(Contact.objects.get(name__startswith=PARTNER), PIN, by="supervisor")
    incident = room.sees()
    room.turn()
    room.later(16)
    return incident


@pytest.fixture
def phone(room: ControlRoom, incident: Incident) -> Phone:
    return Phone(room)


def state_of(incident: Incident) -> str:
    incident.refresh_from_db()
    return incident.state


def test_the_link_fits_the_one_sms_and_cannot_be_guessed(room: ControlRoom, phone: Phone) -> None:
    assert len(phone.sms) <= 160
    link = PartnerLink.objects.get(contact=phone.contact)
    assert phone.path == f"/p/{link.token}"
    other = PartnerLink.objects.exclude(pk=link.pk).first()
    assert other is not None
    assert len(link.token) == len(other.token) >= 9
    assert link.token != other.token


def test_a_preview_changes_nothing_and_sees_nothing(room: ControlRoom, incident: Incident, phone: Phone) -> None:
    events, attempts = AuditEvent.objects.count(), room.states(incident)
    preview = Client(headers={"user-agent": "WhatsApp/2.23 LinkPreview", "purpose": "prefetch"})
    for ask in (preview.get, preview.head, preview.options):
        answer = ask(phone.path)
        text = answer.content.decode()
        assert incident.place not in text
        assert incident.zone_name not in text
        assert f"#{incident.pk}" not in text
        assert "stayed" not in text
        assert PARTNER not in text
    assert preview.get(phone.path).headers["Cache-Control"].startswith("max-age=0")
    assert "noindex" in preview.get(phone.path).headers["X-Robots-Tag"]
    assert AuditEvent.objects.count() == events
    assert room.states(incident) == attempts
    assert state_of(incident) == Incident.State.OPEN


def test_the_pin_opens_it_and_shows_what_was_observed(incident: Incident, phone: Phone) -> None:
    text = phone.opens()
    assert incident.place in text
    assert "Stayed near the edge for 75 s" in text
    assert "Nobody has taken it on yet" in text
    assert AuditEvent.objects.filter(incident=incident, action="link opened").count() == 1
    assert AuditEvent.objects.filter(incident=incident, action="looked at the partner page").count() == 1
    phone.look()
    assert AuditEvent.objects.filter(incident=incident, action="looked at the partner page").count() == 2
    assert state_of(incident) == Incident.State.OPEN, "to look takes nothing on"


def test_five_wrong_pins_lock_it_for_a_while_and_the_right_one_does_not_help(
    room: ControlRoom, incident: Incident, phone: Phone
) -> None:
    for left in (4, 3, 2, 1):
        word = "1 try is left" if left == 1 else f"{left} tries are left"
        assert word in phone.opens("111222")
    assert "too many wrong tries" in phone.opens("111222")
    assert "too many wrong tries" in phone.opens(PIN)
    assert incident.place not in phone.look()
    assert AuditEvent.objects.filter(incident=incident, action="wrong PIN").count() == 5
    answer = room.fake.account.reply(room.number(PARTNER), "1")
    assert "is yours" in answer, "the SMS still works"
    room.later(15 * 60 + 1)
    assert incident.place in phone.opens(PIN)


def test_a_link_of_one_person_is_not_opened_by_anothers_pin(room: ControlRoom, phone: Phone) -> None:
    other = Phone(room, "Ravi")
    assert "You have no PIN yet" in other.look()
    pins.choose(other.contact, "908172", by="supervisor")
    assert "That PIN is not right" in other.opens(PIN)
    phone.opens()
    assert "Your PIN" in phone.browser.get(other.path).content.decode()


def test_a_new_pin_closes_what_the_old_one_opened(incident: Incident, phone: Phone) -> None:
    assert incident.place in phone.opens()
    pins.choose(phone.contact, "583920", by="supervisor")
    assert incident.place not in phone.look()
    assert incident.place in phone.opens("583920")


def test_they_take_it_on_are_on_their_way_and_there(room: ControlRoom, incident: Incident, phone: Phone) -> None:
    phone.opens()
    assert "It is yours. Thank you." in phone.post("take-on")
    assert state_of(incident) == Incident.State.ACKNOWLEDGED
    assert incident.acknowledged_via == "link"
    assert "there in 12 minutes" in phone.post("on-the-way", minutes="12")
    phone.post("on-the-way", minutes="12")
    assert "You said at" in phone.post("arrived")
    story = list(AuditEvent.objects.filter(incident=incident, actor=str(phone.contact)).order_by("pk"))
    said = [(e.action, e.detail.get("minutes")) for e in story if e.action in ("on the way", "arrived")]
    assert said == [("on the way", 12), ("arrived", None)]
    sent = len(room.fake.messages)
    room.later(120)
    assert len(room.fake.messages) == sent


def test_who_says_on_our_way_has_taken_it_on(incident: Incident, phone: Phone) -> None:
    phone.opens()
    assert "You have taken it on" in phone.post("on-the-way", minutes="8")
    assert state_of(incident) == Incident.State.ACKNOWLEDGED


def test_minutes_that_make_no_sense_are_asked_again(incident: Incident, phone: Phone) -> None:
    phone.opens()
    for minutes in ("", "0", "241", "soon", "-3", "1e9", "٣", "9" * 5000, "00019999"):
        assert "Give a number from 1 to 240" in phone.post("on-the-way", minutes=minutes), minutes
    assert state_of(incident) == Incident.State.OPEN


def test_who_cannot_attend_makes_others_be_asked_at_once(room: ControlRoom, incident: Incident, phone: Phone) -> None:
    phone.opens()
    calls = len(room.fake.calls)
    assert "Others are being asked" in phone.post("cannot")
    room.turn()
    assert len(room.fake.calls) > calls
    assert state_of(incident) == Incident.State.OPEN


def test_a_note_is_kept_and_a_script_in_it_never_runs(incident: Incident, phone: Phone) -> None:
    phone.opens()
    assert "Your note is kept" in phone.post("note", text="<script>alert(1)</script> two people\x00 there")
    assert AuditEvent.objects.get(action="note").detail["text"] == "<script>alert(1)</script> two people there"
    assert "<script>alert" not in phone.look()


def test_nothing_is_answered_without_the_pin_or_from_another_site(incident: Incident, phone: Phone) -> None:
    assert "Enter your PIN first" in phone.post("take-on")
    phone.opens()
    assert phone.browser.post(f"{phone.path}/take-on").status_code == 403  # no token of ours in the form
    assert phone.browser.get(f"{phone.path}/take-on").status_code == 405
    assert state_of(incident) == Incident.State.OPEN


def test_pictures_are_seen_as_far_as_the_agency_may_and_each_look_is_kept(
    incident: Incident, phone: Phone, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    for kind, name in (("still", "1.jpg"), ("clip", "1.mp4")):
        (tmp_path / name).write_bytes(b"blurred")
        intake.attach(incident.pk, kind, Path(name), starts_at=now, ends_at=now)
    pictures = [f"{phone.path}/picture/{found.pk}" for found in incident.evidence.all()]
    assert [phone.browser.get(path).status_code for path in pictures] == [404, 404]
    text = phone.opens()
    assert all(path in text for path in pictures)
    assert [phone.browser.get(path).content for path in pictures] == [b"blurred", b"blurred"]
    phone.browser.get(pictures[1], headers={"range": "bytes=1-"})
    looked = AuditEvent.objects.filter(actor=str(phone.contact), action__startswith="looked at ")
    assert sorted(e.action for e in looked if "page" not in e.action) == ["looked at clip", "looked at still"]
    other = Phone.__new__(Phone)
    other.browser, other.path = phone.browser, PartnerLink.objects.exclude(contact=phone.contact)[0].token
    assert phone.browser.get(f"/p/{other.path}/picture/{incident.evidence.all()[0].pk}").status_code == 404


@pytest.mark.parametrize(("sees", "shown"), [("words", set()), ("still", {"still"}), ("clip", {"still", "clip"})])
def test_an_agency_sees_no_more_than_it_may(
    incident: Incident, phone: Phone, settings: Settings, tmp_path: Path, sees: str, shown: set[str]
) -> None:
    settings.MEDIA_ROOT = tmp_path
    for kind, name in (("still", "1.jpg"), ("clip", "1.mp4")):
        (tmp_path / name).write_bytes(b"blurred")
        intake.attach(incident.pk, kind, Path(name), starts_at=timezone.now(), ends_at=timezone.now())
    Agency.objects.filter(contacts=phone.contact).update(sees=sees)
    text = phone.opens()
    for found in incident.evidence.all():
        path = f"{phone.path}/picture/{found.pk}"
        assert (path in text) == (found.kind in shown)
        assert phone.browser.get(path).status_code == (200 if found.kind in shown else 404)


def test_when_it_is_over_everyone_who_was_paged_is_told_once_and_the_link_closes_a_day_later(
    room: ControlRoom, incident: Incident, phone: Phone
) -> None:
    phone.opens()
    operator = Contact.objects.get(name__startswith="Olivia")
    transitions.resolve(incident.pk, by=operator, outcome="supported")
    room.turn()
    room.later(10)
    over = [text for text in room.fake.messages if text.body.startswith(f"Stand down: #{incident.pk} ")]
    assert sorted(text.to for text in over) == sorted({room.number("Bea"), room.number("Ravi")})
    assert all(len(text.body) <= 160 for text in over)
    assert "It is over" in phone.look()
    assert "Nobody else is needed" in phone.post("take-on")
    room.later(3600 * 23)
    assert "It is over" in phone.look()
    room.later(3600 + 1)
    gone = phone.browser.get(phone.path)
    assert gone.status_code == 410
    assert incident.place not in gone.content.decode()
    assert phone.browser.post(f"{phone.path}/open", {"pin": PIN}).status_code == 403  # the form is gone as well
    assert Attempt.objects.filter(state=Attempt.State.QUEUED).count() == 0


def test_a_wrong_link_says_nothing(room: ControlRoom) -> None:
    for path in ("/p/abcdefghi", "/p/x", "/p/" + "z" * 200):
        answer = Client().get(path)
        assert answer.status_code == 404
        assert "nothing behind this link" in answer.content.decode()


def test_an_operator_is_led_to_the_console(room: ControlRoom, incident: Incident) -> None:
    (text,) = room.texts("Olivia")
    path = "/" + text.body.split("/", 3)[3]
    answer = Client().get(path)
    assert answer.headers["Location"] == f"/incidents/{incident.pk}/"
    assert Client().get(answer.headers["Location"]).headers["Location"].startswith("/log-in/")


def test_no_line_of_the_log_holds_the_link(phone: Phone, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(DictConfigurator({}).configure_formatter(settings.LOGGING["formatters"]["line"]))
    for refused in ("/open", "/accept", "/picture/1"):
        phone.browser.post(phone.path + refused)
    phone.browser.get("/calendars/s3cret-of-a-rota.ics")
    phone.browser.get("/wall/hw_s3cret-of-a-wall/")
    phone.browser.get(phone.path + "/nowhere/at/all")
    try:
        raise ValueError(f"https://handrail.example{phone.path}?again=1")
    except ValueError:
        logging.getLogger("alerts").exception("a fault with an address in it")
    assert caplog.text.count("/p/…") >= 5
    assert "/calendars/…" in caplog.text
    assert "/wall/…" in caplog.text
    for secret in (phone.path.rsplit("/", 1)[1], "s3cret-of-a-rota", "s3cret-of-a-wall"):
        assert secret not in caplog.text
