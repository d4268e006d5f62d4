"""Ways to other pages, for who may go them: no page shows a button, form or link that the gate would refuse."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from alerts.accounts.allowing import may_open

register = template.Library()


@register.simple_tag(takes_context=True)
def way(context: Context, name: str, *args: Any) -> str:
    """The address of a page, or nothing where who reads this may not go there.

    `{% way "close" incident.pk as close %}{% if close %}<form action="{{ close }}">…{% endif %}`
    """
    path = reverse(name, args=args)
    request = context.get("request")
    return path if request is not None and may_open(request.user, path) else ""
