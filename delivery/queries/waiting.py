"""What no courier was ever given: confirmed orders that go to an address."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import Provider, User
from delivery.models import Delivery
from delivery.queries.couriers import COUNT_LIMIT
from marketplace.common.counting import counted
from orders.models import Order
from orders.models.order import TO_DELIVER, TO_DELIVER_SINCE
from orders.queries.orders import parts_for


@dataclass(frozen=True, slots=True)
class OrdersWaiting:
    """The first of them and how many more there are, at most COUNT_LIMIT."""

    orders: list[Order]
    more: int


def orders_waiting(provider: Provider, user: User, role: str, *, limit: int) -> OrdersWaiting:
    """First what the customer wished for earliest; an order without a wish stands where it was confirmed.
    Along the index order_to_deliver, past those that a courier has."""
    # As a join, PostgreSQL takes "no delivery" for rare, and reads all of them.
    has_one = Exists(Delivery.objects.filter(order=OuterRef("pk")))
    parts = [
        part.filter(TO_DELIVER, ~has_one).alias(since=TO_DELIVER_SINCE).order_by("since", "pk")
        for part in parts_for(provider, user, role)
    ]
    found = [pk for part in parts for pk in part.values_list("pk", flat=True)[: limit + 1]]
    orders = Order.objects.filter(pk__in=found).alias(since=TO_DELIVER_SINCE).order_by("since", "pk")
    more = len(found) > limit
    total = counted([("", part) for part in parts], limit + COUNT_LIMIT).get("", 0) if more else 0
    shown = orders.select_related("customer").only(
        "number",
        "status",
        "customer_name",
        "delivery_address",
        "preferred_at",
        "confirmed_at",
        "created_at",
        "paid_at",
        "total",
        "currency",
        "customer__display_name",
        "customer__username",
    )
    return OrdersWaiting(list(shown[:limit]), max(0, total - limit))
