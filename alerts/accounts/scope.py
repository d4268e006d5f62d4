"""What a person, or a system with a key, may see and change: querysets by act, from the grants that they hold."""

from collections.abc import Callable, Iterable
from typing import Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from alerts.accounts.roles import MAY, Grant
from alerts.models import (
    Agency,
    Contact,
    Evidence,
    HandOverNote,
    Incident,
    MaintenanceWindow,
    Membership,
    Notification,
    Policy,
    PolicyStep,
    Rota,
    SharingRule,
    WallScreen,
)
from zones.models import Camera, Site, Zone


class Key(Protocol):
    """What another system, or a screen, shows instead of a log-in; it is checked where it comes in."""

    @property
    def grants(self) -> tuple[Grant, ...]:
        """How far it reaches."""
        ...


Person = AbstractBaseUser | AnonymousUser
Holder = Person | Key
NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING  # an empty Q would vanish in an "or"


def grants(user: Holder) -> tuple[Grant, ...]:
    """The grants of a key; of a log-in, read once a request: none for a stranger or a log-in that was closed."""
    if not isinstance(user, AbstractBaseUser | AnonymousUser):
        return user.grants
    if not (user.is_authenticated and user.is_active):
        return ()
    if not hasattr(user, "_grants"):
        rows = Membership.objects.filter(user_id=user.pk).order_by("pk")
        user._grants = tuple(row.grant for row in rows)  # type: ignore[attr-defined]
    found: tuple[Grant, ...] = user._grants  # type: ignore[attr-defined]
    return found


def _placed(user: Holder, act: str, here: Callable[[Grant], Q]) -> Q:
    """Where any of a person's grants for an act reaches; everything for a superuser, who is for break-glass."""
    if getattr(user, "is_superuser", False) and getattr(user, "is_active", False):
        return EVERYTHING
    found = NOTHING
    for grant in grants(user):
        if grant.carries(act):
            found |= here(grant)
    return found


def incidents(user: Holder, act: str) -> QuerySet[Incident]:
    """The incidents that somebody may see, or do an act to."""
    return Incident.objects.filter(_placed(user, act, _of_incidents))


def _of_incidents(grant: Grant) -> Q:
    place = Q(camera__site=grant.site) if grant.site is not None else EVERYTHING
    if grant.agency is None:
        return place
    paged = Notification.objects.filter(step_run__incident=OuterRef("pk"), contact__agency=grant.agency)
    rules = SharingRule.objects.filter(agency=grant.agency, site=OuterRef("camera__site"))
    shared = rules.filter(Q(zone=None) | Q(zone=OuterRef("zone")))
    return place & (Q(Exists(paged)) | Q(Exists(shared)))


def cameras(user: Holder, act: str) -> QuerySet[Camera]:
    """Cameras."""
    return Camera.objects.filter(_placed(user, act, _of_cameras))


def _of_cameras(grant: Grant) -> Q:
    place = Q(site=grant.site) if grant.site is not None else EVERYTHING
    if grant.agency is None:
        return place
    rules = SharingRule.objects.filter(agency=grant.agency)
    whole = Q(site__in=rules.filter(zone=None).values("site"))
    drawn_on = Zone.objects.filter(pk__in=rules.exclude(zone=None).values("zone")).values("camera")
    return place & (whole | Q(pk__in=drawn_on))


def sites(user: Holder, act: str) -> QuerySet[Site]:
    """Sites of the house; none through another agency's grant."""
    return Site.objects.filter(_placed(user, act, _of_sites))


def _of_sites(grant: Grant) -> Q:
    if grant.agency is not None:
        return NOTHING
    return Q(pk=grant.site) if grant.site is not None else EVERYTHING


def everywhere(user: Holder, act: str) -> bool:
    """Whether an act may be done at every site, also at one that is added tomorrow."""
    return bool(getattr(user, "is_superuser", False)) or any(
        grant.carries(act) and grant.site is None and grant.agency is None for grant in grants(user)
    )


def evidence(user: Holder, act: str) -> QuerySet[Evidence]:
    """Stills and clips."""
    return Evidence.objects.filter(incident__in=incidents(user, act))


def zones(user: Holder, act: str) -> QuerySet[Zone]:
    """Zones."""
    return Zone.objects.filter(_placed(user, act, _of_zones))


