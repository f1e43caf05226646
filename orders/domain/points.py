"""What an order gives in points, for its customer: before it is completed, and after."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from loyalty import domain as loyalty
from loyalty.domain.earning import Facts, quote
from loyalty.domain.programme import programme, store_zone
from loyalty.domain.purchases import listed_rules
from loyalty.enums import EntryKind
from loyalty.models import Level, Member, Purchase
from orders.domain.spending import by_category
from orders.enums import OrderStatus
from orders.models import Order


@dataclass(frozen=True, slots=True)
class OrderPoints:
    """`is_given` is False while it is what completing the order would give today. `taken` went back with
    money; `available_at` is when they can be spent, None for at once."""

    points: int
    is_given: bool
    taken: int = 0
    available_at: datetime | None = None


def points_of(order: Order, *, now: datetime | None = None) -> OrderPoints | None:
    """None where there is nothing to say: a draft or cancelled order, one that gives no points, and for a
    moment after completion, until they are worked out."""
    moment = now or timezone.now()
    if order.status == OrderStatus.COMPLETED:
        return _given(order, moment)
    if not order.is_open or order.status == OrderStatus.DRAFT:
        return None
    if order.currency != settings.STORE_CURRENCY or order.total <= 0:
        return None
    rules = listed_rules()
    if not rules or not programme().is_running:
        return None
    points = quote(_facts(order, moment), rules).points
    return OrderPoints(points, is_given=False) if points else None


def _given(order: Order, now: datetime) -> OrderPoints | None:
    purchase = Purchase.objects.filter(reference=f"order:{order.pk}").first()
    if purchase is None:
        return None
    entries = list(purchase.entries.filter(kind__in=[EntryKind.PURCHASE, EntryKind.REFUND]))
    given = next((entry for entry in entries if entry.kind == EntryKind.PURCHASE), None)
    if given is None:
        return None
    taken = sum(entry.shortfall - entry.points for entry in entries if entry.kind == EntryKind.REFUND)
    later = given.available_at if given.available_at and given.available_at > now else None
    return OrderPoints(given.points, is_given=True, taken=taken, available_at=later)


def _facts(order: Order, now: datetime) -> Facts:
    """As loyalty.domain.purchases.quote_for will find them; who has not joined is a member of the lowest
    level by then."""
    member = Member.objects.filter(user=order.customer_id).first()
    bought = Purchase.objects.filter(member=member, awarded_at__isnull=False) if member else None
    return Facts(
        amount=order.total,
        at=now.astimezone(store_zone()),
        by_category=by_category(order),
        provider_id=order.provider_id,
        level=loyalty.standing_of(member, now=now).level
        if member
        else Level.objects.filter(threshold=0).first(),
        birthday=member.birthday if member else None,
        is_first=bought is None or not bought.exists(),
    )
