"""Incidents and attempts under everything that people, the provider and death do to them: the steps and the laws.

A choice never depends on what the database holds: a step takes a number and picks from what there is by it, and one
that finds nothing to do does nothing. So a story can be told again, and one that fails can be made short.
"""

from collections import Counter
from typing import Any, ClassVar

from django.db import connection, transaction
from django.test import Client
from hypothesis import strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts import audit, clock, planning, reconciling, sending, transitions
from alerts.channels import registry
from alerts.escalation import RANK
from alerts.models import Attempt, Channel, Contact, Incident, Notification
from alerts.transitions import TransitionError
from tests.stories.conftest import CLOCKS, ControlRoom
from tests.twilio_fake.state import Fault
from welfare.evaluation.chaos.escalation import account_of
from zones.tier import Tier

ANSWERS: dict[str, Fault | None] = {
    "taken": None,
    "too many": Fault(429, 20429),
    "broken": Fault(503, 20503),
    "opted out": Fault(400, 21610),
    "line broke after": Fault(line="drop_after"),
    "line broke before": Fault(line="drop_before"),
}
VOICES = ("answered", "voicemail", "no-answer", "busy")
FROM_EMPTY = (
    "TRUNCATE alerts_incident, alerts_auditevent, alerts_auditlink, alerts_auditpending, alerts_senderpace, "
    "alerts_numberblock RESTART IDENTITY CASCADE"
)
pick = strategies.integers(0, 7)
tiers = strategies.sampled_from([Tier.CONCERN, Tier.URGENT, Tier.CRITICAL])
answers = strategies.sampled_from(["taken"] * len(ANSWERS) + sorted(ANSWERS))
flags = strategies.booleans()
seconds = strategies.sampled_from([1, 1, 5, 5, 16, 31, 61, 301, 901, -3600])
# How often each is chosen, and what with. One rule for all: hypothesis would leave most of many rules out of a story.
WEIGHTS: dict[str, tuple[int, dict[str, strategies.SearchStrategy[Any]]]] = {
    "report": (2, {"tier": tiers}),
    "report_again": (1, {"number": pick, "tier": strategies.sampled_from(list(Tier))}),
    "plan": (1, {"dies": flags}),
    "a_round": (6, {"answers": strategies.lists(answers, min_size=1, max_size=4)}),
    "claim": (1, {}),
    "send": (3, {"answer": answers}),
    "a_sender_dies": (1, {"taken": flags}),
    "recover": (2, {}),
    "ask_the_provider": (1, {}),
    "link_the_audit": (1, {}),
    "callbacks_arrive": (5, {"numbers": strategies.lists(pick, min_size=1, max_size=6), "again": flags}),
    "acknowledge": (1, {"number": pick}),
    "snooze": (1, {"number": pick, "minutes": strategies.integers(0, 60)}),
    "escalate": (1, {"number": pick}),
    "resolve": (1, {"number": pick}),
    "time_passes": (5, {"seconds": seconds}),
}
ACTS = strategies.sampled_from([name for name, (weight, _) in WEIGHTS.items() for _ in range(weight)]).flatmap(
    lambda name: strategies.tuples(strategies.just(name), strategies.fixed_dictionaries(WEIGHTS[name][1]))
)


class DeathError(Exception):
    """The end of a process, as far as the database sees it."""


