"""Who may set up cameras and draw zones."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse

from zones.models import DRAW

View = Callable[..., HttpResponse]


def zone_admin(view: View) -> View:
    """Zone admins only: others who are logged in are refused, nobody is sent to the log-in."""
    return login_required(permission_required(DRAW, raise_exception=True)(view))
