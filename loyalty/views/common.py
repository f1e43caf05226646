"""What the backoffice's pages have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from accounts.models import User
from loyalty.enums import Right
from loyalty.menu import MENU_NAMES, item_for
from loyalty.permissions import rights_in

View = Callable[..., HttpResponseBase]


def backoffice(right: Right | None = None) -> Callable[[View], View]:
    """Only for the operator's people who have `right` (None: for all of them); for others it is not there."""

    def decorated(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            rights = rights_in(request)
            if not rights or (right is not None and right not in rights):
                raise Http404
            request.backoffice_right = right  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return decorated


def operator_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def sees_members(request: HttpRequest) -> bool:
    """Names and phones are for who may open Member Detail; others know members by their IDs."""
    return Right.MEMBERS in rights_in(request)


def page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponseBase:
    """A backoffice page: Django admin's frame around `template`, under the side menu. `title` is English; a
    menu's own name stands as it is, with its translation beside it. The menu that leads to the page is
    marked; a page below it gets a way back."""
    match = request.resolver_match
    item = item_for(getattr(request, "backoffice_right", None), match.view_name if match else "")
    more = {
        **admin.site.each_context(request),
        "title": gettext(title),
        "menu_name": title if title in MENU_NAMES else "",
        "menu_item": item,
        "sees_members": sees_members(request),
        **context,
    }
    return render(request, template, more, status=status)
