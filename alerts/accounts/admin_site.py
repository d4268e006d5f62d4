"""Django's admin behind the one log-in: who may use it comes from the roles, and it has no log-in of its own."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alerts.accounts.roles import Act


class AdminConfig(DjangoAdminConfig):
    """Puts the site below in the place of Django's."""

    default_site = "alerts.accounts.admin_site.Admin"


class Admin(AdminSite):
    """The pages for set-up and records."""

    site_header, site_title = "Handrail: set-up and records", "Handrail"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever has a role of every site that needs it, and the superuser."""
        return request.user.is_active and request.user.has_perm(Act.USE_ADMIN)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """There is one log-in."""
        return redirect("account_login")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """There is one way out: it asks first."""
        return redirect("account_logout")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """There is one page for passwords."""
        return redirect("account_change_password")
