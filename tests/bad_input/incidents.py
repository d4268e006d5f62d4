"""Bad input about incidents: in the console, by SMS, behind a partner's link, from the provider."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from alerts import transitions
from alerts.models import Contact, Incident, PartnerLink
from alerts.partner import pins
from tests.bad_input.case import Act, bad
from tests.bad_input.world import World, by_phone, main_of, said, spoken

ROOM = "Incidents"
OPEN = "the incident and its pages"
TYPED = "the incident; what was typed stands in its field again"
PHONES = "Partners and phones"
SID = "SM" + "1f" * 16
PIN = "274916"
TRIED = "alerts_auditevent alerts_auditpending"


def _does(world: World, incident: Incident, act: str, **form: str) -> Act:
    return lambda: said(world.operator.post(f"/incidents/{incident.pk}/{act}/", form, follow=True))


def _olivia() -> Contact:
    return Contact.objects.get(name__startswith="Olivia")


@bad(ROOM, "an empty note", "incident, Add a note", wrong="The note is empty", do="write a word", kept=OPEN)
def empty_note(world: World) -> Act:
    return _does(world, world.incident(), "note", text="  \n ")


@bad(
    ROOM,
    "a note that is too long",
    "incident, Add a note",
    wrong="has 2500 characters",
    do="make it shorter",
    kept=TYPED,
)
def long_note(world: World) -> Act:
    incident, text = world.incident(), "w" * 2500

    def act() -> str:
        answer = world.operator.post(f"/incidents/{incident.pk}/note/", {"text": text}, follow=True)
        assert text in answer.content.decode()
        assert answer.content.decode().count("has 2500 characters") == 2  # above the page, and beside the field
        assert text not in world.operator.get(f"/incidents/{incident.pk}/").content.decode()
        return said(answer)

    return act


@bad(ROOM, "closing twice", "incident, Close", wrong="was already closed by Olivia Operator", do="add a note",
     kept="the first outcome")  # fmt: skip
def closed_twice(world: World) -> Act:
    incident = world.incident()
    transitions.resolve(incident.pk, by=_olivia(), outcome="supported")
    return _does(world, incident, "close", outcome="benign")


@bad(ROOM, "closing without an outcome", "incident, Close", wrong="cannot be closed without", do="Choose an outcome",
     kept=OPEN)  # fmt: skip
def no_outcome(world: World) -> Act:
    return _does(world, world.incident(), "close", outcome="gone home")


@bad(
    ROOM,
    "setting aside for no number",
    "incident, Set aside",
    wrong="in digits",
    do="Say for how many minutes",
    kept=OPEN,
)
def no_minutes(world: World) -> Act:
    return _does(world, world.incident(), "snooze", minutes="a while")


@bad(ROOM, "standing the others down when nobody has it", "incident, Stand down", wrong="Nobody sees to #12 now",
     do="take it on first", kept=OPEN)  # fmt: skip
def nobody_has_it(world: World) -> Act:
    return _does(world, world.incident(), "stand-down")


@bad(ROOM, "the number of no incident", "address /incidents/…/", wrong="There is no such page", do="Go to the open",
     kept="everything")  # fmt: skip
def no_such_incident(world: World) -> Act:
    return lambda: main_of(world.operator.get("/incidents/999999/"))


@bad(
    ROOM,
    "an empty hand-over note",
    "Hand-over",
    wrong="The note is empty",
    do="write what the next shift",
    kept="every note",
)
def empty_hand_over(world: World) -> Act:
    return lambda: said(world.operator.post("/hand-over/", {"text": " ", "hours": "12"}))


@bad(ROOM, "a hand-over note that is too long", "Hand-over", wrong="at most 2000 are kept", do="Make it shorter",
     kept="every note; what was typed stands in its field")  # fmt: skip
def long_hand_over(world: World) -> Act:
    def act() -> str:
        answer = world.operator.post("/hand-over/", {"text": "w" * 2100, "hours": "12"})
        assert "w" * 2100 in answer.content.decode()
        return said(answer)

    return act


@bad(
    ROOM,
    "a file in place of a character: NUL",
    "incident, Add a note",
    wrong="cannot be read",
    do="send it again",
    kept=OPEN,
)
def nul_in_a_note(world: World) -> Act:
    incident = world.incident()
    return lambda: main_of(world.operator.post(f"/incidents/{incident.pk}/note/", {"text": "a\0b"}))


@bad(ROOM, "three million characters", "incident, Add a note", wrong="too much at once", do="send less", kept=OPEN)
def huge_form(world: World) -> Act:
    incident = world.incident()
    return lambda: main_of(world.operator.post(f"/incidents/{incident.pk}/note/", {"text": "w" * 3_000_000}))


@bad(ROOM, "a form that is older than the log-in, or another site's", "any page with a form", wrong="too old",
     do="go back, and load it again", kept=OPEN)  # fmt: skip
def stale_form(world: World) -> Act:
    incident, browser = world.incident(), Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username="operator"))
    form = {"csrfmiddlewaretoken": "x" * 64, "outcome": "benign"}
    return lambda: main_of(browser.post(f"/incidents/{incident.pk}/close/", form))


# --- Phones ---------------------------------------------------------------------------------------------------
def _texts(body: str, sender: str = "Bea", **more: str) -> Act:
    known = Contact.objects.filter(name__startswith=sender).first()
    form = {"From": known.mobile if known else sender, "MessageSid": SID, "Body": body}
    return lambda: spoken(by_phone("/twilio/sms", form, **more))


@bad(PHONES, "an SMS with the number of no open incident", "reply by SMS", wrong="no open incident #999", do="for you",
     kept="every incident; the SMS itself", grows="alerts_providerevent")  # fmt: skip
def unknown_number(world: World) -> Act:
    world.incident()
    return _texts("1 999")


@bad(PHONES, "an SMS from a stranger", "reply by SMS", wrong="is not on Handrail's list", do="call 999",
     kept="every incident; the SMS itself", grows="alerts_providerevent")  # fmt: skip
def stranger(world: World) -> Act:
    world.incident()
    return _texts("1", sender="+447700900999")


@bad(PHONES, "an SMS when nothing is open", "reply by SMS", wrong="Nothing is open for you", do="call 999",
     kept="everything; the SMS itself", grows="alerts_providerevent")  # fmt: skip
def nothing_open(world: World) -> Act:
    return _texts("1")


@bad(PHONES, "a callback whose signature is forged", "/twilio/sms", wrong="was not signed by the provider", do="",
     kept="everything; the try stands in the log")  # fmt: skip
def forged_signature(world: World) -> Act:
    form = {"From": "+447700900001", "MessageSid": SID, "Body": "1"}
    return lambda: by_phone("/twilio/sms", form, token="guessed").content.decode()


@bad(PHONES, "a callback that is malformed", "/twilio/sms", wrong="From is missing", do="cannot be used",
     kept="everything; the try stands in the log")  # fmt: skip
def malformed_callback(world: World) -> Act:
    return lambda: by_phone("/twilio/sms", {"Body": "1"}).content.decode()


@bad(
    PHONES,
    "a forged link",
    "/p/…",
    wrong="nothing behind this link",
    do="Open it from the SMS again",
    kept="everything",
)
def forged_link(world: World) -> Act:
    link = world.link()
    return lambda: main_of(world.stranger.get(f"/p/{link.token[:-1]}x"))


@bad(
    PHONES,
    "a link that has expired",
    "/p/…",
    wrong="has been closed",
    do="Nothing more is asked of you",
    kept="everything",
)
def expired_link(world: World) -> Act:
    link = world.link()
    transitions.resolve(link.incident_id, by=_olivia(), outcome="supported")
    Incident.objects.filter(pk=link.incident_id).update(resolved_at=timezone.now() - timedelta(days=3))
    return lambda: main_of(world.stranger.get(f"/p/{link.token}"))


def _with_pin(world: World) -> PartnerLink:
    link = world.link()
    pins.choose(link.contact, PIN, by="supervisor")
    return link


@bad(PHONES, "a wrong PIN", "/p/…", wrong="That PIN is not right", do="4 tries are left",
     kept="everything; the try is counted", grows=TRIED, counts="alerts_partnerpin")  # fmt: skip
def wrong_pin(world: World) -> Act:
    link = _with_pin(world)
    return lambda: said(world.stranger.post(f"/p/{link.token}/open", {"pin": "111222"}))


@bad(PHONES, "a wrong PIN, many times", "/p/…", wrong="too many wrong tries", do="opens again at",
     kept="everything; an answer by SMS still works", grows=TRIED, counts="alerts_partnerpin")  # fmt: skip
def many_wrong_pins(world: World) -> Act:
    link = _with_pin(world)

    def act() -> str:
        for _ in range(5):
            answer = world.stranger.post(f"/p/{link.token}/open", {"pin": "111222"})
        link.contact.pin.refresh_from_db()
        world.same[f"{timezone.localtime(link.contact.pin.locked_until):%H:%M}"] = "03:15"
        return said(answer)

    return act


@bad(PHONES, "an answer before the PIN", "/p/…", wrong="nothing was sent", do="Enter your PIN first", kept="everything")
def answer_before_pin(world: World) -> Act:
    link = _with_pin(world)
    return lambda: said(world.stranger.post(f"/p/{link.token}/take-on"))


@bad(PHONES, "a note that is too long", "/p/…, Note", wrong="has 2100 characters", do="make it shorter",
     kept="the incident; what was typed stands in its field", grows=TRIED)  # fmt: skip
def long_note_of_a_partner(world: World) -> Act:
    link = _with_pin(world)
    world.stranger.post(f"/p/{link.token}/open", {"pin": PIN})

    def act() -> str:
        answer = world.stranger.post(f"/p/{link.token}/note", {"text": "w" * 2100}, follow=True)
        assert "w" * 2100 in answer.content.decode()
        return said(answer)

    return act


@bad(PHONES, "minutes that are none", "/p/…, On our way", wrong="In how many minutes", do="Give a number from 1 to 240",
     kept="the incident", grows=TRIED)  # fmt: skip
def no_minutes_of_a_partner(world: World) -> Act:
    link = _with_pin(world)
    world.stranger.post(f"/p/{link.token}/open", {"pin": PIN})
    return lambda: said(world.stranger.post(f"/p/{link.token}/on-the-way", {"minutes": "soon"}, follow=True))
