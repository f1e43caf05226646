"""Pages that belong to no app: errors, health, the choice of language."""

import logging
import posixpath
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import translation
from django.views.decorators.http import require_safe

from marketplace.common.health import read_signs, redis_answers
from marketplace.common.middleware import OUTAGE, outage_response
from marketplace.common.requests import way_back

logger = logging.getLogger(__name__)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    response = render(request, "404.html", status=404)
    response.is_page_not_found = True  # type: ignore[attr-defined]
    return response


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are off: say which, and offer the way back."""
    logger.info("csrf: %s", reason)
    return render(request, "403_csrf.html", status=403)


@login_not_required
@require_safe
def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """A plain link, so that signed-out pages need no form token and can be cached whole."""
    response = redirect(way_back(request, "/"))
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
        )
        if request.user.is_authenticated:
            get_user_model().objects.filter(pk=request.user.pk).update(language=language)
    return response


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part answers, else 503; the same JSON either way.

    Shape: {"ok": bool, "database": bool, "redis": bool, "worker_seconds": float | null,
    "outbox_lag_seconds": float | null, "points": "ok" | "wrong" | "unchecked" | null}; lag is the age of the
    oldest alert that is due and not sent. Wrong points are for the operator to look at: no restart mends
    them, so they leave the status as it is.
    """
    report: dict[str, Any] = {"database": False, "worker_seconds": None, "outbox_lag_seconds": None}
    report["points"] = None
    signs = None
    try:
        signs = read_signs()
        report["database"] = True
        report["worker_seconds"] = _tenths(signs.worker_seconds)
        report["outbox_lag_seconds"] = _tenths(signs.outbox_lag_seconds)
        report["points"] = signs.points
    except Exception as error:  # whatever keeps the database from answering is the answer
        logger.warning("health: database: %s", error)
    report["redis"] = redis_answers()
    report["ok"] = (
        signs is not None and report["redis"] and not signs.worker_is_late and not signs.outbox_is_late
    )
    return JsonResponse(report, status=200 if report["ok"] else 503)


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Told apart: a database that is away (503) and a fault of ours (500)."""
    if isinstance(sys.exc_info()[1], OUTAGE):
        return outage_response(request)
    return render(request, "500.html", status=500)


# Only what is for everybody's eyes; attachments are served by messaging after an access check.
PUBLIC_MEDIA = ("services/", "providers/", "rewards/")


@login_not_required
@require_safe
def public_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Photos of services, shops and rewards. A proxy may serve the same folders (see docker-compose.yml)."""
    # A path such as services/../attachments/x stays within the folder of all uploads, so the storage
    # alone would open it.
    if not path.startswith(PUBLIC_MEDIA) or posixpath.normpath(path) != path:
        raise Http404
    try:
        file = default_storage.open(path)
    except (OSError, SuspiciousOperation) as error:
        raise Http404 from error
    response = FileResponse(file)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"  # names are never used twice
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Makes the site installable on a phone."""
    return manifest_of(settings.STORE_NAME, start_url="/")


def manifest_of(name: str, *, start_url: str) -> JsonResponse:
    """An installed page of its own, which opens at `start_url`."""
    icons = [
        {
            "src": static(f"brand/{name}.png"),
            "sizes": size,
            "type": "image/png",
            "purpose": purpose,
        }
        for name, size, purpose in (
            ("icon-192", "192x192", "any"),
            ("icon-512", "512x512", "any"),
            ("icon-maskable-512", "512x512", "maskable"),
        )
    ]
    return JsonResponse(
        {
            "id": start_url,
            "name": name,
            "short_name": name,
            "start_url": start_url,
            "scope": "/",
            "display": "standalone",
            "background_color": "#FBF8F3",
            "theme_color": "#0B6E6E",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from the root, since a service worker rules the folder it comes from."""
    source = finders.find("common/sw.js")
    assert isinstance(source, str)
    response = HttpResponse(Path(source).read_bytes(), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")
