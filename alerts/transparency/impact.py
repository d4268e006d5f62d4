"""The data-protection impact summary, made from the live settings: what an assessment starts from, never its end.

Its parts are those of article 35(7) of the UK GDPR: the processing and its purpose, the risks, and the measures.
Whether it is needed and in proportion only people can say.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from alerts.planning import database_now
from alerts.retention.rules import RULES, words
from alerts.transparency.about import DOES_NOT
from alerts.transparency.facts import facts, processors, who_sees
from alerts.transparency.risks import risks

FLOWS = (
    ("cameras", "the track worker's memory", "pictures; let go after a look, but for the ring on its own disk"),
    ("track worker", "database", "stays: places on the picture, measurements, the score; no picture"),
    (
        "ring",
        "media worker, media folder",
        "of an incident alone: the recording, a blurred clip and still",
    ),
    ("database", "console", "incidents and blurred pictures, for those with a log-in; who looked is kept"),
    ("engine", "the ways out below", "one line and a link for those on duty"),
    ("link", "partner's browser", "after a PIN: what was observed, and blurred pictures as far as the agency may see"),
    ("supervisor", "evidence pack", "the recording as it came, signed; the only way in which it leaves"),
)
MEASURES = (
    "Nobody is recognised: there is no face recognition, no appearance is kept, nobody is compared with anybody.",
    "Heads are blurred in every still, clip and live picture; masks are blackened before anything is looked at.",
    "Nothing is recorded for longer than the ring, but for an incident.",
    "The unblurred recording is shown to nobody in the console.",
    "Camera passwords and webhook secrets are encrypted at rest; passwords, PINs and API tokens are kept as hashes.",
    "Each look at a picture, each act and each deletion stands in an audit chain that the database refuses to change.",
    "Messages hold no name and no detail of health; links show nothing before a PIN.",
    "A person decides: the service asks somebody to look and does nothing to anybody.",
    "Deletion by class, once a day, with a report; a lock holds what is asked for.",
)


def gather(networks: Mapping[str, str]) -> dict[str, Any]:
    """What the summary says.

    Args:
        networks: SHA-256 by file name of the networks that are run.
    """
    now, found = database_now(), facts()
    return {
        "made_at": now,
        "operator": settings.ABOUT_OPERATOR,
        "contact": settings.ABOUT_CONTACT,
        "purpose": settings.ABOUT_PURPOSE,
        "lawful_basis": settings.ABOUT_LAWFUL_BASIS,
        "facts": found,
        "flows": FLOWS,
        "kept": [_kept(rule.key) for rule in RULES],
        "measures": MEASURES,
        "does_not": DOES_NOT,
        "processors": processors(),
        "agencies": who_sees(),
        "networks": sorted(networks.items()),
        "risks": risks(found),
    }


def _kept(key: str) -> tuple[str, str, str]:
    (rule,) = (r for r in RULES if r.key == key)
    days = settings.RETENTION_DAYS[key]
    return rule.what, words(days) + ("" if rule.fixed else f" {rule.since}, then {rule.then}"), rule.why


def page(networks: Mapping[str, str]) -> str:
    """The summary as one HTML file that needs nothing else."""
    return render_to_string("transparency/impact_file.html", gather(networks))
