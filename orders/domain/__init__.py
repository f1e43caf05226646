"""Making orders, in the shop's window, in a chat or for a customer, and moving them."""

from orders.domain.cards import create_card, fill_order
from orders.domain.customers import find_or_create_customer, order_for_customer, share_link
from orders.domain.moving import cancel_order, complete_order, confirm_order, expire_order
from orders.domain.parts import Item, card_url, shop_people_of, tell_card_changed
from orders.domain.placing import place_order

__all__ = [
    "Item",
    "cancel_order",
    "card_url",
    "complete_order",
    "confirm_order",
    "create_card",
    "expire_order",
    "fill_order",
    "find_or_create_customer",
    "order_for_customer",
    "place_order",
    "share_link",
    "shop_people_of",
    "tell_card_changed",
]
