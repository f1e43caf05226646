"""What holds for a signed-in person on every address."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

# The way to a new password and out; the rest are files and signs that belong to nobody.
_OPEN_TO_ALL = {
    "account_change_password",
    "account_logout",
    "account_set_password",
    "choose_language",
    "healthz",
    "manifest",
    "offline",
    "public_media",
    "service_worker",
}


class own_password_first:  # noqa: N801  (a middleware, named as it is listed)
    """Who got the password from somebody else chooses an own one before anything else, POSTs and fragments
    included; the sockets turn such a person away themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        was_asked = user.is_authenticated and user.must_change_password
        response = self.get_response(request)
        user = request.user
        if was_asked and user.is_authenticated and not user.must_change_password:
            # On to what the person came for: the operator's people to their backoffice.
            return redirect("admin:login" if user.is_staff else settings.LOGIN_REDIRECT_URL)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user: Any = request.user
        match = request.resolver_match
        if not (user.is_authenticated and user.must_change_password):
            return None
        return None if match and match.view_name in _OPEN_TO_ALL else redirect("account_change_password")
