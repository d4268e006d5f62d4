"""Break the escalation at random for many rounds, and look what became of each page.

After each round: every open incident has a next action ahead or a page in flight; every page that was due has been
taken by the provider at least once; nothing was acknowledged but by a person. The choices come from the seed alone.
"""

import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import connection

from alerts import audit, intake, transitions
from alerts.models import Attempt, Channel, Contact, Incident, Notification
from welfare.evaluation.chaos.world import World, surely
from zones.tier import Tier

MOMENTS_S = 1.2  # in which a round's incidents open and its acts happen
MOODS = ("once", "once", "twice", "reordered", "lost")
VOICES = ("answered", "voicemail", "no-answer", "busy")


@dataclass
class Round:
    """What happened in one round."""

    number: int
    acts: list[str]
    incidents: int = 0
    pages: int = 0
    duplicates: int = 0
    deaths: int = 0
    worst_s: float = 0.0
    lost: list[str] = field(default_factory=list)


def run(world: World, rounds: int, limit_s: float) -> Iterator[Round]:
    """Make so many rounds; each is yielded when it is over.

    Args:
        world: what is broken.
        rounds: how many.
        limit_s: a page that is not out so long after it was due is lost, not late; seconds.
    """
    for number in range(1, rounds + 1):
        yield _Round(world, number, limit_s).play()


class _Round:
    def __init__(self, world: World, number: int, limit_s: float) -> None:
        self._world, self._dice, self._limit_s = world, world.dice, limit_s
        self._account = world.twilio.account
        self._seen_at: dict[int, float] = {}
        self._answered: set[int] = set()
        acts = world.acts()
        chosen = self._dice.sample(sorted(acts), self._dice.randint(1, 3))
        self.result = Round(number, chosen)
        self._plan = [(self._dice.uniform(0, MOMENTS_S), acts[name]) for name in chosen]
        self._plan += [(self._dice.uniform(0, MOMENTS_S), self._open) for _ in range(self._dice.randint(2, 5))]
        self._plan.sort(key=lambda moment: moment[0])

    def play(self) -> Round:
        """One round from its first incident to the last check."""
        self._account.callbacks = self._dice.choice(MOODS)
        for phone in self._account.phones.values():
            phone.voice = self._dice.choice(VOICES)
        answers = self._dice.random() < 0.4
        began = time.monotonic()
        for at_s, act in self._plan:
            time.sleep(max(0.0, began + at_s - time.monotonic()))
            act()
            self.result.deaths += self._world.revive()
        if answers:
            self._answer(self._dice.choice(sorted(self._seen_at)))
        self._wait()
        self._check()
        self._close()
        return self.result

    def _open(self) -> None:
        episode, at = uuid.UUID(int=self._dice.getrandbits(128)), datetime.now(UTC)
        tier = self._dice.choice((Tier.URGENT, Tier.CRITICAL))
        reason = {"cue": "stay", "words": "stayed", "value": 75.0, "unit": "s", "confidence": 1.0, "weight_nats": 1.0}
        concern = intake.Concern(1, 1, episode, tier, 5.0, False, False, at, (reason,), (0.0, 0.0, 50.0, 150.0))
        reported = surely(partial(intake.report, concern))
        self._seen_at[reported.incident_id] = time.time()

    def _answer(self, number: int) -> None:
        """The operator takes one on by SMS, as soon as the page is there and the web answers."""
        until = time.monotonic() + 20
        operator = surely(lambda: Contact.objects.get(name__startswith="Olivia")).mobile
        while time.monotonic() < until:
            self.result.deaths += self._world.revive()
            if self._taken(number, operator) and "is yours" in self._account.reply(operator, f"1 {number}"):
                break
            time.sleep(0.2)
        # Its answer may have been lost on the way back: it counts as a person's act all the same.
        self._answered.add(number)

    # --- Looking ----------------------------------------------------------------------------------------------
    def _taken(self, number: int, to: str) -> list[float]:
        """When the provider took pages about an incident for a phone, seconds since the epoch."""
        with self._account.lock:
            messages = [
                m.at_s
                for m in self._account.messages.values()
                if m.to == to
                and f"#{number} " in m.body
                and m.direction == "outbound-api"
                and "Stand down" not in m.body
            ]
            calls = [c.at_s for c in self._account.calls.values() if c.to == to and f"number {number}," in c.twiml]
        return sorted(messages + calls)

    def _missing(self) -> list[str]:
        """Pages that are due and that no provider has taken, in words."""
        missing = []
        for incident in Incident.objects.filter(pk__in=self._seen_at, state=Incident.State.OPEN):
            told = Notification.objects.filter(
                step_run__incident=incident, step_run__run=incident.run, purpose=Notification.Purpose.PAGE
            ).select_related("contact")
            phones = {n.contact.mobile for n in told if set(n.channels) - {Channel.CONSOLE}}
            if not phones:
                missing.append(f"#{incident.pk}: nobody was paged")
            missing += [
                f"#{incident.pk}: {phone} got nothing"
                for phone in sorted(phones)
                if not self._taken(incident.pk, phone)
            ]
        return missing

    def _wait(self) -> None:
        since: dict[str, float] = {}
        while missing := surely(self._missing) + surely(self._forgotten):
            now = time.monotonic()
            since = {words: since.get(words, now) for words in missing}
            lost = [words for words, at in since.items() if now - at > self._limit_s]
            if lost:
                self.result.lost += [f"{words}\n{surely(partial(account_of, words))}" for words in lost]
                return
            self.result.deaths += self._world.revive()
            time.sleep(0.1)

    def _check(self) -> None:
        self.result.lost += surely(self._taken_on_by_nobody)
        self.result.incidents = len(self._seen_at)
        for number, seen in self._seen_at.items():
            taken = [self._taken(number, phone) for phone in sorted({m.to for m in self._account.messages.values()})]
            pages = [times for times in taken if times]
            self.result.pages += sum(len(times) for times in pages)
            self.result.duplicates += surely(partial(self._twice, number))
            if pages:
                self.result.worst_s = max(self.result.worst_s, min(min(times) for times in pages) - seen)

    def _twice(self, number: int) -> int:
        """Pages beyond one for each person and step."""
        steps = Counter(
            Notification.objects.filter(step_run__incident=number, purpose=Notification.Purpose.PAGE).values_list(
                "contact__mobile", flat=True
            )
        )
        return sum(max(len(self._taken(number, phone)) - asked, 0) for phone, asked in steps.items())

    def _forgotten(self) -> list[str]:
        now = _now()
        in_flight = Attempt.objects.filter(state__in=[Attempt.State.QUEUED, Attempt.State.CLAIMED])
        busy = set(in_flight.values_list("notification__step_run__incident", flat=True))
        return [
            f"#{incident.pk}: is open, and nothing comes next"
            for incident in Incident.objects.filter(pk__in=self._seen_at).exclude(state=Incident.State.RESOLVED)
            if incident.pk not in busy
            and (incident.next_action_at is None or (now - incident.next_action_at).total_seconds() > 10)
        ]

    def _taken_on_by_nobody(self) -> list[str]:
        taken = Incident.objects.filter(pk__in=self._seen_at).exclude(state=Incident.State.OPEN)
        return [f"#{i.pk}: is {i.state}, and no person did that" for i in taken if i.pk not in self._answered]

    def _close(self) -> None:
        """A person closes what is left."""
        by = surely(lambda: Contact.objects.get(name__startswith="Sam"))
        open_ = surely(
            lambda: list(Incident.objects.exclude(state=Incident.State.RESOLVED).values_list("pk", flat=True))
        )
        for number in open_:
            surely(partial(_resolve, number, by))


