"""What the counter's pages have in common: who may, and at which branch."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from loyalty.enums import Right
from loyalty.models import Branch, Redemption
from loyalty.permissions import branch_of, rights_of
from loyalty.views.common import View, operator_of

# How long somebody at the counter may look at a coupon whose code they have seen.
COUPON, COUPON_SECONDS = "counter-coupon", 3600
CHOSEN_BRANCH = "counter_branch"  # in the session: the key of the branch


class CounterRequest(HttpRequest):
    branch: Branch | None


def counter_staff(view: View) -> View:
    """Only for who has the right to the counter; for others it is not there. The page may use the camera."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if Right.COUNTER not in rights_of(request.user):
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers["Permissions-Policy"] = (
            "camera=(self), microphone=(), display-capture=(), geolocation=()"
        )
        return response

    return guarded


def at_counter(view: Callable[..., HttpResponseBase]) -> View:
    """As `counter_staff`, and `request.branch` is where: the person's own one, else the one that was chosen
    on this device. Until then every page leads to the choice."""

    @counter_staff
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        here = cast(CounterRequest, request)
        choices, is_bound = branches_for(request)
        chosen = request.session.get(CHOSEN_BRANCH)
        if is_bound and not choices:
            return redirect("loyalty:counter_branch")
        if len(choices) == 1:
            here.branch = choices[0]
        elif not choices:
            here.branch = None  # a store without branches has one counter
        else:
            found = next((branch for branch in choices if branch.pk == chosen), None)
            if found is None:
                return redirect("loyalty:counter_branch")
            here.branch = found
        return view(here, *args, **kwargs)

    return guarded


def branches_for(request: HttpRequest) -> tuple[list[Branch], bool]:
    """Open branches at which this person may work, and whether it is bound to one."""
    own = branch_of(operator_of(request))
    if own is not None:
        return ([own] if own.is_active else []), True
    return list(Branch.objects.open()), False


def counter_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    more = {"branch": getattr(request, "branch", None), "currency": settings.STORE_CURRENCY, **context}
    return render(request, template, more, status=status)


def coupon_token(redemption: Redemption) -> str:
    return signing.dumps(redemption.pk, salt=COUPON)
