"""Which role may do what: the one table that every check asks. Where it counts (site, agency) is the grant's business.

An act's value is also the name by which views and templates ask, as they ask for any permission of Django.
"""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What can be allowed."""

    SEE_INCIDENTS = "alerts.see_incidents"  # with their pictures; each look is kept
    HANDLE = "alerts.handle_incidents"
    PACK = "alerts.make_evidence_pack"
    SEE_CAMERAS = "alerts.see_cameras"
    DRAW = "zones.draw_zones"
    HAND_OVER = "alerts.hand_over"
    SEE_PAGING = "alerts.see_paging"
    MANAGE_PAGING = "alerts.manage_paging"
    SEE_SHARED = "alerts.see_shared"
    SEE_PEOPLE = "alerts.see_people"
    GIVE_ROLES = "alerts.give_roles"
    USE_ADMIN = "alerts.use_admin"  # each page of it asks for more
    READ_RECORDS = "alerts.read_records"  # incidents, versions and the audit chain in the admin
    SET_UP = "alerts.set_up"  # policies, rotas, contacts and agencies in the admin
    SEE_RETENTION = "alerts.see_retention"
    DELETE = "alerts.manage_retention"  # approve a deletion, lock evidence and release it
    GIVE_WALL_SCREENS = "alerts.give_wall_screens"
    GIVE_TOKENS = "alerts.give_api_tokens"


class Role(StrEnum):
    """What a person is to the service."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ZONE_ADMIN = "zone_admin"
    PARTNER = "partner"
    AUDITOR = "auditor"

    @property
    def words(self) -> str:
        """As people say it."""
        return self.value.replace("_", " ")


_OPERATOR = frozenset({Act.SEE_INCIDENTS, Act.HANDLE, Act.SEE_CAMERAS, Act.HAND_OVER, Act.SEE_PAGING})
EVERYWHERE = frozenset({Act.USE_ADMIN, Act.READ_RECORDS, Act.SET_UP, Act.SEE_RETENTION, Act.DELETE, Act.GIVE_TOKENS})
"""Acts that know no place: only a role that counts at every site, and for no other agency, carries them."""
MAY: dict[Role, frozenset[Act]] = {
    Role.OPERATOR: _OPERATOR,
    Role.SUPERVISOR: _OPERATOR
    | EVERYWHERE
    | {Act.PACK, Act.MANAGE_PAGING, Act.SEE_PEOPLE, Act.GIVE_ROLES, Act.GIVE_WALL_SCREENS},
    Role.ZONE_ADMIN: frozenset({Act.SEE_CAMERAS, Act.DRAW, Act.USE_ADMIN}),
    Role.PARTNER: frozenset({Act.SEE_SHARED}),
    Role.AUDITOR: frozenset(
        {
            Act.SEE_INCIDENTS,
            Act.SEE_CAMERAS,
            Act.SEE_PAGING,
            Act.SEE_PEOPLE,
            Act.USE_ADMIN,
            Act.READ_RECORDS,
            Act.SEE_RETENTION,
        }
    ),
}
HOUSE = frozenset(
    {Act.HAND_OVER, Act.SEE_PAGING, Act.MANAGE_PAGING, Act.SEE_PEOPLE, Act.GIVE_ROLES, Act.GIVE_WALL_SCREENS, Act.DRAW}
)
"""Acts about the house itself: a role that was given for a partner agency never carries them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and where it counts.

    Attributes:
        role: what the person is.
        site: key of the only site where it counts; None for every site.
        agency: key of the agency that it was given for: only what that agency was paged for, or what is shared with
            it by a rule, is seen. None for the house's own people.
    """

    role: Role
    site: int | None = None
    agency: int | None = None

    def carries(self, act: str) -> bool:
        """Whether this grant lets its holder do an act somewhere."""
        if act in EVERYWHERE and (self.site is not None or self.agency is not None):
            return False
        return act in MAY[self.role] and not (act in HOUSE and self.agency is not None)

    def covers(self, other: "Grant") -> bool:
        """Whether whoever gives out roles by this grant may give or take the other one."""
        return self.carries(Act.GIVE_ROLES) and self.site in (None, other.site)
