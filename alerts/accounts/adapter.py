"""How django-allauth behaves here: nobody signs up by themselves, nothing is mailed, failures are kept."""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alerts import audit
from alerts.accounts import tries

PLAIN_TO_SEE = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class AccountAdapter(DefaultAccountAdapter):
    """Log-ins by name and password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "The user name or the password is not right. Check capital letters, and try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: log-ins are given out by supervisors."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Hold whoever has failed too often.

        Raises:
            ValidationError: says for how long, and what else can be done.
        """
        words = tries.must_wait(request, credentials.get("username", ""))
        if words:
            raise ValidationError(words)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep the failure."""
        tries.failed(request, credentials.get("username", ""))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **hooks: Any) -> HttpResponse:
        """Whoever has come in here is known here."""
        response: HttpResponse = super().post_login(request, user, **hooks)
        tries.remember(request, response, user.get_username())
        return response

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Say what came of it, but nothing that is plain to see."""
        if message_template not in PLAIN_TO_SEE:
            super().add_message(request, level, message_template, *args, **kwargs)


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Log-ins by the organisation's own provider (OpenID Connect): it says who somebody is, never what they may do."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: a person without a log-in here asks a supervisor for one."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Match somebody who comes for the first time to their log-in here.

        Raises:
            ImmediateHttpResponse: to the log-in page, with words, where there is none for them.
        """
        if sociallogin.is_existing and not sociallogin.user.is_superuser:
            return
        name = _claim(sociallogin.account.extra_data)
        people = User.objects.filter(username__iexact=name, is_active=True, is_superuser=False)
        found = list(people.filter(memberships__isnull=False).distinct()) if name else []
        if len(found) != 1:
            audit.record("log-in", "log-in refused", name=name[:150], provider=sociallogin.account.provider)
            _refuse(request, f'"{name}" has no log-in here yet. Ask your supervisor for one.')
        sociallogin.connect(request, found[0])
        audit.record(found[0].get_username(), "log-in linked", provider=sociallogin.account.provider)

    def on_authentication_error(self, request: HttpRequest, provider: object, **what: object) -> None:
        """Back to the log-in page, with words.

        Raises:
            ImmediateHttpResponse: always.
        """
        _refuse(request, "Your organisation's provider did not answer as it should. Try again, or use a password.")


def _claim(told: dict[str, Any]) -> str:
    """The user name that the provider tells."""
    for part in ("userinfo", "id_token"):
        name = (told.get(part) or {}).get(settings.OIDC_USERNAME_CLAIM)
        if name:
            return str(name)
    return ""


def _refuse(request: HttpRequest, words: str) -> NoReturn:
    messages.error(request, words)
    raise ImmediateHttpResponse(redirect("account_login"))
