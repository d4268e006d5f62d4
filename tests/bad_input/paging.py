"""Bad input about who is paged: policies, rotas, people, maintenance."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from alerts.models import Contact, Policy, PolicyVersion
from alerts.policies import versions
from tests.bad_input.case import Act, bad
from tests.bad_input.world import World, said
from tests.stories.test_policies import form_of
from tests.stories.test_rotas import calendar, soon
from zones.tier import Tier

ROOM = "Paging"
IN_FORCE = "the policy and every version of it"
ROTA = "the rota and its shifts"
LONDON = ZoneInfo("Europe/London")


def _saves(world: World, **changes: str) -> Act:
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    form, path = form_of(policy, **changes), f"/admin/alerts/policy/{policy.pk}/change/"
    return lambda: said(world.supervisor.post(path, form, follow=True))


@bad(ROOM, "a policy that reaches nobody", "policy, Save", wrong="reaches nobody", do="has no number", kept=IN_FORCE)
def reaches_nobody(world: World) -> Act:
    Contact.objects.filter(agency=1).update(mobile="")
    return _saves(world)


@bad(ROOM, "a step that names nobody", "policy, Save", wrong="Step 1 names nobody", do="choose a rota", kept=IN_FORCE)
def names_nobody(world: World) -> Act:
    return _saves(world, **{"steps-0-rota": ""})


@bad(ROOM, "quiet hours for critical", "policy, Save", wrong="cannot silence critical pages",
     do="Leave the hours empty", kept=IN_FORCE)  # fmt: skip
def quiet_critical(world: World) -> Act:
    return _saves(world, quiet_hours="daily 23:00-06:00")


@bad(
    ROOM,
    "a channel that there is not",
    "policy, Save",
    wrong='There is no channel "fax"',
    do="There are: ",
    kept=IN_FORCE,
)
def no_such_channel(world: World) -> Act:
    return _saves(world, **{"steps-0-channels": '["fax"]'})


@bad(ROOM, "going back to a version that reaches nobody now", "policy, Go back", wrong="Version 1 cannot come back",
     do="has no number", kept=IN_FORCE)  # fmt: skip
def back_to_nobody(world: World) -> Act:
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    versions.save(policy, by="supervisor", why="as it is")
    number = PolicyVersion.objects.get(policy=policy).number
    Contact.objects.filter(agency=1).update(mobile="")
    path = f"/policies/{policy.pk}/versions/{number}/back/"
    return lambda: said(world.supervisor.post(path, {"why": "as before"}))


@bad(ROOM, "a phone number that is none", "contact, Save", wrong='"07700 900123" cannot be called',
     do="write + and the country", kept="the contact with its number")  # fmt: skip
def no_number(world: World) -> Act:
    bea = Contact.objects.get(name__startswith="Bea")
    form = {"name": bea.name, "agency": str(bea.agency_id), "mobile": "07700 900123", "active": "on",
            "addresses-TOTAL_FORMS": "0", "addresses-INITIAL_FORMS": "0"}  # fmt: skip
    return lambda: said(world.supervisor.post(f"/admin/alerts/contact/{bea.pk}/change/", form))


@bad(ROOM, "a code that proves no number", "partners, Prove", wrong="No code was sent", do="Send one first",
     kept="the contact with its number")  # fmt: skip
def no_code(world: World) -> Act:
    bea = Contact.objects.get(name__startswith="Bea")
    return lambda: said(world.supervisor.post(f"/partners/{bea.pk}/prove/", {"code": "123456"}, follow=True))


def _takes(world: World, content: bytes) -> Act:
    def act() -> str:
        file = SimpleUploadedFile("duty.ics", content, "text/calendar")
        return said(world.supervisor.post("/rotas/1/calendar/", {"calendar": file}, follow=True))

    return act


@bad(
    ROOM,
    "a calendar that is none",
    "rota, Take it in",
    wrong="no calendar that can be read",
    do="Nothing was changed",
    kept=ROTA,
)
def no_calendar(world: World) -> Act:
    return _takes(world, b"Dear all, the rota for May is")


@bad(ROOM, "a huge calendar", "rota, Take it in", wrong="larger than 1000 kB", do="is it a calendar?", kept=ROTA)
def huge_calendar(world: World) -> Act:
    return _takes(world, b"BEGIN:VCALENDAR\r\n" + b"X" * 2_000_000)


@bad(ROOM, "a calendar that names somebody unknown", "rota, Take it in", wrong='Event "Zoe"',
     do="no active contact has this e-mail address or name", kept=ROTA)  # fmt: skip
def unknown_person(world: World) -> Act:
    day = timezone.now().astimezone(LONDON) + timedelta(days=1)
    world.same[f"{day:%d %b %Y}"] = "01 May 2027"
    return _takes(world, calendar(f"SUMMARY:Zoe\nDTSTART:{soon(1, 7)}\nDTEND:{soon(1, 9)}"))


@bad(ROOM, "a shift that ends before it begins", "rota, Take it in", wrong="it ends before it begins",
     do="Nothing was changed", kept=ROTA)  # fmt: skip
def backwards(world: World) -> Act:
    day = timezone.now().astimezone(LONDON) + timedelta(days=1)
    world.same[f"{day:%d %b %Y}"] = "01 May 2027"
    return _takes(world, calendar(f"SUMMARY:Dana Deputy\nDTSTART:{soon(1, 9)}\nDTEND:{soon(1, 7)}"))


def _works(world: World, **form: str) -> Act:
    asked = {"place": "camera-1", "hours": "2", "reason": "new bracket", **form}
    return lambda: said(world.supervisor.post("/maintenance/open/", asked))


@bad(ROOM, "a time in the hour when the clocks change", "maintenance, Begin or plan",
     wrong="The clocks change in that hour", do="Choose a time before or after it",
     kept="every window; what stands in the form")  # fmt: skip
def clock_change(world: World) -> Act:
    year = timezone.now().year + 1
    last = next(d for d in range(31, 24, -1) if datetime(year, 3, d).weekday() == 6)  # noqa: DTZ001
    return _works(world, starts_at=f"{year}-03-{last}T01:30")


@bad(ROOM, "work that was over before it began", "maintenance, Begin or plan", wrong="That is over already",
     do="Leave it empty to begin now", kept="every window; what stands in the form")  # fmt: skip
def in_the_past(world: World) -> Act:
    return _works(world, starts_at="2020-01-01T10:00")


@bad(ROOM, "work without a reason", "maintenance, Begin or plan", wrong="the reason is kept", do="Say why",
     kept="every window; what stands in the form")  # fmt: skip
def work_without_reason(world: World) -> Act:
    return _works(world, reason="")


@bad(ROOM, "hours that cannot be read", "policy, Save", wrong="cannot be read as hours", do="", kept=IN_FORCE)
def no_hours(world: World) -> Act:
    return _saves(world, quiet_hours="sometimes")
