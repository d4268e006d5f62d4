"""The API itself: its routers, how it answers, and its description (OpenAPI)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from alerts.api import health, incidents, places
from alerts.api.etags import tagged
from alerts.api.problems import MEDIA_TYPE, Problem, answer_with_problems

PROBLEMS = {
    "401": "no valid token",
    "403": "the token lacks the scope",
    "404": "not here, or not for this token",
    "422": "a value is not as it must be",
    "429": "too many requests",
}
MALFORMED = {"400": "the body is no JSON"}
IMPOSSIBLE = {"409": "not possible in the present state"}
REF = {"$ref": "#/components/schemas/Problem"}


class HandrailAPI(NinjaAPI):
    """Answers that can be asked for again cheaply (ETag), and a description that tells of every problem."""

    def create_response(
        self, request: HttpRequest, data: Any, *, status: int | None = None, temporal_response: Any = None
    ) -> HttpResponse:
        """An answer; 304 where the asker has it already."""
        return tagged(
            request, super().create_response(request, data, status=status, temporal_response=temporal_response)
        )

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's name."""
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description, with what may go wrong in each operation."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        schema["components"]["schemas"] |= schema["components"]["schemas"]["Problem"].pop("$defs", {})
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _tell_of_problems(method, operation)
        return schema


def _tell_of_problems(method: str, operation: dict[str, Any]) -> None:
    told = PROBLEMS | ({} if method == "get" else MALFORMED | IMPOSSIBLE)
    responses = {str(code): answer for code, answer in operation["responses"].items()}
    responses |= {
        code: {"description": words, "content": {MEDIA_TYPE: {"schema": REF}}} for code, words in told.items()
    }
    if method == "get":
        responses["304"] = {"description": "as you have it (If-None-Match)"}
    operation["responses"] = dict(sorted(responses.items()))


API = HandrailAPI(
    title="Handrail",
    version="1",
    description=(
        "Sites, cameras, zones, incidents and health. Send a token: `Authorization: Bearer hr_…`. Problems are told as "
        "RFC 9457 has it. What lies outside the sites or the agency of a token is not found, as what does not exist. "
        "Times are UTC. Nothing here identifies a person at risk."
    ),
    docs_url=None,
    urls_namespace="api",
)
API.add_router("/v1", places.router, tags=["places"])
API.add_router("/v1", incidents.router, tags=["incidents"])
API.add_router("/v1", health.router, tags=["health"])
answer_with_problems(API)
