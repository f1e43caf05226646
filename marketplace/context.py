"""What every page shows: the store, the reader's unread count."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.queries import chosen_membership, email_is_verified, memberships_of
from messaging.queries import unread_total


def store(request: HttpRequest) -> dict[str, Any]:
    """A template calls what is callable: a page that does not show a value does not pay for it."""
    user = getattr(request, "user", None)
    memberships = cache(lambda: list(memberships_of(user)) if user and user.is_authenticated else [])
    return {
        "store_name": settings.STORE_NAME,
        "base_url": settings.BASE_URL,
        "unread_total": cache(lambda: unread_total(user) if user and user.is_authenticated else 0),
        "email_is_verified": cache(lambda: email_is_verified(user) if user else True),
        "shop": cache(lambda: chosen_membership(request, memberships())),
        "memberships": memberships,
    }
