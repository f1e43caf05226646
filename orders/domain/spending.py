"""What a completed order was worth, told to the loyalty programme."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings

from loyalty import domain as loyalty
from marketplace.common.money import share_out
from orders.enums import SalesChannel
from orders.models import Order


def note_spent(order: Order, *, at: datetime) -> None:
    """In the transaction that completes it: one query for the lines and one INSERT. Again: no change.

    The programme counts in the store's currency: an order in another one, from before the store changed it,
    gives nothing. Nor does one that was free.
    """
    if order.currency != settings.STORE_CURRENCY or order.total <= 0:
        return
    # Who orders by phone is known by it to the shop; elsewhere the phone is what the customer says it is.
    vouched = order.phone if order.channel == SalesChannel.BEHALF else ""
    loyalty.note_purchase(
        f"order:{order.pk}",
        name=order.number or "",
        customer=order.customer,
        phone=vouched,
        provider=order.provider,
        amount=order.total,
        by_category=by_category(order),
        at=at,
    )


def note_changed_total(order: Order, *, before: Decimal, cause: str, at: datetime) -> None:
    """Of an order that is completed: points follow by the rule of loyalty.domain.changed_totals. `cause`
    names the change and comes once."""
    if order.currency != settings.STORE_CURRENCY:
        return
    parts = by_category(order) if order.total > 0 else {}
    is_known = loyalty.follow_total(
        f"order:{order.pk}", before=before, total=order.total, by_category=parts, cause=cause, at=at
    )
    if not is_known:
        note_spent(order, at=at)


def by_category(order: Order) -> dict[str, Decimal]:
    """The total by category: the discount is shared by all that was sold, delivery is in no category."""
    sold: dict[str, Decimal] = {}
    for line in order.lines.select_related("service"):
        key = str(line.service.category_id) if line.service else ""
        sold[key] = sold.get(key, Decimal(0)) + line.amount
    parts = share_out(max(order.total - order.delivery_fee, Decimal(0)), sold)
    rest = order.total - sum(parts.values(), Decimal(0))
    if rest:
        parts[""] = parts.get("", Decimal(0)) + rest
    return parts
