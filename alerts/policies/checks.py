"""What is wrong with a policy, in plain words: functions of values. A policy with a problem is refused when saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from zones.tier import Tier

NEEDED = (Tier.CONCERN, Tier.URGENT, Tier.CRITICAL)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a step may ask, at some time or other, and by which of its channels they can be reached.

    Attributes:
        why_not: why no channel is left; empty where there is one.
    """

    name: str
    channels: tuple[str, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One step as somebody wrote it.

    Attributes:
        targets: the words of each field that names somebody: there must be exactly one.
        people: everybody whom it may ask.
    """

    targets: tuple[str, ...]
    people: tuple[Person, ...]
    wait_s: int


def problems(tier: Tier, drafts: Sequence[Draft], *, quiet_hours: str = "") -> list[str]:
    """Everything that forbids this policy; empty where it may be saved."""
    found = []
    if tier is Tier.NOTICE:
        found.append("A notice is only shown in the console and pages nobody: it takes no policy.")
    if quiet_hours.strip() and tier >= Tier.URGENT:
        found.append(f"Quiet hours cannot silence {tier.word} pages: they always go out. Leave the hours empty.")
    if not drafts:
        found.append("The policy has no step: nobody would be paged. Add at least one.")
    for number, draft in enumerate(drafts, start=1):
        found += [f"Step {number} {words}" for words in _step_problems(draft)]
    if drafts and sum(draft.wait_s for draft in drafts) == 0:
        found.append("No step waits for an answer: everybody would be paged at once, over and over. Let one wait.")
    return found


def _step_problems(draft: Draft) -> list[str]:
    if not draft.targets:
        return ["names nobody: choose a rota, an agency, a person or a role."]
    if len(draft.targets) > 1:
        return [f"names {' and '.join(draft.targets)}: choose one, and make a step of its own for the other."]
    if not draft.people:
        return [f"reaches nobody: there is nobody in {draft.targets[0]}."]
    if not any(person.channels for person in draft.people):
        reasons = "; ".join(f"{person.name}: {person.why_not}" for person in draft.people)
        return [f"({draft.targets[0]}) reaches nobody. {reasons}."]
    return []


def missing(tiers: Sequence[int]) -> list[Tier]:
    """The tiers that a site lacks a policy for."""
    return [tier for tier in NEEDED if tier not in tiers]
