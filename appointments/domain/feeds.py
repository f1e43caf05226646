"""The secret addresses under which calendar programs read appointments."""

import secrets

from accounts.models import User
from appointments.models import CalendarFeed


def renew_feed(user: User) -> CalendarFeed:
    """Makes the person's address, or a new one; the old one stops working at once."""
    feed, _ = CalendarFeed.objects.update_or_create(user=user, defaults={"token": secrets.token_urlsafe(32)})
    return feed
