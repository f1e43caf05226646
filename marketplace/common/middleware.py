"""What every request goes through, beyond Django's own."""

import logging
import zoneinfo
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
OUTAGE = (OperationalError, InterfaceError, psycopg.OperationalError)


def outage_response(request: HttpRequest) -> HttpResponse:
    """503 with words. Renders without the database, so it must not touch request.user."""
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "10"
    return response


class LastingSession(SessionMiddleware):
    """Django's, but only what is sent to end a session takes its cookie away.

    A new password or a log-in gives the session a new key. What the browser had asked for under the old one
    is answered as for nobody, maybe later than the change; Django would delete the cookie with that answer,
    and with it the new log-in. A cookie that names no session any more does no harm.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        session = getattr(request, "session", None)  # none where the database is away
        if session is not None and session.is_empty() and not (request.method == "POST" and session.modified):
            response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        return response


class database_outage:  # noqa: N801  (a middleware, named as it is listed)
    """Turns "PostgreSQL is away" into a page that says so; the pool reconnects by itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OUTAGE):
            logger.error("the database is away: %s", exception)
            return outage_response(request)
        return None


def readers_locale(get_response: GetResponse) -> GetResponse:
    """The reader's own language and time zone; who is signed out keeps the browser's choice."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            user: Any = request.user
            signed_in = user.is_authenticated
        except OUTAGE as error:  # the first touch of the database in most requests
            logger.error("the database is away: %s", error)
            return outage_response(request)
        if signed_in:
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
            timezone.activate(zoneinfo.ZoneInfo(user.time_zone or settings.TIME_ZONE))
        try:
            response = get_response(request)
        finally:
            timezone.deactivate()
        response.headers["Content-Language"] = translation.get_language()
        return response

    return middleware


def permissions_policy(get_response: GetResponse) -> GetResponse:
    """Camera and microphone belong to the call page, which sets its own header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), microphone=(), display-capture=(), geolocation=()",
        )
        return response

    return middleware


def friendly_not_allowed(get_response: GetResponse) -> GetResponse:
    """Words where a browser opens an address that only takes what a form sends."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_looked_at = request.method == "GET" and request.accepts("text/html")
        if response.status_code == 405 and is_looked_at and not response.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware


def friendly_not_found(get_response: GetResponse) -> GetResponse:
    """The store's own 404 page under DEBUG too: a newcomer walks the product with DEBUG on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            settings.DEBUG
            and response.status_code == 404
            and getattr(response, "resolver_match", None) is None
            and response.headers.get("Content-Type", "").startswith("text/html")
            and not getattr(response, "is_page_not_found", False)
        ):
            not_found: GetResponse = import_string("marketplace.common.views.page_not_found")
            return not_found(request)
        return response

    return middleware
