"""Hand-over: the notes that stand, a form for another, and "I have read it"."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from alerts.hand_over import notes


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """What stands, and the form."""
    text, hours = request.POST.get("text", ""), request.POST.get("hours", "")
    if request.method == "POST":
        try:
            notes.write(text, hours, by=request.user)  # type: ignore[arg-type]
        except notes.NoteError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The note is kept. Everybody else sees it until they have read it.")
            return redirect("hand-over")
    context = {
        "notes": notes.current(),
        "unread": {line.pk for line in notes.unread(request.user)},  # type: ignore[arg-type]
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
    if not notes.read(number, by=request.user):  # type: ignore[arg-type]
        messages.error(request, "This note is not kept any more.")
    return redirect("console" if request.POST.get("from") == "console" else "hand-over")
