"""The pages of policies: what follows each tier where, every version of it with who and why, and the way back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.accounts.telling import words_for
from alerts.models import Policy, PolicyVersion
from alerts.policies import versions
from alerts.policies.drafts import problems_of
from alerts.policies.going_back import GoingBackError, go_back
from alerts.policies.plan import body
from alerts.policies.warnings import of_policies
from alerts.policies.words import difference, rule_sentences, step_sentences


@login_required
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy in sentences, a site at a time, the most urgent tier first."""
    seen = scope.policies(request.user, Act.SEE_PAGING)
    found = seen.select_related("site", "zone").order_by("site__name", "-subject", "-tier", "zone__name")
    lines = [
        {
            "policy": policy,
            "steps": step_sentences(now),
            "rules": rule_sentences(now),
            "newest": versions.latest(policy.pk),
        }
        for policy in found
        for now in [body(policy)]
    ]
    to_mend = words_for(request.user, Act.SEE_PAGING, of_policies())
    return render(request, "paging/policies.html", {"lines": lines, "to_mend": to_mend})


@login_required
@require_safe
def policy(request: HttpRequest, key: int, number: int | None = None) -> HttpResponse:
    """One policy with all its versions and what each changed; with a number, what going back to it would change."""
    return _page(request, get_object_or_404(Policy.objects.select_related("site", "zone"), pk=key), number)


@login_required
@require_POST
def back(request: HttpRequest, key: int, number: int) -> HttpResponse:
    """Go back to a version, or say why that cannot be."""
    version = get_object_or_404(PolicyVersion, policy=key, number=number)
    try:
        new = go_back(version, by=request.user.get_username(), why=request.POST.get("why", ""))
    except GoingBackError as refusal:
        return _page(request, version.policy, number, str(refusal), status=422)
    messages.success(request, f"Version {new.number} is in force. Incidents that are open go on as they began.")
    return redirect("policy", key)


def _page(request: HttpRequest, one: Policy, number: int | None, refusal: str = "", status: int = 200) -> HttpResponse:
    now, kept = body(one), list(one.versions.order_by("number"))
    before = [None, *(version.body for version in kept)]
    lines = [(version, difference(old, version.body)) for old, version in zip(before, kept, strict=False)]
    chosen = get_object_or_404(PolicyVersion, policy=one, number=number) if number else None
    context = {
        "policy": one,
        "steps": step_sentences(now),
        "rules": rule_sentences(now),
        "problems": problems_of(one),
        "lines": lines[::-1],
        "chosen": chosen,
        "would_change": difference(now, chosen.body) if chosen else [],
        "refusal": refusal,
    }
    return render(request, "paging/policy.html", context, status=status)
