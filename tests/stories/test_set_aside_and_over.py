"""An operator sets an incident aside for a while, and everybody who was paged learns when it is over."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts import transitions
from alerts.models import AuditEvent, Contact, Incident
from alerts.transitions import TransitionError
from tests.stories.conftest import ControlRoom
from zones.tier import Tier

OPERATOR, PARTNER = "Olivia", "Bea"


def person(name: str) -> Contact:
    return Contact.objects.get(name__startswith=name)


def test_set_aside_it_rests_and_pages_again_by_itself(room: ControlRoom) -> None:
    incident = room.sees(Tier.CONCERN)
    room.turn()
    assert transitions.snooze(incident.pk, by=person(OPERATOR), minutes=30) == 1800
    for _ in range(10):
        room.later(170)
    assert len(room.fake.messages) == 1
    room.later(110)
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    assert len(room.texts(OPERATOR)) == 2
    actions = list(AuditEvent.objects.filter(incident=incident).values_list("action", flat=True))
    assert actions == ["opened", "set aside", "came back"]


def test_the_higher_the_tier_the_shorter_and_the_fewer(room: ControlRoom) -> None:
    critical, concern = room.sees(Tier.CRITICAL), room.sees(Tier.CONCERN)
    assert transitions.snooze(critical.pk, by=person(OPERATOR), minutes=600) == 300
    with pytest.raises(TransitionError, match="take it on, or close it"):
        transitions.snooze(critical.pk, by=person(OPERATOR), minutes=1)
    for _ in range(4):
        assert transitions.snooze(concern.pk, by=person(OPERATOR), minutes=600) == 1800
    with pytest.raises(TransitionError, match="4 times"):
        transitions.snooze(concern.pk, by=person(OPERATOR), minutes=1)


def test_what_is_set_aside_pages_at_once_when_the_concern_rises(room: ControlRoom) -> None:
    incident = room.sees(Tier.CONCERN)
    room.turn()
    transitions.snooze(incident.pk, by=person(OPERATOR), minutes=30)
    room.sees(Tier.CRITICAL, episode=incident.episode)
    room.turn()
    assert "CRITICAL" in room.texts(OPERATOR)[-1].body
    incident.refresh_from_db()
    assert (incident.state, incident.snoozed_by) == (Incident.State.OPEN, None)


def test_what_is_set_aside_can_be_taken_on_and_paged_for(room: ControlRoom) -> None:
    first, second = room.sees(), room.sees()
    for incident in (first, second):
        transitions.snooze(incident.pk, by=person(OPERATOR), minutes=5)
    assert transitions.acknowledge(first.pk, by=person(OPERATOR), via="console").took_effect
    transitions.escalate_now(second.pk, by=person(OPERATOR))
    room.turn()
    assert [m.to for m in room.fake.messages] == [room.number(OPERATOR)]
    second.refresh_from_db()
    assert second.state == Incident.State.OPEN


def test_in_the_console_it_is_one_button_and_says_how_long(room: ControlRoom) -> None:
    incident = room.sees()
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    page = client.get(f"/incidents/{incident.pk}/").content.decode()
    assert 'data-key="z"' in page
    answer = client.post(f"/incidents/{incident.pk}/snooze/", {"minutes": "1"}, follow=True).content.decode()
    assert "is set aside for 1 min; then it pages again by itself" in answer
    assert "Set aside by Olivia Operator" in answer
    assert 'data-key="z"' not in answer
    wrong = client.post(f"/incidents/{incident.pk}/snooze/", {"minutes": "soon"}, follow=True).content.decode()
    assert "in digits" in wrong


def test_everybody_who_was_paged_learns_that_it_is_over(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    room.later(16)
    told = {m.to for m in room.fake.messages}
    assert len(told) == 3
    room.fake.account.messages.clear()
    transitions.resolve(incident.pk, by=person(OPERATOR), outcome="supported")
    for _ in range(3):
        room.later(5)  # it is not urgent: it waits for its turn in the sender's pace
    assert {m.to for m in room.fake.messages} == told - {room.number(OPERATOR)}
    assert all(m.body.startswith(f"Stand down: #{incident.pk}") for m in room.fake.messages)
    sent = len(room.fake.messages)
    for _ in range(4):
        room.later(60)
    assert len(room.fake.messages) == sent
    assert not room.fake.calls


def test_others_stand_down_while_one_sees_to_it_and_hear_of_the_end_only_once(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    room.later(16)
    told = {m.to for m in room.fake.messages}
    transitions.acknowledge(incident.pk, by=person(PARTNER), via="link")
    room.fake.account.messages.clear()
    assert transitions.stand_down_others(incident.pk, by=person(OPERATOR)) == len(told) - 2
    for _ in range(3):
        room.later(5)
    others = told - {room.number(OPERATOR), room.number(PARTNER)}
    assert {m.to for m in room.fake.messages} == others
    assert all("is in hand. Nobody else is needed." in m.body for m in room.fake.messages)
    incident.refresh_from_db()
    assert incident.state == Incident.State.ACKNOWLEDGED
    with pytest.raises(TransitionError, match="all of them know it already"):
        transitions.stand_down_others(incident.pk, by=person(OPERATOR))
    room.fake.account.messages.clear()
    transitions.resolve(incident.pk, by=person(OPERATOR), outcome="supported")
    for _ in range(3):
        room.later(5)
    assert {m.to for m in room.fake.messages} == {room.number(PARTNER)}


def test_who_was_stood_down_and_paged_again_is_stood_down_again(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    room.later(16)
    transitions.acknowledge(incident.pk, by=person(PARTNER), via="link")
    transitions.stand_down_others(incident.pk, by=person(OPERATOR))
    transitions.escalate_now(incident.pk, by=person(OPERATOR))
    for _ in range(3):
        room.later(16)
    again = {m.to for m in room.fake.messages} - {room.number(OPERATOR)}
    room.fake.account.messages.clear()
    transitions.resolve(incident.pk, by=person(OPERATOR), outcome="supported")
    for _ in range(4):
        room.later(5)
    assert {m.to for m in room.fake.messages} == again


def test_nobody_is_stood_down_who_was_never_paged(room: ControlRoom) -> None:
    incident = room.sees()
    transitions.resolve(incident.pk, by=person(OPERATOR), outcome="benign")
    room.turn()
    assert room.fake.messages == []


def test_a_page_that_waits_when_it_is_closed_never_goes_out(room: ControlRoom) -> None:
    incident = room.sees()
    from alerts import planning

    planning.plan_due()
    transitions.resolve(incident.pk, by=person(PARTNER), outcome="benign")
    room.turn()
    assert room.fake.messages == []
