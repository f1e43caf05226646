"""Stock Django admin under the store's name; log-in goes through the one log-in page with its limits."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from marketplace.notify.enums import NotificationStatus

_LOG_IN_APPS = {"account", "mfa", "usersessions", "auth"}
WORKER_LATE_SECONDS = 60
OUTBOX_LATE_SECONDS = 300

_HEALTH = """
SELECT (SELECT extract(epoch FROM now() - at) FROM common_heartbeat WHERE name = 'worker'),
       (SELECT extract(epoch FROM now() - min(due_at)) FROM notify_notification
        WHERE status IN ('pending', 'sending') AND due_at < now()),
       (SELECT count(*) FROM (SELECT 1 FROM notify_notification WHERE status = 'failed' LIMIT 1000) f)
"""


class TaladAdminSite(AdminSite):
    site_header = settings.STORE_NAME
    site_title = settings.STORE_NAME
    index_title = _("Operator pages")

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """People's log-ins stand beside the people, not in apps of their own."""
        apps = super().get_app_list(request, app_label)
        home = next((app for app in apps if app["app_label"] == "accounts"), None)
        if app_label or home is None:
            return apps
        for app in apps:
            if app["app_label"] in _LOG_IN_APPS:
                home["models"].extend(app["models"])
        return [app for app in apps if app["app_label"] not in _LOG_IN_APPS]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {"complaints": _complaints(), **(extra_context or {})})


def _complaints() -> list[dict[str, str]]:
    """What needs the operator's eye, each with a sentence and perhaps a link; empty when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH)
        worker, lag, failed = cursor.fetchone()
    complaints = []
    if worker is None:
        complaints.append({"text": gettext("The worker has not started: no mail goes out.")})
    elif worker > WORKER_LATE_SECONDS:
        complaints.append({"text": _minutes_late(worker)})
    if lag and lag > OUTBOX_LATE_SECONDS:
        text = gettext("The oldest message has been waiting for %(minutes)d minutes.")
        complaints.append({"text": text % {"minutes": lag // 60}, "url": _outbox(NotificationStatus.PENDING)})
    if failed:
        text = ngettext(
            "%(count)d message was not delivered.", "%(count)d messages were not delivered.", failed
        )
        complaints.append({"text": text % {"count": failed}, "url": _outbox(NotificationStatus.FAILED)})
    return complaints


def _minutes_late(seconds: Any) -> str:
    minutes = max(1, int(seconds) // 60)
    text = ngettext(
        "The worker has been silent for %(minutes)d minute.",
        "The worker has been silent for %(minutes)d minutes.",
        minutes,
    )
    return text % {"minutes": minutes}


def _outbox(status: NotificationStatus) -> str:
    return f"{reverse('admin:notify_notification_changelist')}?status__exact={status}"
