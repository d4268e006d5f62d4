"""Hand-over: the notes that stand, a form for another, and "I have read it"."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from alerts.hand_over import notes


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """What stands, and the form."""
    by: User = request.user  # type: ignore[assignment]
    text, hours, site = request.POST.get("text", ""), request.POST.get("hours", ""), request.POST.get("site")
    if request.method == "POST":
        try:
            notes.write(text, hours, by=by, site=site)
        except notes.NoteError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The note is kept. Everybody else there sees it until they have read it.")
            return redirect("hand-over")
    context = {
        "notes": notes.current(by),
        "unread": {line.pk for line in notes.unread(by)},
        "sites": notes.sites(by),
        "site": notes.own_site(by) if site is None else site,
        "hours": notes.HOURS,
        "text": text,
        "chosen": hours,
        "longest": notes.LONGEST,
    }
    return render(request, "hand_over/hand_over.html", context)


@login_required
@require_POST
def have_read(request: HttpRequest, number: int) -> HttpResponse:
    """One note has been read by who asks."""
    notes.read(number, by=request.user)  # type: ignore[arg-type]
    return redirect("console" if request.POST.get("from") == "console" else "hand-over")