class Pages(RuleBasedStateMachine):
    """One control room; its engines and senders act only when a step says so."""

    room: ClassVar[ControlRoom]
    steps: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.callbacks: list[tuple[str, dict[str, str], str]] = []
        self.claimed: list[int] = []
        self.ranks: dict[int, int] = {}
        self.by_a_person: set[int] = set()
        with connection.cursor() as cursor:
            cursor.execute(FROM_EMPTY)
        Contact.objects.update(sms_refused_at=None)
        account = self.room.fake.account
        for kept in (account.faults, account._due, account.messages, account.calls, account.phones):
            kept.clear()
        account.deliver = self._later
        self.person = Contact.objects.get(name__startswith="Sam")

    def _later(self, url: str, form: dict[str, str], signature: str) -> str:
        self.callbacks.append((url, form, signature))
        return ""

    def _one(self, number: int) -> int | None:
        """An incident, by its place among all that there are; none where there are none."""
        there = list(Incident.objects.order_by("pk").values_list("pk", flat=True))
        return there[number % len(there)] if there else None

    @initialize(voice=strategies.sampled_from(VOICES), tier=tiers)
    def a_first_incident(self, voice: str, tier: Tier) -> None:
        self.room.sees(tier)
        for mobile in Contact.objects.exclude(mobile="").values_list("mobile", flat=True):
            self.room.fake.account.phone(mobile).voice = voice

    @rule(act=ACTS)
    def happens(self, act: tuple[str, dict[str, Any]]) -> None:
        name, chosen = act
        getattr(self, name)(**chosen)

    # --- The watch ------------------------------------------------------------------------------------------
    def report(self, tier: Tier) -> None:
        self.steps["report"] += 1
        self.room.sees(tier)

    def report_again(self, number: int, tier: Tier) -> None:
        """The same stay, perhaps worse: never a second incident while one is unresolved."""
        if one := self._one(number):
            self.steps["report again"] += 1
            before = Incident.objects.get(pk=one)
            incident = self.room.sees(tier, episode=before.episode)
            if before.state != Incident.State.RESOLVED:
                assert incident.pk == before.pk

    # --- The engine -----------------------------------------------------------------------------------------
    def plan(self, dies: bool) -> None:
        """Perhaps its engine dies before the commit."""
        self.steps["engine dies" if dies else "plan"] += 1
        try:
            with transaction.atomic():
                planning.plan_some()
                if dies:
                    raise DeathError
        except DeathError:
            return

    def a_round(self, answers: list[str]) -> None:
        """Planning, and so many of the pages that wait."""
        self.steps["round"] += 1
        planning.plan_due()
        for answer in answers:
            self._send(answer)

    def claim(self) -> None:
        self.steps["claim"] += 1
        self.claimed += sending.claim_some(2)

    def _take(self) -> int | None:
        """The attempt of one sender: the oldest in hand, or the next that waits."""
        return self.claimed.pop(0) if self.claimed else sending.claim()

    def send(self, answer: str) -> None:
        self._send(answer)

    def _send(self, answer: str) -> None:
        if attempt := self._take():
            self.steps[f"send: {answer}"] += 1
            fault = ANSWERS[answer]
            self.room.fake.account.faults.extend([fault] if fault else [])
            sending.deliver(attempt)
            self.room.fake.account.faults.clear()

    def a_sender_dies(self, taken: bool) -> None:
        """Before its request, or after the provider has taken it."""
        if number := self._take():
            self.steps["sender dies late" if taken else "sender dies"] += 1
            if taken:
                attempts = Attempt.objects.select_related("notification__step_run__incident", "notification__contact")
                registry.send(attempts.get(pk=number))

    def recover(self) -> None:
        self.steps["recover"] += 1
        reconciling.recover()
        reconciling.hurry()
        clock.steady()

    def ask_the_provider(self) -> None:
        self.steps["ask"] += 1
        reconciling.poll()

    def link_the_audit(self) -> None:
        self.steps["chain"] += 1
        audit.chain()
        assert list(audit.faults()) == []

    # --- The provider ---------------------------------------------------------------------------------------
    def callbacks_arrive(self, numbers: list[int], again: bool) -> None:
        """Some of those that wait, in any order; they may come again later."""
        for number in numbers[: len(self.callbacks)]:
            self.steps["callback, not for the last time" if again else "callback"] += 1
            at = number % len(self.callbacks)
            url, form, signature = self.callbacks[at] if again else self.callbacks.pop(at)
            Client().post("/" + url.split("/", 3)[3], form, headers={"x-twilio-signature": signature})

    # --- People ---------------------------------------------------------------------------------------------
    def acknowledge(self, number: int) -> None:
        if one := self._one(number):
            self.steps["acknowledge"] += 1
            transitions.acknowledge(one, by=self.person, via="console")
            self.by_a_person.add(one)

    def snooze(self, number: int, minutes: int) -> None:
        if one := self._one(number):
            self.steps["snooze"] += 1
            try:
                transitions.snooze(one, by=self.person, minutes=minutes)
            except TransitionError:
                return
            self.by_a_person.add(one)

    def escalate(self, number: int) -> None:
        if one := self._one(number):
            self.steps["escalate"] += 1
            try:
                transitions.escalate_now(one, by=self.person)
            except TransitionError:
                assert Incident.objects.get(pk=one).state == Incident.State.RESOLVED

    def resolve(self, number: int) -> None:
        if one := self._one(number):
            self.steps["resolve"] += 1
            try:
                transitions.resolve(one, by=self.person, outcome="benign")
            except TransitionError:
                assert Incident.objects.get(pk=one).state == Incident.State.RESOLVED
            self.by_a_person.add(one)

    # --- Time -----------------------------------------------------------------------------------------------
    def time_passes(self, seconds: int) -> None:
        """Below zero the database's clock was set back."""
        self.steps["time" if seconds > 0 else "clock set back"] += 1
        self._shift(seconds)

    def _shift(self, seconds: float) -> None:
        with connection.cursor() as cursor:
            for table in dict.fromkeys(table for table, _ in CLOCKS):
                moved = ", ".join(f"{c} = {c} - make_interval(secs => %(s)s)" for t, c in CLOCKS if t == table)
                cursor.execute(f"UPDATE {table} SET {moved}", {"s": seconds})  # noqa: S608
        if seconds > 0:
            self.room.fake.account.advance(seconds)

    # --- What always holds ----------------------------------------------------------------------------------
    @invariant()
    def unresolved_incidents_have_a_next_action_and_a_stay_has_one_of_them(self) -> None:
        unresolved = Incident.objects.exclude(state=Incident.State.RESOLVED)
        rows = list(unresolved.values_list("pk", "dedupe_key", "next_action_at"))
        assert all(at is not None for _, _, at in rows), f"nothing comes next: {rows}"
        assert len({key for _, key, _ in rows}) == len(rows), f"a stay has two incidents: {rows}"

    @invariant()
    def states_only_move_forward(self) -> None:
        for pk, state in Attempt.objects.values_list("pk", "state"):
            assert RANK[state] >= self.ranks.get(pk, 0), f"attempt {pk} went back to {state}"
            self.ranks[pk] = RANK[state]

    @invariant()
    def only_a_person_stops_the_pages(self) -> None:
        """What is open again, by time or because it got worse, needs a person again."""
        states = dict(Incident.objects.values_list("pk", "state"))
        stopped = {pk for pk, state in states.items() if state != Incident.State.OPEN}
        assert stopped <= self.by_a_person, f"no person stopped {stopped - self.by_a_person}"
        self.by_a_person = stopped

    # --- The end of a story -----------------------------------------------------------------------------------
    def teardown(self) -> None:
        """Calm returns: everybody who was to be paged about what is still open has been, and the audit is whole."""
        for plans in (True, True, True, True, False, False):  # what is not urgent has its turn a little later
            self._shift(25)
            clock.steady()
            reconciling.recover()
            if plans:
                planning.plan_due()
            while claimed := sending.claim():
                sending.deliver(claimed)
        for incident in Incident.objects.filter(state=Incident.State.OPEN):
            if not incident.policy.get("quiet"):  # a notice pages nobody
                self._everybody_was_paged(incident)
        while audit.chain():
            pass
        assert list(audit.faults()) == []

    def _everybody_was_paged(self, incident: Incident) -> None:
        told = Notification.objects.filter(
            step_run__incident=incident, step_run__run=incident.run, purpose=Notification.Purpose.PAGE
        ).select_related("contact")
        assert told, f"#{incident.pk}: nobody was paged"
        for notification in told:
            contact = notification.contact
            if registry.reaching(contact, [c for c in notification.channels if c != Channel.CONSOLE]):
                assert self._taken(incident.pk, contact.mobile), (
                    f"{contact} got nothing:\n{account_of(f'#{incident.pk}:')}"
                )

    def _taken(self, number: int, mobile: str) -> bool:
        """Whether the provider took a page about an incident for a phone."""
        texts = (m.to == mobile and f"#{number} " in m.body for m in self.room.fake.messages)
        calls = (c.to == mobile and f"number {number}," in c.twiml for c in self.room.fake.calls)
        return any(texts) or any(calls)
