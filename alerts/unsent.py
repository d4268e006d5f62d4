"""What somebody typed and could not be kept: it stands in its field again when the page comes back, once."""

from typing import Any

from django.http import HttpRequest

KEY = "unsent"
FIELDS = ("text", "note")


def keep(request: HttpRequest, place: str, why: str) -> None:
    """Keep the typed words of a form that was refused.

    Args:
        request: the refused POST.
        place: the page that shows them again, e.g. `incident 7`.
        why: it was refused; said beside the field.
    """
    typed = {name: request.POST[name] for name in FIELDS if request.POST.get(name)}
    if typed:
        request.session[KEY] = {"place": place, "why": why, **typed}


def take(request: HttpRequest, place: str) -> dict[str, Any]:
    """The words that were kept for a page; they are forgotten with that."""
    if request.session.get(KEY, {}).get("place") != place:
        return {}
    typed: dict[str, Any] = request.session.pop(KEY)
    return typed
