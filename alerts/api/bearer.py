"""Who asks: a bearer token with the scope that an operation needs."""

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from alerts.api import tokens
from alerts.api.problems import TooManyRequestsError
from alerts.models import ApiToken


class ApiTokenAuth(HttpBearer):
    """Lets a request in whose token has one scope.

    Args:
        scope: the one that is needed.
    """

    openapi_bearerFormat = "hr_prefix_secret"  # noqa: N815 - OpenAPI's name

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken | None:
        """The token, or None; what was sent is never written anywhere."""
        scheme, _, secret = request.headers.get(self.header, "").partition(" ")
        return self.authenticate(request, secret) if scheme.lower() == self.openapi_scheme else None

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Check the secret, then the rate, then the scope.

        Raises:
            TooManyRequestsError: come again later.
            HttpError: 403, the scope is missing.
        """
        found = tokens.known(token)
        if found is None:
            return None
        if not tokens.use(found, str(request.method), request.path):
            raise TooManyRequestsError
        if self.scope not in found.scopes:
            raise HttpError(403, f'This token lacks the scope "{self.scope}": an administrator makes one with it.')
        return found


def needs(scope: str) -> dict[str, Any]:
    """What an operation says to need a scope; the description of the API names it too."""
    return {"auth": ApiTokenAuth(scope), "openapi_extra": {"x-scope": scope}}
