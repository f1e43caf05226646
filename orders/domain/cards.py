"""Orders that begin as a card in a conversation: a draft, which the matching order screen fills."""

import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import works_at
from marketplace.common.errors import DomainError
from messaging.models import Thread
from orders.domain import outside
from orders.domain.parts import (
    Item,
    check_items,
    next_number,
    post_order_card,
    store_lines,
    tell_card_changed,
    tell_placed,
    total_of,
)
from orders.enums import OrderStatus, SaleKind, SalesChannel
from orders.models import Order, OrderEvent
from orders.queries.orders import last_order_of, searchable


def create_card(thread: Thread, *, by: User, sale_kind: SaleKind, form_token: uuid.UUID) -> Order:
    """A draft with its card in the thread at this moment; it belongs to `by`, for good.

    The same `form_token` again returns the first one. An additional sale follows the newest order of
    this customer that `by` may see.
    """
    if not works_at(by, thread.provider_id):
        raise DomainError(_("Only the shop's people can create an order here."), code="not_allowed")
    try:
        with transaction.atomic():
            existing = Order.objects.filter(created_by=by, form_token=form_token).first()
            if existing:
                return existing
            return _store_draft(thread, by, sale_kind, form_token)
    except IntegrityError:
        existing = Order.objects.filter(created_by=by, form_token=form_token).first()
        if existing is None:
            raise
        return existing


def _store_draft(thread: Thread, by: User, sale_kind: SaleKind, form_token: uuid.UUID) -> Order:
    customer, phone = thread.customer, str(thread.customer.phone or "")
    is_additional = sale_kind == SaleKind.ADDITIONAL
    order = Order.objects.create(
        customer=customer,
        provider=thread.provider,
        thread=thread,
        status=OrderStatus.DRAFT,
        channel=SalesChannel.CHAT,
        sale_kind=sale_kind,
        follows=last_order_of(customer, thread.provider, seen_by=by) if is_additional else None,
        currency=thread.provider.currency,
        customer_name=customer.name,
        phone=phone,
        created_by=by,
        form_token=form_token,
        search_text=searchable(None, customer.name, phone),
    )
    OrderEvent.objects.create(order=order, by=by, status=order.status)
    label = "Additional sale" if is_additional else "New sale"  # as SaleKind says it
    post_order_card(order, by=by, body=customer.name, label=label)
    outside.announce(order)
    return order


def fill_order(
    order: Order,
    *,
    by: User,
    items: Sequence[Item],
    discount: Decimal = Decimal(0),
    delivery_fee: Decimal = Decimal(0),
    delivery_address: str = "",
    note: str = "",
) -> Order:
    """What the order screen says: the draft is placed, gets its number, and the customer is told.

    Filling one that is no draft any more is refused (code moved), so two tabs make one order.
    """
    with transaction.atomic():
        order = (
            Order.objects.visible_to(by)
            .select_for_update(of=("self",))
            .select_related("provider", "customer", "created_by", "thread")
            .get(pk=order.pk)
        )
        if not works_at(by, order.provider_id):
            raise DomainError(_("Only the provider can do this."), code="not_allowed")
        if order.status != OrderStatus.DRAFT:
            raise DomainError(
                _("The order is now “%(status)s”. Reload the page to see it.")
                % {"status": order.get_status_display()},
                code="moved",
            )
        check_items(items, order.provider)
        order.number = order.number or next_number(order.provider)  # the outside may have given one
        order.status = OrderStatus.PLACED
        order.placed_at = timezone.now()
        order.discount, order.delivery_fee = discount, delivery_fee
        order.delivery_address, order.note = delivery_address, note
        order.total = total_of(items, discount=discount, delivery_fee=delivery_fee)
        order.search_text = searchable(order.number, order.customer_name, order.phone)
        order.save()
        order.lines.all().delete()  # what an outside order system called it; now it is what this screen says
        store_lines(order, items)
        OrderEvent.objects.create(order=order, by=by, status=order.status)
        tell_card_changed(order)
        tell_placed(order, [order.customer])
    return order
