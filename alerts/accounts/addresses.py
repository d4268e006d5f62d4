"""Which address needs which act, and what it is about. An address that does not stand here is the superuser's alone.

`docs/access.md` shows what follows from it for every role; a test tries each one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import Model, QuerySet
from django.urls import ResolverMatch

from alerts.accounts import scope
from alerts.accounts.roles import Act


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use an address.

    Attributes:
        act: what the person must be allowed to do; None for everybody who is logged in.
        find: gives what an act reaches; the address's thing must be among it.
        key: the address's part that names the thing.
        open: no log-in is asked for: the page has a guard of its own, or nothing to guard.
        fetched: by a program or script, for which a log-in page is no answer: a stranger gets 403.
        wall: a screen on a wall may open it too, with its key instead of a log-in.
        background: asked for again and again by an open page: it is no sign that somebody is there.
    """

    act: Act | None = None
    find: Callable[[scope.Person, str], QuerySet[Model]] | None = None
    key: str = ""
    open: bool = False
    fetched: bool = False
    background: bool = False
    wall: bool = False


OPEN = Rule(open=True)
OWN = Rule()
SUPERUSERS = Rule(key="none")


def _incident(act: Act) -> Rule:
    return Rule(act, scope.incidents, "number")


def _camera(*, fetched: bool = False) -> Rule:
    return Rule(Act.DRAW, scope.cameras, "camera_id", fetched=fetched)


SEEN, HANDLED = _incident(Act.SEE_INCIDENTS), _incident(Act.HANDLE)
RULES: dict[str, Rule] = {
    # The console
    "console": Rule(Act.SEE_INCIDENTS),
    "open-fragment": Rule(Act.SEE_INCIDENTS, background=True),
    "history": Rule(Act.SEE_INCIDENTS),
    "wallboard": Rule(Act.SEE_INCIDENTS, wall=True),
    "wallboard-fragment": Rule(Act.SEE_INCIDENTS, background=True, wall=True),
    "hand-over": Rule(Act.HAND_OVER),
    "have-read": Rule(Act.HAND_OVER, scope.notes, "number"),
    "live": Rule(fetched=True, background=True, wall=True),
    **dict.fromkeys(
        ("incident-fragment", "pictures-fragment", "parts-fragment", "live-picture"), replace(SEEN, background=True)
    ),
    **dict.fromkeys(("incident", "live-jpeg", "short-link"), SEEN),
    **dict.fromkeys(("acknowledge", "note", "escalate", "snooze", "close", "stand-down", "call"), HANDLED),
    "evidence": Rule(Act.SEE_INCIDENTS, scope.evidence, "key"),
    "evidence-pack": _incident(Act.PACK),
    "cameras": Rule(Act.SEE_CAMERAS),
    "fleet": Rule(Act.SEE_CAMERAS),
    "map": Rule(Act.SEE_CAMERAS),
    "map-fragment": Rule(Act.SEE_CAMERAS, background=True),
    # Cameras and zones
    **dict.fromkeys(
        ("camera-add", "camera-add-many", "camera-test", "camera-find", "camera-streams", "camera-use-streams"),
        Rule(Act.DRAW),
    ),
    **dict.fromkeys(
        ("camera-edit", "zone-editor", "zone-check", "zone-save", "zone-calibrate", "zone-read", "zone-export",
         "zone-export-geojson", "zone-versions", "zone-version", "zone-roll-back", "camera-picture", "camera-walk",
         "camera-expected"), _camera()
    ),
    "camera-people": _camera(fetched=True),
    # Paging
    **dict.fromkeys(
        ("who-is-paged", "policies", "rotas", "partners", "reports", "report-csv", "shift-report", "shift-csv",
         "maintenance"), Rule(Act.SEE_PAGING)
    ),
    **dict.fromkeys(("policy", "policy-version"), Rule(Act.SEE_PAGING, scope.policies, "key")),
    "policy-back": Rule(Act.MANAGE_PAGING, scope.policies, "key"),
    "rota": Rule(Act.SEE_PAGING, scope.rotas, "number"),
    "take-calendar": Rule(Act.MANAGE_PAGING, scope.rotas, "number"),
    **dict.fromkeys(("send-code", "prove-number"), Rule(Act.MANAGE_PAGING, scope.contacts, "number")),
    "open-maintenance": Rule(Act.MANAGE_PAGING),
    "end-maintenance": Rule(Act.MANAGE_PAGING, scope.windows, "number"),
    **dict.fromkeys(
        ("admin:alerts_policy_add", "admin:alerts_policy_change", "admin:alerts_agency_add", "admin:alerts_rota_add",
         "admin:alerts_rota_change"), Rule(Act.SET_UP)
    ),
    # Retention, and access for other systems
    **dict.fromkeys(("retention", "deletions-csv", "impact"), Rule(Act.SEE_RETENTION)),
    **dict.fromkeys(("approve-retention", "lock-evidence", "release-evidence"), Rule(Act.DELETE)),
    "wall-screens": Rule(Act.GIVE_WALL_SCREENS),
    "revoke-wall-screen": Rule(Act.GIVE_WALL_SCREENS, scope.wall_screens, "number"),
    **dict.fromkeys(("api-tokens", "revoke-api-token"), Rule(Act.GIVE_TOKENS)),
    # A person's own
    **dict.fromkeys(("devices", "add-device", "test-devices", "remove-device"), OWN),
    **dict.fromkeys(
        ("account", "account_change_password", "account_set_password", "account_reauthenticate", "mfa_index",
         "mfa_reauthenticate", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
         "mfa_activate_totp", "mfa_deactivate_totp", "mfa_list_webauthn", "mfa_add_webauthn",
         "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn", "usersessions_list"), OWN
    ),
    # Partners with a log-in
    "shared": Rule(Act.SEE_SHARED),
    "shared-incident": Rule(Act.SEE_SHARED, scope.incidents, "number"),
    # People and their roles
    "people": Rule(Act.SEE_PEOPLE),
    "person": Rule(Act.SEE_PEOPLE, scope.people, "number"),
    "person-add": Rule(Act.GIVE_ROLES),
    **dict.fromkeys(("role-give", "person-link", "person-close"), Rule(Act.GIVE_ROLES, scope.people, "number")),
    "role-take": Rule(Act.GIVE_ROLES, scope.memberships, "number"),
    # Open: logging in, and what has a guard of its own (a signature, a PIN, a secret in the address, a token)
    **dict.fromkeys(
        ("account_login", "account_logout", "account_inactive", "account_reset_password_from_key",
         "account_reset_password_from_key_done", "mfa_authenticate", "mfa_login_webauthn",
         "openid_connect_login", "openid_connect_callback", "socialaccount_login_cancelled"), OPEN
    ),
    **dict.fromkeys(
        ("healthz", "metrics", "twilio-sms", "twilio-status", "twilio-machine", "twilio-voice", "service-worker",
         "icon", "calendar", "partner", "partner-unlock", "partner-evidence", "partner-answer",
         "open-wall-screen", "api", "api-unknown", "about", "about-json"), OPEN
    ),
}  # fmt: skip
ROOMS: dict[str, Rule] = {"admin": Rule(Act.USE_ADMIN), "api": OPEN}
"""Rules for all addresses of a namespace that have none of their own; pages of the admin each ask for more."""


def rule_of(match: ResolverMatch) -> Rule:
    """The rule of what was asked for."""
    return rule_named(match.view_name or "", match.namespaces[0] if match.namespaces else "")


def rule_named(name: str, room: str) -> Rule:
    """The rule of an address by its name and outermost namespace."""
    return RULES.get(name, ROOMS.get(room, SUPERUSERS))
