"""Which of a customer's coupons can be used on an order."""

from dataclasses import dataclass

from accounts.models import User
from loyalty.models import Redemption
from loyalty.queries.rewards import coupons_for_order
from orders.enums import NoticeDecision, OrderStatus
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Coupons:
    """`used` is the one on the order, `usable` those that could be; soonest to end first."""

    used: Redemption | None
    usable: list[Redemption]

    def __bool__(self) -> bool:
        return bool(self.used or self.usable)


def reference_of(order: Order) -> str:
    """What loyalty knows the order by."""
    return f"order:{order.pk}"


def is_open_to_coupons(order: Order) -> bool:
    """Placed, unpaid, nothing said to be transferred, and no outside order system keeps its total."""
    if order.status != OrderStatus.PLACED or order.paid_at is not None or order.outside_at is not None:
        return False
    standing = (NoticeDecision.WAITING, NoticeDecision.ACCEPTED)
    return not order.notices.filter(decision__in=standing).exists()


def coupons_of_order(order: Order, user: User) -> Coupons | None:
    """For the customer while the order is open to coupons; None for others and afterwards."""
    if user.pk != order.customer_id or not is_open_to_coupons(order):
        return None
    found = list(coupons_for_order(user, reference_of(order)))
    used = next((coupon for coupon in found if coupon.used_on), None)
    return Coupons(used, [coupon for coupon in found if not coupon.used_on])
