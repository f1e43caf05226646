"""What every page shows: the store, its phone, the reader's unread count."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, QuerySet
from django.http import HttpRequest

from accounts.queries import chosen_membership, email_is_verified, memberships_of
from delivery.models import Courier
from loyalty.domain.programme import store_phone
from messaging.queries import unread_total


def _address(request: HttpRequest) -> str:
    """Where this page can be opened again: a form's answer cannot, so that is the form's own page."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    sender = urlsplit(request.headers.get("Referer", ""))
    if sender.netloc != request.get_host():
        return "/"
    return f"{sender.path}?{sender.query}" if sender.query else sender.path


def store(request: HttpRequest) -> dict[str, Any]:
    """A template calls what is callable: a page that does not show a value does not pay for it."""
    user = getattr(request, "user", None)  # not looked at before a template asks: it may need the database

    @cache
    def couriers() -> QuerySet[Courier]:
        signed_in = user and user.is_authenticated
        return Courier.objects.active().filter(user=user) if signed_in else Courier.objects.none()

    @cache
    def memberships() -> list[Any]:
        """Whether a shop's person delivers too comes along with the shop."""
        if not (user and user.is_authenticated):
            return []
        return list(memberships_of(user).annotate(delivers=Exists(couriers())))

    return {
        "here": _address(request),
        "store_name": settings.STORE_NAME,
        "store_phone": cache(store_phone),
        "base_url": settings.BASE_URL,
        "unread_total": cache(lambda: unread_total(user) if user and user.is_authenticated else 0),
        "email_is_verified": cache(lambda: email_is_verified(user) if user else True),
        "shop": cache(lambda: chosen_membership(request, memberships())),
        "memberships": memberships,
        "is_courier": cache(lambda: memberships()[0].delivers if memberships() else couriers().exists()),
    }
