"""The programme's settings and calendar."""

from calendar import monthrange
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from loyalty.models import Programme
from marketplace.common.calendars import add_months


def programme() -> Programme:
    found, _new = Programme.objects.get_or_create(pk=1)
    return found


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
