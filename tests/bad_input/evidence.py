"""Bad input about evidence and retention: packs, locks, files."""

from alerts.evidence.manifest import public_of
from alerts.models import Evidence
from alerts.retention import locks
from tests.alerts.evidence.packs import OTHER, PRIVATE, sealed
from tests.bad_input.case import Act, bad
from tests.bad_input.world import World, command, main_of, said

ROOM = "Evidence and retention"
PACK = "the pack as it came"
LOCKS = "every lock and every file"


def _verifies(world: World, content: bytes, key: str = "") -> Act:
    path = world.file("pack.zip", content)
    return lambda: command("verify_pack", str(path), "--key", key or public_of(PRIVATE))


@bad(ROOM, "an altered pack", "manage.py verify_pack", wrong="originals/1.mkv", do="it was altered", kept=PACK)
def altered_pack(world: World) -> Act:
    content = sealed()
    at = content.index(bytes(range(64)))
    return _verifies(world, content[:at] + b"\xff" + content[at + 1 :])


@bad(ROOM, "a pack that is signed by somebody else", "manage.py verify_pack", wrong="it names another key",
     do="than the one that you gave", kept=PACK)  # fmt: skip
def other_key(world: World) -> Act:
    return _verifies(world, sealed(private=OTHER))


@bad(ROOM, "half a pack", "manage.py verify_pack", wrong="the file is not whole", do="ask for it again", kept=PACK)
def half_a_pack(world: World) -> Act:
    content = sealed()
    return _verifies(world, content[: len(content) // 2])


@bad(
    ROOM, "something that is no pack", "manage.py verify_pack", wrong="not a zip file", do="ask for it again", kept=PACK
)
def no_pack(world: World) -> Act:
    return _verifies(world, b"Dear all")


@bad(ROOM, "a key that is none", "manage.py verify_pack", wrong="key", do="64 digits of 0-9 and a-f", kept=PACK)
def no_key(world: World) -> Act:
    return _verifies(world, sealed(), key="the key")


@bad(ROOM, "a pack without a key to sign it", "incident, Evidence pack", wrong="EVIDENCE_SIGNING_KEY",
     do="make_signing_key", kept="the incident and its files")  # fmt: skip
def no_signing_key(world: World) -> Act:
    incident = world.with_still()
    return lambda: said(world.supervisor.post(f"/incidents/{incident.pk}/evidence-pack/", follow=True))


def _locks(world: World, incident: str, reason: str = "the coroner has asked") -> Act:
    form = {"incident": incident, "reason": reason}
    return lambda: said(world.supervisor.post("/retention/lock/", form, follow=True))


@bad(
    ROOM,
    "a lock on no incident",
    "retention, Lock it",
    wrong="There is no incident #999999",
    do="look at its number again",
    kept=LOCKS,
)
def lock_nothing(world: World) -> Act:
    return _locks(world, "999999")


@bad(ROOM, "a lock without a reason", "retention, Lock it", wrong="the reason is kept", do="Say why", kept=LOCKS)
def lock_without_reason(world: World) -> Act:
    return _locks(world, str(world.with_still().pk), " ")


@bad(ROOM, "a lock on what is locked", "retention, Lock it", wrong="is locked since", do="by olivia", kept=LOCKS)
def lock_twice(world: World) -> Act:
    incident = world.with_still()
    locks.place(incident.pk, by="olivia", reason="a complaint")
    world.same[f"{incident.locks.get().placed_at:%d %b %Y}"] = "01 May 2027"
    return _locks(world, str(incident.pk))


@bad(ROOM, "a picture whose path leads out of its folder", "/evidence/…/", wrong="no such page", do="Go to the open",
     kept="every file")  # fmt: skip
def path_out(world: World) -> Act:
    incident = world.with_still()
    world.file("secret.jpg", b"a secret")
    Evidence.objects.filter(incident=incident).update(path="../secret.jpg")
    key = Evidence.objects.get(incident=incident).pk
    return lambda: main_of(world.operator.get(f"/evidence/{key}/"))
