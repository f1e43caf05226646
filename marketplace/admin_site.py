"""Stock Django admin under the store's name; log-in goes through the one log-in page with its limits."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from appointments.domain.relay_check import RelayResult, check_relays
from appointments.domain.relays import ice_servers
from loyalty.menu import menu_for, start_of
from loyalty.permissions import rights_in, role_in, runs_the_site
from marketplace import system_check
from marketplace.common.requests import wants_fragment
from marketplace.system_check import State

_LOG_IN_APPS = {"account", "mfa", "usersessions", "auth"}


class TaladAdminSite(AdminSite):
    site_header = settings.STORE_NAME
    site_title = settings.STORE_NAME
    index_title = _("Operator pages")

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Who is sent here from the first page begins on the Dashboard, Staff at the counter."""
        user, target = request.user, request.GET.get(REDIRECT_FIELD_NAME, "")
        to_start = target in ("", reverse("admin:index"))
        if not user.is_authenticated and to_start:
            return redirect_to_login(reverse("admin:login"))
        if request.method == "GET" and to_start and self.has_permission(request):
            return redirect(start_of(role_in(request), rights_in(request)))
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """The backoffice's side menu stands on these pages too; their own lists are its last group."""
        context = super().each_context(request)
        more = {"menu": menu_for(rights_in(request)), "role": role_in(request)}
        return {**context, **more, "runs_the_site": runs_the_site(request.user)}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """People's log-ins stand beside the people, not in apps of their own."""
        apps = super().get_app_list(request, app_label)
        for entry in [model for app in apps for model in app["models"]]:
            entry["name"] = capfirst(str(self._registry[entry["model"]].opts.verbose_name_plural))
        home = next((app for app in apps if app["app_label"] == "accounts"), None)
        if app_label or home is None:
            return apps
        for app in apps:
            if app["app_label"] in _LOG_IN_APPS:
                home["models"].extend(app["models"])
        return [app for app in apps if app["app_label"] not in _LOG_IN_APPS]

    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rights = rights_in(request)
        if rights and not runs_the_site(request.user):  # not their task
            return redirect(start_of(role_in(request), rights))
        return super().index(request, {"complaints": system_check.complaints(), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        pages = [
            ("", self.system_check, "system_check"),
            ("relay/", self.system_check_relay, "system_check_relay"),
            ("relay/servers/", self.system_check_servers, "system_check_servers"),
        ]
        own = [
            path(f"system-check/{end}", self.admin_view(self._for_operators(view)), name=name)
            for end, view, name in pages
        ]
        return own + super().get_urls()

    def _for_operators(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Not for who works in the backoffice alone: the site itself is not their task."""

        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if not runs_the_site(request.user):
                raise PermissionDenied
            return view(request)

        return guarded

    @method_decorator(require_GET)
    def system_check(self, request: HttpRequest) -> TemplateResponse:
        """Fast: the relay, which may take seconds, is tried by the form on the page."""
        return self._system_check_page(request, None)

    @method_decorator(require_POST)
    def system_check_relay(self, request: HttpRequest) -> HttpResponse:
        """Tries the relay: the row alone for a script, the whole page without."""
        assert isinstance(request.user, User)
        if not connection.in_atomic_block:  # as in a test; else a connection would sit idle for seconds
            connection.close()
        results = check_relays(request.user)
        if not wants_fragment(request):
            return self._system_check_page(request, results)
        calls = system_check.calls(results)
        context = {"row": calls, "results": results}
        return TemplateResponse(request, "admin/_calls_row.html", context, headers={"X-State": calls.state})

    @method_decorator(require_GET)
    def system_check_servers(self, request: HttpRequest) -> JsonResponse:
        """{"iceServers": […]}, as a call gets them, for the check from the browser."""
        assert isinstance(request.user, User)
        return JsonResponse({"iceServers": ice_servers(request.user)})

    def _system_check_page(
        self, request: HttpRequest, results: Sequence[RelayResult] | None
    ) -> TemplateResponse:
        rows, calls = system_check.all_rows(), system_check.calls(results)
        needy = [row for row in rows if row.state in (State.ATTENTION, State.MISSING)]
        context = {
            **self.each_context(request),
            "title": _("System check"),
            "rows": rows,
            "row": calls,
            "results": results,
            "needy": len(needy),
        }
        return TemplateResponse(request, "admin/system_check.html", context)
