"""What an order gives in points, for its customer: before it is completed, and after."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from loyalty import domain as loyalty
from loyalty.domain.changed_totals import purchases_named
from loyalty.domain.earning import Facts, quote
from loyalty.domain.programme import programme, store_zone
from loyalty.domain.purchases import has_bought, listed_rules
from loyalty.enums import EntryKind
from loyalty.models import LedgerEntry, Level, Member
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
    """Also what changes of its total gave and took."""
    entries = LedgerEntry.objects.filter(purchase__in=purchases_named(f"order:{order.pk}")).order_by("pk")
    given = list(entries.filter(kind=EntryKind.PURCHASE))
    if not given:
        return None
    taken = sum(entry.shortfall - entry.points for entry in entries.filter(kind=EntryKind.REFUND))
    points = sum(entry.points for entry in given)
    later = max((one.available_at for one in given if one.available_at), default=now)
    return OrderPoints(points, is_given=True, taken=taken, available_at=later if later > now else None)


def _facts(order: Order, now: datetime) -> Facts:
    """As loyalty.domain.purchases.quote_for will find them; who has not joined is a member of the lowest
    level by then."""
    member = Member.objects.filter(user=order.customer_id).first()
    return Facts(
        amount=order.total,
        at=now.astimezone(store_zone()),
        by_category=by_category(order),
        provider_id=order.provider_id,
        level=loyalty.standing_of(member, now=now).level
        if member
        else Level.objects.filter(threshold=0).first(),
        birthday=member.birthday if member else None,
        is_first=member is None or not has_bought(member),
    )
