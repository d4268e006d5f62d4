"""What is wrong and has to be mended, told to who is concerned: nothing of a site is told to people of another."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model

from alerts.accounts import scope


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is wrong, in words.

    Attributes:
        about: sites, rotas, contacts, windows of maintenance: who may see one of them is told. Nothing: it is the
            whole house's.
    """

    words: str
    about: tuple[Model, ...] = ()


def words_for(user: scope.Holder, act: str, told: Iterable[Told]) -> list[str]:
    """The words that are somebody's to know, by an act that reaches what they are about."""
    if scope.everywhere(user, act):
        return [one.words for one in told]
    if act not in scope.carried(scope.grants(user)):
        return []
    return [one.words for one in told if not one.about or any(scope.may_reach(user, act, it) for it in one.about)]
