"""Who may move an order. Pure predicates: `is_shop` says whether the person works in its shop."""

from orders.enums import OrderStatus
from orders.models import Order

# The only moves there are; the test tries every pair.
TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.DRAFT: frozenset({OrderStatus.PLACED, OrderStatus.CANCELLED}),
    OrderStatus.PLACED: frozenset({OrderStatus.CONFIRMED, OrderStatus.CANCELLED}),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELLED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}


def may_move(order: Order, to: OrderStatus, *, is_shop: bool, is_customer: bool) -> bool:
    """The shop makes every move; the customer may cancel until the order is confirmed."""
    if to not in TRANSITIONS[OrderStatus(order.status)]:
        return False
    if is_shop:
        return True
    return is_customer and to == OrderStatus.CANCELLED and order.status != OrderStatus.CONFIRMED


def allowed_moves(order: Order, *, is_shop: bool, is_customer: bool) -> set[OrderStatus]:
    """What the page offers buttons for."""
    return {to for to in OrderStatus if may_move(order, to, is_shop=is_shop, is_customer=is_customer)}