def _resolve(number: int, by: Contact) -> None:
    if Incident.objects.filter(pk=number).exclude(state=Incident.State.RESOLVED).exists():
        transitions.resolve(number, by=by, outcome="benign")


def account_of(words: str) -> str:
    """All that is known about the incident that words begin with (`#12: ...`): for who looks for its page."""
    number, now = int(words.removeprefix("#").partition(":")[0]), _now()

    def ahead(at: datetime | None) -> str:
        return "never" if at is None else f"{(at - now).total_seconds():+.0f} s"

    incident = Incident.objects.get(pk=number)
    lines = [
        f"  {incident.state}, run {incident.run}, loop {incident.loop}, step {incident.step}, "
        f"next {ahead(incident.next_action_at)}, opened {ahead(incident.opened_at)}"
    ]
    tries = Attempt.objects.filter(notification__step_run__incident=number).exclude(channel=Channel.CONSOLE)
    lines += [
        f"  attempt {one.pk} {one.channel} to {one.address}, run {one.notification.step_run.run}: {one.state} "
        f"{one.error_code} {one.error_words}, made {ahead(one.created_at)}, due {ahead(one.due_at)}, "
        f"lease {ahead(one.lease_until)}, changed {ahead(one.changed_at)}, follows {one.follows_id}"
        for one in tries.select_related("notification__step_run").order_by("pk")
    ]
    return "\n".join(lines)


def _now() -> datetime:
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (at,) = cursor.fetchone()
    return datetime.fromisoformat(str(at))


@dataclass(frozen=True, slots=True)
class Report:
    """All rounds together."""

    seed: int
    rounds: int
    incidents: int
    pages: int
    duplicates: int
    deaths: int
    worst_s: float
    lost: list[str]
    audit_faults: list[str]
    acts: dict[str, int]

    def lines(self) -> list[str]:
        """In words."""
        acts = ", ".join(f"{name} {count}" for name, count in sorted(self.acts.items()))
        return [
            f"{self.rounds} rounds, seed {self.seed}: {self.incidents} incidents, {self.pages} pages taken",
            f"engines died {self.deaths} times; {acts}",
            f"lost {len(self.lost)}   duplicates {self.duplicates}   worst delay {self.worst_s:.1f} s   "
            f"audit faults {len(self.audit_faults)}",
            *self.lost[:20],
            *self.audit_faults[:5],
        ]


def report(seed: int, rounds: list[Round]) -> Report:
    """Add the rounds up, and check the audit chain that they left."""

    def faults() -> list[str]:
        while audit.chain():
            pass
        return list(audit.faults())

    return Report(
        seed=seed,
        rounds=len(rounds),
        incidents=sum(r.incidents for r in rounds),
        pages=sum(r.pages for r in rounds),
        duplicates=sum(r.duplicates for r in rounds),
        deaths=sum(r.deaths for r in rounds),
        worst_s=max((r.worst_s for r in rounds), default=0.0),
        lost=[f"round {r.number} ({', '.join(r.acts)}): {words}" for r in rounds for words in r.lost],
        audit_faults=surely(faults),
        acts=dict(Counter(act for r in rounds for act in r.acts)),
    )


def as_json(result: Report) -> dict[str, Any]:
    """For a file."""
    return asdict(result)


def dice_of(seed: int) -> random.Random:
    """All chance comes from here."""
    return random.Random(seed)  # noqa: S311
