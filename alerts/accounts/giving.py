"""Giving and taking log-ins and roles. Each change says who, whom, what and why, and is audited with it.

Somebody gives and takes only what their own role as a supervisor covers, and nothing of their own. Whoever opens the
account of another (by a new password) could do what that person may: so it needs cover over every role they hold.
"""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from alerts import audit
from alerts.accounts import scope
from alerts.accounts.roles import Grant, Role
from alerts.models import Agency, Contact, Membership
from zones.models import Site


class GivingError(ValueError):
    """What was asked for cannot be done; the message says why in plain words."""


def may_give(by: User, grant: Grant) -> bool:
    """Whether somebody's own roles cover a grant."""
    return by.is_superuser or any(mine.covers(grant) for mine in scope.grants(by))


def _reason(why: str) -> str:
    why = why.strip()
    if not why:
        raise GivingError("Say why: the reason is kept with the change.")
    return why[:200]


def _check(by: User, user: User, *granted: Grant) -> None:
    if by.pk == user.pk:
        raise GivingError("Nobody changes their own roles or log-in here: ask another supervisor.")
    if user.is_superuser and not by.is_superuser:
        raise GivingError("This is the log-in for emergencies; only its like may change it.")
    if not all(may_give(by, grant) for grant in granted):
        raise GivingError("This is beyond the places where you are a supervisor.")


@transaction.atomic
def give(user: User, role: Role, site: Site | None, agency: Agency | None, *, by: User, why: str) -> Membership:
    """Give a role.

    Raises:
        GivingError: it may not be given, is held already, or a partner's agency is missing or another.
    """
    why = _reason(why)
    _check(by, user, Grant(role, site.pk if site else None, agency.pk if agency else None))
    if role is Role.PARTNER:
        _as_contact(user, agency)
    made = Membership(user=user, role=role.value, site=site, agency=agency, given_by=by.get_username(), why=why)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise GivingError(f"{user.get_username()} holds this role already.") from error
    audit.record(by.get_username(), "role given", person=user.get_username(), role=str(made), why=why)
    return made


def _as_contact(user: User, agency: Agency | None) -> None:
    """A partner acts under a name that stands with their agency."""
    if agency is None:
        raise GivingError("Choose the agency that the partner belongs to.")
    contact, _ = Contact.objects.get_or_create(
        user=user, defaults={"name": user.get_full_name() or user.get_username(), "agency": agency}
    )
    if contact.agency_id != agency.pk:
        raise GivingError(
            f"{contact.name} is paged as one of {contact.agency or 'the control room'}: change that first."
        )


@transaction.atomic
def take(held: Membership, *, by: User, why: str) -> None:
    """Take a role: it ends with the next page that its holder opens.

    Raises:
        GivingError: it may not be taken.
    """
    why = _reason(why)
    _check(by, held.user, held.grant)
    audit.record(by.get_username(), "role taken", person=held.user.get_username(), role=str(held), why=why)
    held.delete()


@transaction.atomic
def add(username: str, name: str, *, by: User) -> User:
    """Make a log-in without a password; it can do nothing until it is given a role and a link.

    Raises:
        GivingError: the name is taken or is none.
    """
    first, _, last = name.strip().partition(" ")
    user = User(username=username.strip().lower(), first_name=first[:150], last_name=last[:150])
    user.set_unusable_password()
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise GivingError(" ".join(error.messages)) from error
    user.save()
    audit.record(by.get_username(), "log-in made", person=user.get_username())
    return user


def new_password_path(user: User, *, by: User) -> str:
    """A path that lets its holder choose a new password, once; it is handed over in person or by phone.

    Raises:
        GivingError: the person holds a role beyond what `by` covers.
    """
    _check(by, user, *scope.grants(user))
    audit.record(by.get_username(), "new password offered", person=user.get_username())
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])


@transaction.atomic
def close(user: User, *, by: User, why: str) -> None:
    """Close a log-in: every session of it ends with its next page.

    Raises:
        GivingError: the person holds a role beyond what `by` covers.
    """
    why = _reason(why)
    _check(by, user, *scope.grants(user))
    User.objects.filter(pk=user.pk).update(is_active=False)
    audit.record(by.get_username(), "log-in closed", person=user.get_username(), why=why)
