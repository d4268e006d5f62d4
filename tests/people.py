"""Log-ins with a role, for tests."""

from django.contrib.auth.models import User

from alerts.accounts.roles import Role
from alerts.models import Agency, Membership
from zones.models import Site


def give(user: User, role: Role, site: Site | None = None, agency: Agency | None = None) -> User:
    """Give somebody a role: everywhere unless a site is named, of the house unless an agency is."""
    Membership.objects.create(user=user, role=role.value, site=site, agency=agency, given_by="tests", why="a test")
    return user
