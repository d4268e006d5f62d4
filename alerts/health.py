"""`/healthz`: 200 while paging is on time, 503 with what is late. For load balancers, without a log-in."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alerts import lateness


def late() -> list[str]:
    """What makes paging late, the database itself included."""
    try:
        return lateness.paging()
    except DatabaseError:
        return ["Paging is late: the database does not answer."]


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """Nothing of an incident is in the answer."""
    words = late()
    body = "\n".join(words) or "well"
    answer = HttpResponse(body + "\n", status=503 if words else 200, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
