"""What a member's own pages have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from loyalty.models import Member
from loyalty.queries.points import member_of_account
from loyalty.views.common import operator_of as reader


def members_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view(request, member, …)`; who has not joined is shown how first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        member = member_of_account(reader(request))
        if member is None:
            return redirect("loyalty:my_points")
        return view(request, member, *args, **kwargs)

    return guarded


def my_page(
    request: HttpRequest, template: str, member: Member | None, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    more = {"member": member, "currency": settings.STORE_CURRENCY, **context}
    return render(request, template, more, status=status)
