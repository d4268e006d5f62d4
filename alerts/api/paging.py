"""One page of a list, by key and not by number: what is added meanwhile shifts nothing."""

from typing import Annotated, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Path, Schema
from pydantic import Field

from alerts.models import ApiToken

MOST_KEY = 2**63 - 1
Key = Annotated[int, Field(ge=0, le=MOST_KEY)]
M = TypeVar("M", bound=Model)


class Number(Schema):
    """The number in an address."""

    number: Annotated[int, Field(ge=1, le=MOST_KEY)]


InPath = Path[Number]


class PageOf(Schema):
    """Which page is asked for."""

    limit: Annotated[int, Field(ge=1, le=200, description="Most items in the answer.")] = 50
    after: Annotated[Key, Field(description='The "next" of the page before; 0 for the first page.')] = 0


def page_of(rows: QuerySet[M], asked: PageOf, *, newest_first: bool = False) -> tuple[list[M], int | None]:
    """The rows of a page, and where the next one begins; None on the last."""
    if asked.after:
        rows = rows.filter(pk__lt=asked.after) if newest_first else rows.filter(pk__gt=asked.after)
    found = list(rows.order_by("-pk" if newest_first else "pk")[: asked.limit + 1])
    kept = found[: asked.limit]
    return kept, kept[-1].pk if len(found) > asked.limit else None


def token_of(request: HttpRequest) -> ApiToken:
    """The token that the request was let in by."""
    return cast(ApiToken, request.auth)  # type: ignore[attr-defined]
