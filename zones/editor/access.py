"""Who may set up cameras and draw zones."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.db.models import QuerySet
from django.http import HttpResponse

from zones.models import DRAW, Site

View = Callable[..., HttpResponse]


def zone_admin(view: View) -> View:
    """Zone admins only: others who are logged in are refused, nobody is sent to the log-in."""
    return login_required(permission_required(DRAW, raise_exception=True)(view))


def sites_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Site]:
    """The sites where somebody may set up cameras."""
    if not isinstance(user, PermissionsMixin):
        return Site.objects.none()
    return Site.objects.filter(pk__in=[site.pk for site in Site.objects.all() if user.has_perm(DRAW, site)])
