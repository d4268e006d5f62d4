"""The hash of one link of the audit chain: the same for the database and for a pack that has left it. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

EVENT = ("number", "at_s", "actor", "action", "incident", "detail")
"""What of an event its hash covers, in this order."""


def digest(previous: str, sequence: int, event: Mapping[str, Any]) -> str:
    """SHA-256 over an event, its place and the hash before it, in a canonical form.

    Args:
        previous: hash of the link before, 64 hex digits.
        sequence: place in the chain, from 1.
        event: EVENT's names; `at_s` in UTC seconds.
    """
    line = json.dumps([previous, sequence, *(event[name] for name in EVENT)], sort_keys=True)
    return hashlib.sha256(line.encode()).hexdigest()


def fault(events: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]]) -> str:
    """What does not fit in a stretch of the chain, in words; empty where all of it does.

    Args:
        events: those of one incident, with EVENT's names.
        links: every link from the first of these events to the last, {sequence, event, previous_hash, hash}. Of the
            events of other incidents between them there is the hash alone.
    """
    by_number = {event["number"]: event for event in events}
    linked = {link["event"] for link in links}
    for number in by_number:
        if number not in linked:
            return f"event {number} has no link in the chain"
    before: Mapping[str, Any] | None = None
    for link in links:
        if before is not None and link["sequence"] != before["sequence"] + 1:
            return f"link {before['sequence'] + 1} of the chain is missing"
        if before is not None and link["previous_hash"] != before["hash"]:
            return f"link {link['sequence']} does not follow the one before it"
        event = by_number.get(link["event"])
        if event is not None and link["hash"] != digest(link["previous_hash"], link["sequence"], event):
            return f"event {event['number']} ({event['action']}) does not fit the chain"
        before = link
    return ""
