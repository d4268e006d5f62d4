"""Log-in by name and password, and permissions from roles alone: Django's own groups and permissions give nothing."""

from allauth.account.auth_backends import AuthenticationBackend
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model

from alerts.accounts import scope
from alerts.accounts.roles import Act

RECORDS = frozenset(
    {"alerts.view_auditevent", "alerts.view_incident", "alerts.view_maintenancewindow", "alerts.view_partnertest",
     "alerts.view_policyversion"}
)  # fmt: skip
SET_UP_ROOMS = frozenset({"alerts", "zones"})


class RoleBackend(AuthenticationBackend):
    """Asks the table of roles. A superuser never comes here: Django lets them do everything."""

    def has_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        """Whether somebody may do an act, to a thing or anywhere; or use a model's pages in the admin."""
        if obj is not None:
            return scope.may_reach(user_obj, perm, obj)
        acts = scope.carried(scope.grants(user_obj))
        if perm in acts:
            return True
        room = perm.split(".")[0]
        return (perm in RECORDS and Act.READ_RECORDS in acts) or (
            room in SET_UP_ROOMS and Act.SET_UP in acts and perm not in set(Act)
        )

    async def ahas_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        """The same where a view is asynchronous."""
        return await sync_to_async(self.has_perm)(user_obj, perm, obj)

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        """Whether an app is listed in the admin."""
        acts = scope.carried(scope.grants(user_obj))
        return (app_label in SET_UP_ROOMS and Act.SET_UP in acts) or (
            app_label == "alerts" and Act.READ_RECORDS in acts
        )

    def get_user_permissions(self, user_obj: AbstractBaseUser, obj: Model | None = None) -> set[str]:
        """None: what a person may do comes from their roles."""
        return set()

    def get_group_permissions(self, user_obj: AbstractBaseUser, obj: Model | None = None) -> set[str]:
        """None: groups are not used."""
        return set()
