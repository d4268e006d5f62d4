"""How long what is kept: one table, with the reason of each. Settings, the watch and alerts read it.

Days are assumed where no source is named. The law gives no number of days: it asks for no longer than the purpose needs
(UK GDPR, article 5(1)(e)), and the operator of the cameras answers for the choice.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

HOUR = 1 / 24
FOR_EVER = math.inf
CLOSED = "after its incident was closed"


@dataclass(frozen=True, slots=True)
class Rule:
    """One class of what is kept.

    Attributes:
        key: its name in settings and in the deletion report.
        what: in words.
        days: default; infinite: for ever.
        since: what the days count from.
        then: what happens after them: deleted, or emptied where the rest stays as a figure.
        why: the reason for the days.
        least_days: less is refused.
        by: who deletes: the daily job, or the part that writes it.
    """

    key: str
    what: str
    days: float
    since: str
    then: str
    why: str
    least_days: float = 1.0
    by: str = "job"

    @property
    def fixed(self) -> bool:
        """Whether it stays for ever by design."""
        return self.days == FOR_EVER


RULES = (
    Rule("ring", "recording of each camera, as it came", HOUR, "since it was recorded", "deleted",
         "long enough to keep what an incident needs; nothing else is recorded", 5 * HOUR / 60, by="watch"),
    Rule("checkpoint", "stays that go on: places and measurements, no picture", 1, "since the camera was last watched",
         "deleted", "a worker that takes over needs the last seconds", HOUR, by="watch"),
    Rule("quiet_stay", "numbers of a stay that raised no concern: what each cue measured, no picture and no place", 30,
         "since it ended", "deleted", "`manage.py calibrate` needs 14 days of ordinary stays", 14, by="watch"),
    Rule("raised_stay", "the same of a stay that raised one, and what a silent zone would have raised", 365,
         "since it ended", "deleted", "outcomes are few: a year of them may speak for other weights", 14, by="watch"),
    Rule("original", "recording of an incident, as the camera sent it", 31, CLOSED, "deleted",
         "time to ask for it or to lock it; 31 days is usual for CCTV in the UK"),
    Rule("clip", "clip of an incident, faces blurred", 90, CLOSED, "deleted",
         "reviews and complaints come within weeks"),
    Rule("still", "still of an incident, faces blurred", 90, CLOSED, "deleted",
         "reviews and complaints come within weeks"),
    Rule("overlay", "zone and skeletons over a clip: lines, no picture", 90, CLOSED, "deleted",
         "it belongs to the clip"),
    Rule("stay", "score by cue over time and place on the picture", 365, CLOSED, "emptied",
         "a year of outcomes is what the score is tested on"),
    Rule("text", "what was written when an incident was closed", 365, CLOSED, "emptied",
         "a year of hand-overs and reports; the outcome stays as a word"),
    Rule("number", "numbers and addresses that pages went to", 90, CLOSED, "emptied",
         "to look into a page that did not arrive"),
    Rule("hand_over", "notes from shift to shift", 90, "since they expired", "deleted",
         "they stand in shift reports"),
    Rule("provider_event", "replies, key presses and delivery reports", 90, "since they came", "deleted",
         "to look into a page that did not arrive"),
    Rule("partner_link", "links in messages to partners", 31, CLOSED, "deleted",
         "they open nothing any more a day after closing (PARTNER_LINK_HOURS)"),
    Rule("number_code", "codes that prove a number", 7, "since they were sent", "deleted",
         "they are typed in within minutes"),
    Rule("push", "browsers of people who are not active any more", 31, "since they were connected", "deleted",
         "nobody is paged there"),
    Rule("api_call", "requests to the API: time, token, address", 90, "since they came", "deleted",
         "to look into misuse of a token"),
    Rule("api_token", "API tokens that have ended, as hashes", 365, "since they expired or were revoked", "deleted",
         "to know which system a request came from"),
    Rule("wall_screen", "keys of wall screens that have ended, as hashes", 365, "since they expired or were revoked",
         "deleted", "to know which screen showed what"),
    Rule("session", "log-ins that have ended", 1, "since they ended", "deleted", "nothing needs them", 0.0),
    Rule("incident", "incidents: place, tier, times, outcome", FOR_EVER, "", "",
         "figures; nothing in them tells who it was"),
    Rule("audit", "who did what, with its chain, notes included", FOR_EVER, "", "",
         "it proves what was done, this report too; the database refuses to change it"),
)  # fmt: skip
BY_KEY = {rule.key: rule for rule in RULES}
NEVER = "never"
MOST_DAYS = 36_500  # a century: more is a mistake


class RetentionError(ValueError):
    """Days that cannot be; the message says which and what to write."""


def table(overrides: Mapping[str, str]) -> dict[str, float]:
    """Days by class: the defaults, and what the installation has chosen.

    Args:
        overrides: days by class as written, or `never`.

    Raises:
        RetentionError: an unknown class, no number, or fewer days than a class needs.
    """
    days = {rule.key: rule.days for rule in RULES}
    for key, written in overrides.items():
        rule = BY_KEY.get(key)
        if rule is None or rule.fixed:
            known = ", ".join(r.key for r in RULES if not r.fixed)
            raise RetentionError(f'there is no class "{key}" whose days can be chosen. There are: {known}.')
        days[key] = _days(rule, written.strip())
    return days


def _days(rule: Rule, written: str) -> float:
    if written == NEVER and rule.by == "job":
        return FOR_EVER
    try:
        days = float(written)
    except ValueError as error:
        raise RetentionError(f'{rule.key}: "{written}" is no number of days.') from error
    if not rule.least_days <= days <= MOST_DAYS:
        raise RetentionError(f"{rule.key}: {written} days; it must be at least {words(rule.least_days)}.")
    return days


def words(days: float) -> str:
    """A number of days as people say it."""
    if days == FOR_EVER:
        return "for ever"
    minutes = round(days * 24 * 60)
    if minutes < 60:
        return f"{minutes} minutes"
    if days < 1:
        hours = round(days * 24)
        return "1 hour" if hours == 1 else f"{hours} hours"
    return "1 day" if days == 1 else f"{days:g} days"


def sentence(key: str, days: float) -> str:
    """The rule that something is deleted under, as the deletion report keeps it."""
    rule = BY_KEY[key]
    return f"{rule.what}: {rule.then} {words(days)} {rule.since}" if days != FOR_EVER else f"{rule.what}: kept for ever"
