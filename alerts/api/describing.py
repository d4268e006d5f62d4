"""The API's description as a page: made here from the same OpenAPI, so that nothing is fetched from elsewhere."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.api.scopes import SCOPES
from alerts.api.service import API


@require_safe
def describe(request: HttpRequest) -> HttpResponse:
    """Every operation with its scope, parameters and answers; it tells nothing of any site."""
    schema = API.get_openapi_schema()
    context = {"info": schema["info"], "operations": list(_operations(schema)), "scopes": SCOPES.items()}
    return render(request, "api/describe.html", context)


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for address, operations in schema["paths"].items():
        for method, operation in operations.items():
            yield {
                "method": method.upper(),
                "address": address,
                "summary": operation["summary"],
                "words": operation.get("description", ""),
                "scope": operation["x-scope"],
                "parameters": [_parameter(p) for p in operation["parameters"]],
                "body": list(_body(schema, operation)),
                "answers": [(code, answer["description"]) for code, answer in operation["responses"].items()],
            }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    words = parameter["schema"].get("description", "")
    return {"name": parameter["name"], "where": parameter["in"], "type": _type(parameter["schema"]), "words": words}


def _body(schema: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "requestBody" not in operation:
        return
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    described = schema["components"]["schemas"][name]
    for field, value in described["properties"].items():
        needed = field in described.get("required", ())
        yield {"name": field, "needed": needed, "type": _type(value), "words": value.get("description", "")}


def _type(value: dict[str, Any]) -> str:
    if "anyOf" in value:
        return " or ".join(_type(part) for part in value["anyOf"] if part.get("type") != "null")
    if "enum" in value:
        return ", ".join(str(one) for one in value["enum"])
    return str(value.get("format") or value.get("type", ""))
