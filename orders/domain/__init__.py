"""Making orders, in the shop's window, in a chat or for a customer, and moving them."""

from orders.domain.addresses import set_delivery_address
from orders.domain.cards import create_card, fill_order
from orders.domain.claiming import claim_transfer
from orders.domain.coupons import apply_coupon, remove_coupon
from orders.domain.customers import (
    find_or_create_customer,
    order_for_customer,
    share_link,
    take_order,
)
from orders.domain.expiring import expire_if_unpaid, expire_unpaid
from orders.domain.locking import lock_order, lock_orders
from orders.domain.moving import cancel_order, complete_order, confirm_order, expire_order
from orders.domain.parts import Item, card_url, shop_people_of, tell_card_changed, titles_of
from orders.domain.paying import accept_notice, receive_cash, reject_notice, settle
from orders.domain.payment_settings import add_account, remove_account, save_payment_settings
from orders.domain.placing import place_order

__all__ = [
    "Item",
    "accept_notice",
    "add_account",
    "apply_coupon",
    "cancel_order",
    "card_url",
    "claim_transfer",
    "complete_order",
    "confirm_order",
    "create_card",
    "expire_if_unpaid",
    "expire_order",
    "expire_unpaid",
    "fill_order",
    "find_or_create_customer",
    "lock_order",
    "lock_orders",
    "order_for_customer",
    "place_order",
    "receive_cash",
    "reject_notice",
    "remove_account",
    "remove_coupon",
    "save_payment_settings",
    "set_delivery_address",
    "settle",
    "share_link",
    "shop_people_of",
    "take_order",
    "tell_card_changed",
    "titles_of",
]
