"""What every page shows: the store, the reader's unread count."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.queries import memberships_of
from messaging.queries import unread_total


def store(request: HttpRequest) -> dict[str, Any]:
    """Lazy values only: a page that does not show them does not pay for them."""
    user = getattr(request, "user", None)
    return {
        "store_name": settings.STORE_NAME,
        "base_url": settings.BASE_URL,
        "unread_total": SimpleLazyObject(lambda: unread_total(user) if user and user.is_authenticated else 0),
        "shop": SimpleLazyObject(
            lambda: memberships_of(user).first() if user and user.is_authenticated else None
        ),
    }
