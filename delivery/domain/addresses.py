"""Where a parcel is brought: changed by the shop, and by the customer until a courier has it."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import works_at
from delivery.domain import telling
from delivery.domain.locking import lock_delivery
from delivery.models import Delivery
from marketplace.common.errors import DomainError
from orders import domain as orders
from orders.models import Order


def change_address(order: Order, *, by: User, address: str) -> Order:
    """`orders.set_delivery_address`, and the courier who has the parcel sees the new one at once. Further
    refusals: handed_over (a courier has it, and `by` is its customer), no_address."""
    with transaction.atomic():
        order = orders.lock_order(order)
        try:
            delivery = lock_delivery(order)
        except Delivery.DoesNotExist:
            delivery = None
        if delivery is not None and delivery.courier is not None and not delivery.is_over:
            _check(order, by, address)
        before = order.delivery_address
        order = orders.set_delivery_address(order, by=by, address=address)
        if delivery is not None and order.delivery_address != before:
            delivery.order = order
            telling.tell_pages(delivery)
    return order


def _check(order: Order, by: User, address: str) -> None:
    if not works_at(by, order.provider_id):
        raise DomainError(
            _("A courier has the parcel already. Write to the provider in the chat if the address is wrong."),
            code="handed_over",
        )
    if not address.strip():
        raise DomainError(
            _("A courier has the parcel: it needs an address. Take it back first."), code="no_address"
        )
