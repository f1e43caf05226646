"""Where an order is to be brought."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.common.errors import DomainError
from orders.domain.locking import lock_order
from orders.domain.parts import tell_card_changed
from orders.enums import OrderStatus
from orders.models import Order
from orders.queries.orders import may_handle

MAX_ADDRESS = 1000


def set_delivery_address(order: Order, *, by: User, address: str) -> Order:
    """Writes where the order goes, "" for picked up, while it is open: by the shop, and by the customer once
    it is placed. What a courier has already is `delivery.change_address`'s to check.

    Refusals: not_allowed, moved (over, or not placed yet), too_long.
    """
    address = address.replace("\x00", "").strip()
    if len(address) > MAX_ADDRESS:
        raise DomainError(_("This address is too long: at most 1,000 characters."), code="too_long")
    with transaction.atomic():
        order = lock_order(order)
        is_shop = may_handle(order, by)
        if not is_shop and by.pk != order.customer_id:
            raise DomainError(_("Only the provider can do this."), code="not_allowed")
        if not order.is_open or (order.status == OrderStatus.DRAFT and not is_shop):
            raise DomainError(
                _("The order is now “%(status)s”. Reload the page to see it.")
                % {"status": order.get_status_display()},
                code="moved",
            )
        if order.delivery_address != address:
            order.delivery_address = address
            order.save(update_fields=["delivery_address"])
            tell_card_changed(order)
    return order
