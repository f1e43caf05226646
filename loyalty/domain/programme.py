"""The programme's settings and calendar, and the store's phone, which Account Setup keeps with them."""

from calendar import monthrange
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from loyalty.models import Programme
from marketplace.common.calendars import add_months
from marketplace.common.page_cache import forget_pages_on_commit

_PHONE_KEY, _PHONE_SECONDS = "store-phone", 60  # as long as cached pages live


def programme() -> Programme:
    found, _new = Programme.objects.get_or_create(pk=1)
    return found


def store_phone() -> PhoneNumber | None:
    """Every page shows it: out of the cache, mostly."""
    stored = cache.get(_PHONE_KEY)
    if stored is None:
        stored = str(Programme.objects.filter(pk=1).values_list("contact_phone", flat=True).first() or "")
        cache.set(_PHONE_KEY, stored, _PHONE_SECONDS)
    return PhoneNumber.from_string(stored) if stored else None


def show_store_on_commit() -> None:
    """What was saved about the store is on every page at once."""
    transaction.on_commit(lambda: cache.delete(_PHONE_KEY), robust=True)
    forget_pages_on_commit()


def store_zone() -> ZoneInfo:
    """Days of the programme are the store's."""
    return ZoneInfo(settings.TIME_ZONE)


def store_day(moment: datetime | None = None) -> date:
    return (moment or timezone.now()).astimezone(store_zone()).date()


def store_midnight(day: date) -> datetime:
    """When that day begins in the store."""
    return datetime.combine(day, time(), store_zone())


def expiry_day(earned_on: date, months: int) -> date | None:
    """The last day on which points are good: the last one of the month that many months on; 0 is never."""
    if not months:
        return None
    month = add_months(earned_on, months)
    return month.replace(day=monthrange(month.year, month.month)[1])
