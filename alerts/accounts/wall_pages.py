"""The page of wall screens, and the link that is opened once on the wall's own browser."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts.accounts import scope, wall_screens
from alerts.accounts.roles import Act
from alerts.keys import LONGEST_DAYS, made_by
from alerts.models import WallScreen
from zones.models import Site


class WallScreenForm(forms.Form):
    """Name, site and days; only sites where its maker gives such keys."""

    name = forms.CharField(max_length=80, label="Which screen", help_text="Where it hangs: control room, north wall.")
    site = forms.ModelChoiceField(Site.objects.none(), label="Whose wallboard it shows")
    days = forms.IntegerField(
        min_value=1, max_value=LONGEST_DAYS, initial=wall_screens.DAYS, label="Valid for how many days"
    )

    def __init__(self, *args: object, by: scope.Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        site = self.fields["site"]
        site.queryset = scope.sites(by, Act.GIVE_WALL_SCREENS).order_by("name")  # type: ignore[attr-defined]
        site.required = not scope.everywhere(by, Act.GIVE_WALL_SCREENS)
        site.empty_label = None if site.required else "every site"  # type: ignore[attr-defined]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def screens(request: HttpRequest) -> HttpResponse:
    """Every key; a POST makes one and shows its link this once."""
    form = WallScreenForm(request.POST or None, by=request.user)
    by = request.user.get_username()
    made = made_by(wall_screens.make, form, by=by) if request.method == "POST" and form.is_valid() else None
    every = scope.wall_screens(request.user, Act.GIVE_WALL_SCREENS).select_related("site").annotate(now=Now())
    link = settings.PUBLIC_URL + reverse("open-wall-screen", args=[made.secret]) if made else ""
    context = {
        "form": WallScreenForm(by=request.user) if made else form,
        "made": made,
        "link": link,
        "screens": every,
    }
    return render(request, "accounts/wall_screens.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a key."""
    screen = get_object_or_404(WallScreen, pk=number)
    if wall_screens.revoke(screen, by=request.user.get_username()):
        messages.success(request, f"{screen} shows nothing any more.")
    else:
        messages.info(request, f"{screen} had been revoked before.")
    return redirect("wall-screens")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask before the link is used up: whoever only looks at it uses nothing. A POST makes this browser the screen."""
    if request.method != "POST":
        screen = wall_screens.waiting(secret)
        answer = render(request, "accounts/wall_link.html", {"waits": screen}, status=200 if screen else 404)
        answer["Referrer-Policy"] = "same-origin"
        return answer
    made = wall_screens.open_once(secret, address=request.META.get("REMOTE_ADDR", ""))
    if made is None:
        return render(request, "accounts/wall_link.html", status=404)
    answer = redirect("wallboard")
    wall_screens.set_cookie(answer, made)
    return answer
