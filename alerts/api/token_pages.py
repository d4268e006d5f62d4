"""The console's page of API tokens: for supervisors of every site. A secret stands in one answer and nowhere else."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts.api import tokens
from alerts.api.forms import TokenForm
from alerts.keys import made_by
from alerts.models import ApiToken


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens_page(request: HttpRequest) -> HttpResponse:
    """Every token; a POST makes one and shows its secret this once."""
    form = TokenForm(request.POST or None)
    by = request.user.get_username()
    made = made_by(tokens.make, form, by=by) if request.method == "POST" and form.is_valid() else None
    every = ApiToken.objects.select_related("agency", "contact__agency").prefetch_related("sites").annotate(now=Now())
    context = {"form": TokenForm() if made else form, "made": made, "tokens": every}
    return render(request, "api/tokens.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a token."""
    token = get_object_or_404(ApiToken, pk=number)
    if tokens.revoke(token, by=request.user.get_username()):
        messages.success(request, f"{token} opens nothing any more.")
    else:
        messages.info(request, f"{token} had been revoked before.")
    return redirect("api-tokens")
