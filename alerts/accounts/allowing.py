"""Whether a rule lets somebody through: the gate asks before it opens a page, a page before it shows a way there."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import resolve

from alerts.accounts.addresses import SUPERUSERS, Rule, rule_of
from alerts.accounts.scope import everywhere


class Answer(Enum):
    """What the table says of somebody and an address."""

    YES = "let through"
    NO = "nobody of their roles may do this"
    HIDDEN = "for them there is no such thing"


def answer(user: User | AnonymousUser, rule: Rule, parts: Mapping[str, Any]) -> Answer:
    """What a rule says of somebody who is logged in.

    Args:
        user: who asks.
        rule: of the address.
        parts: the address's parts by name, as its pattern reads them.
    """
    if rule is SUPERUSERS and not getattr(user, "is_superuser", False):
        return Answer.HIDDEN
    if rule.act is None:
        return Answer.YES
    if not user.has_perm(rule.act):
        return Answer.NO
    if rule.find is not None and not rule.find(user, rule.act).filter(pk=parts[rule.key]).exists():
        return Answer.HIDDEN
    return Answer.YES


def may_open(user: User | AnonymousUser, path: str) -> bool:
    """Whether the gate would let somebody through to an address of ours, about a thing that stands on their page."""
    match = resolve(path)
    rule = rule_of(match)
    if rule.open:
        return True
    if not user.is_authenticated:
        return False
    if rule.act is not None and everywhere(user, rule.act):
        return True
    known: dict[object, bool] = user.__dict__.setdefault("_may_open", {})
    question = (rule, match.kwargs.get(rule.key))
    if question not in known:
        known[question] = answer(user, rule, match.kwargs) is Answer.YES
    return known[question]
