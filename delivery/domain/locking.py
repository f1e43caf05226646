"""What changes a delivery holds its order's lock first, then its own: everybody waits in one order."""

from delivery.models import Delivery
from orders.domain import lock_orders
from orders.models import Order


def lock_both(delivery: Delivery) -> Delivery:
    """The delivery as it is now, with its order (`delivery.order`), both held by this transaction."""
    (order,) = lock_orders([delivery.order_id])
    return lock_delivery(order)


def lock_delivery(order: Order) -> Delivery:
    """That of an order whose lock is held; Delivery.DoesNotExist where nobody was ever given it."""
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("courier__user", "provider")
        .get(order=order)
    )
    delivery.order = order
    return delivery