def _of_zones(grant: Grant) -> Q:
    place = Q(camera__site=grant.site) if grant.site is not None else EVERYTHING
    if grant.agency is None:
        return place
    rules = SharingRule.objects.filter(agency=grant.agency)
    whole = Q(camera__site__in=rules.filter(zone=None).values("site"))
    return place & (whole | Q(pk__in=rules.exclude(zone=None).values("zone")))


def policies(user: Holder, act: str) -> QuerySet[Policy]:
    """Policies."""
    return Policy.objects.filter(site__in=sites(user, act))


def rotas(user: Holder, act: str) -> QuerySet[Rota]:
    """Rotas that page for one of the sites, and those that page for none yet."""
    if everywhere(user, act):
        return Rota.objects.all()
    used = PolicyStep.objects.filter(rota=OuterRef("pk"))
    mine = used.filter(policy__site__in=sites(user, act))
    return Rota.objects.filter(Exists(mine) | (~Exists(used) if sites(user, act).exists() else NOTHING))


def agencies(user: Holder, act: str) -> QuerySet[Agency]:
    """Agencies that take something of one of the sites."""
    if everywhere(user, act):
        return Agency.objects.all()
    found = sites(user, act)
    if not found.exists():
        return Agency.objects.none()
    takes_all = Q(sites=None, cameras=None, zones=None)
    takes = Q(sites__in=found) | Q(cameras__site__in=found) | Q(zones__camera__site__in=found)
    return Agency.objects.filter(takes_all | takes).distinct()


def contacts(user: Holder, act: str) -> QuerySet[Contact]:
    """People who can be paged for one of the sites."""
    if everywhere(user, act):
        return Contact.objects.all()
    found = sites(user, act)
    if not found.exists():
        return Contact.objects.none()
    own = Q(agency=None) & (Q(sites=None) | Q(sites__in=found))
    return Contact.objects.filter(own | Q(agency__in=agencies(user, act))).distinct()


def notes(user: Holder, act: str) -> QuerySet[HandOverNote]:
    """Hand-over notes for one of the sites, and those for every site."""
    if everywhere(user, act):
        return HandOverNote.objects.all()
    found = sites(user, act)
    if not found.exists():
        return HandOverNote.objects.none()
    return HandOverNote.objects.filter(Q(site=None) | Q(site__in=found))


def windows(user: Holder, act: str) -> QuerySet[MaintenanceWindow]:
    """Maintenance."""
    found = sites(user, act)
    here = Q(site__in=found) | Q(camera__site__in=found) | Q(zone__camera__site__in=found)
    return MaintenanceWindow.objects.filter(here)


def wall_screens(user: Person, act: str) -> QuerySet[WallScreen]:
    """Keys of screens of one of the sites; those of every site for who is everywhere too."""
    return WallScreen.objects.all() if everywhere(user, act) else WallScreen.objects.filter(site__in=sites(user, act))


def may_reach(user: Holder, act: str, thing: Model) -> bool:
    """Whether an act may be done to one thing: a site, a camera, an incident, a zone, or a part of how it is paged."""
    of: dict[type[Model], Callable[[Holder, str], QuerySet[Model]]] = {
        Site: sites, Camera: cameras, Incident: incidents, Zone: zones, Rota: rotas, Contact: contacts,
        MaintenanceWindow: windows,
    }  # fmt: skip
    found = of.get(type(thing))
    return found is not None and found(user, act).filter(pk=thing.pk).exists()


def carried(found: Iterable[Grant]) -> frozenset[str]:
    """Every act that some grant carries somewhere."""
    return frozenset(str(act) for grant in found for act in MAY[grant.role] if grant.carries(act))


def memberships(user: Person, act: str) -> QuerySet[Membership]:
    """Roles that were given for one of the sites; those for every site too where the asker's counts everywhere."""
    return Membership.objects.all() if everywhere(user, act) else Membership.objects.filter(site__in=sites(user, act))


def people(user: Person, act: str) -> QuerySet[User]:
    """Log-ins with such a role; the superusers' only for their like."""
    found = User.objects.all() if getattr(user, "is_superuser", False) else User.objects.filter(is_superuser=False)
    if everywhere(user, act):
        return found
    return found.filter(Exists(memberships(user, act).filter(user=OuterRef("pk"))))
