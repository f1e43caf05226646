"""Reports that take long are made ahead, or by a worker while the reader is told so, and kept; whoever reads
one is told as of when it is."""

from datetime import date, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation

from accounts.models import Provider, ProviderMember, User
from followup.reports import Period, Report, report
from marketplace.common.background import enqueue_on_commit
from marketplace.common.calendars import base_language, month_start
from orders.models import Order

SLOW_SECONDS = 1.0
KEPT_SECONDS = 600
# For shops with that many orders in a year the usual periods are made ahead, each hour, for everybody who has
# logged in lately; they stay until the next ones are there.
LARGE_SHOP = 50_000
LATELY = timedelta(days=14)
AHEAD_SECONDS = 2 * 3600
# A period with that many orders is not counted while somebody waits for the page: a worker makes its report.
# When none has done so for this long, there is no worker, and waiting for the page is what is left.
LONG_REPORT = 200_000
PATIENCE = timedelta(seconds=20)


def usual_periods(today: date, language: str) -> list[tuple[date, date, str]]:
    """(first day, last day, unit): 7 days, 30 days, this month, last month, 12 months; months of the reader's
    calendar."""
    month = month_start(today, language)
    before = month_start(month - timedelta(days=1), language)
    return [
        (today - timedelta(days=6), today, "day"),
        (today - timedelta(days=29), today, "day"),
        (month, today, "day"),
        (before, month - timedelta(days=1), "day"),
        (today - timedelta(days=364), today, "month"),
    ]


def kept_report(
    shop: Provider, period: Period, user: User, unit: str, language: str
) -> tuple[Report, datetime] | None:
    """A report made before and the moment of which it tells."""
    kept: tuple[Report, datetime] | None = cache.get(_key(shop, period, user, unit, language))
    return kept


def is_left_to_worker(shop: Provider, period: Period, user: User, unit: str, language: str) -> bool:
    """Whether the report is too long to wait for and a worker, asked now or a moment ago, is at it."""
    if not _is_long(shop, period):
        return False
    key, now = f"{_key(shop, period, user, unit, language)}:asked", timezone.now()
    asked: datetime | None = cache.get(key)
    if asked is not None:
        return now - asked < PATIENCE
    cache.set(key, now, KEPT_SECONDS)
    enqueue_on_commit(
        "followup.make_report",
        shop_pk=shop.pk,
        user_pk=user.pk,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        unit=unit,
        language=language,
    )
    return True


def make_report(shop: Provider, period: Period, user: User, unit: str, language: str) -> Report:
    """Makes it now, however long that takes, and keeps it when it took long."""
    return _made(shop, period, user, unit, language, keep_seconds=KEPT_SECONDS)


def make_report_for_later(shop: Provider, period: Period, user: User, unit: str, language: str) -> None:
    """Makes it for who waits; kept even if quick."""
    _made(shop, period, user, unit, language, keep_seconds=KEPT_SECONDS, slow_seconds=0)


def large_memberships(now: datetime) -> list[int]:
    """Of whom the usual reports are made ahead: keys of memberships."""
    year = Order.objects.filter(provider=OuterRef("provider"), placed_at__gte=now - timedelta(days=365))
    many = Exists(year.order_by("placed_at")[LARGE_SHOP - 1 : LARGE_SHOP])
    lately = ProviderMember.objects.filter(user__is_active=True, user__last_login__gte=now - LATELY)
    return list(lately.filter(many).values_list("pk", flat=True))


def make_ahead(membership_pk: int) -> int:
    """Makes this person's usual reports and keeps the slow ones; how many were made. Nobody there: none."""
    member = ProviderMember.objects.select_related("provider", "user").filter(pk=membership_pk).first()
    if member is None:
        return 0
    zone = ZoneInfo(member.provider.time_zone)
    today = timezone.now().astimezone(zone).date()
    with translation.override(member.user.language or None):
        language = base_language(translation.get_language())
        periods = usual_periods(today, language)
        for first, last, unit in periods:
            period = Period(first, last, zone)
            _made(member.provider, period, member.user, unit, language, keep_seconds=AHEAD_SECONDS)
    return len(periods)


def _made(
    shop: Provider,
    period: Period,
    user: User,
    unit: str,
    language: str,
    *,
    keep_seconds: int,
    slow_seconds: float | None = None,
) -> Report:
    began, now = monotonic(), timezone.now()
    found = report(shop, period, seen_by=user, unit=unit, language=language, now=now)
    if monotonic() - began > (SLOW_SECONDS if slow_seconds is None else slow_seconds):
        cache.set(_key(shop, period, user, unit, language), (found, now), keep_seconds)
    return found


def _is_long(shop: Provider, period: Period) -> bool:
    placed = Order.objects.filter(provider=shop, placed_at__gte=period.start, placed_at__lt=period.end)
    return placed.order_by("placed_at")[LONG_REPORT - 1 : LONG_REPORT].exists()


def _key(shop: Provider, period: Period, user: User, unit: str, language: str) -> str:
    return f"report:{shop.pk}:{user.pk}:{period.first}:{period.last}:{unit}:{language}"
