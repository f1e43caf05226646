"""A shop's SMS: the log, what a day has cost, and a real order for a preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from accounts.models import Provider
from delivery.models import Delivery
from marketplace.notify.enums import NotificationStatus, Problem, Reach
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms_sending import sent_today, spent_today
from orders.enums import OrderStatus
from orders.models import Order

LOG_SIZE = 30
_FAILED = Q(status=NotificationStatus.FAILED)
_SENT = Q(status=NotificationStatus.SENT)
STATES: Mapping[str, Q] = {
    "waiting": Q(status__in=[NotificationStatus.PENDING, NotificationStatus.SENDING]),
    "accepted": _SENT & Q(reach__in=["", Reach.ACCEPTED]),
    "delivered": _SENT & Q(reach=Reach.DELIVERED),
    "undelivered": _SENT & Q(reach=Reach.UNDELIVERED),
    "unknown": _FAILED & Q(problem=Problem.UNKNOWN),
    "failed": _FAILED & ~Q(problem=Problem.UNKNOWN),
}


@dataclass(frozen=True, slots=True)
class Today:
    count: int
    spent: Decimal
    currency: str


def today_of(gateway: SmsGateway) -> Today:
    return Today(sent_today(gateway).count(), spent_today(gateway), gateway.currency)


def log_of(
    gateway: SmsGateway | None, *, state: str = "", before: int | None = None
) -> tuple[Sequence[Notification], int | None]:
    """A page of it, newest first, and the `before` of the next page, None on the last."""
    if gateway is None:
        return [], None
    rows = Notification.objects.filter(STATES.get(state, Q()), gateway=gateway).select_related("recipient")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: LOG_SIZE + 1])
    return found[:LOG_SIZE], found[LOG_SIZE - 1].pk if len(found) > LOG_SIZE else None


def recent_delivery(provider: Provider) -> Delivery | None:
    """The shop's latest one; before its first one, the latest order that could be delivered, not stored."""
    related = Delivery.objects.select_related("order__customer", "provider", "courier__user")
    latest = related.filter(provider=provider).order_by("-pk").first()
    if latest is not None:
        return latest
    order = (
        Order.objects.filter(provider=provider)
        .exclude(status__in=[OrderStatus.DRAFT, OrderStatus.CANCELLED])
        .exclude(delivery_address="")
        .select_related("customer", "provider")
        .order_by("-pk")
        .first()
    )
    if order is None:
        return None
    today = timezone.now().astimezone(ZoneInfo(provider.time_zone)).date()
    midnight = datetime.combine(today + timedelta(days=1), time.min, ZoneInfo(provider.time_zone))
    return Delivery(order=order, provider=provider, due_at=order.preferred_at or midnight)
