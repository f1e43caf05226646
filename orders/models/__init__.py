"""Orders, the money that is said to have come for them, and another system that fills them."""

from orders.models.desk import FollowedUp
from orders.models.order import Order, OrderEvent, OrderLine, OrderQuerySet
from orders.models.outside import OutsideDelivery, OutsideEvent, OutsideSystem
from orders.models.payments import BankAccount, PaymentSettings, TransferNotice

__all__ = [
    "BankAccount",
    "FollowedUp",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderQuerySet",
    "OutsideDelivery",
    "OutsideEvent",
    "OutsideSystem",
    "PaymentSettings",
    "TransferNotice",
]
