"""Placing web orders."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import works_at
from marketplace.common.errors import DomainError
from messaging import domain as messaging
from orders.domain.parts import (
    Item,
    check_quantity,
    next_number,
    post_order_card,
    shop_people_of,
    store_lines,
    tell_placed,
)
from orders.enums import OrderStatus, SalesChannel
from orders.models import Order, OrderEvent
from orders.queries.orders import searchable
from services.enums import ServiceKind
from services.models import Service


def place_order(
    service: Service,
    *,
    by: User,
    form_token: uuid.UUID,
    quantity: int = 1,
    note: str = "",
    preferred_at: datetime | None = None,
    delivery_address: str = "",
    seen_price: Decimal | None = None,
) -> Order:
    """A customer's web order: stored as placed, its card in the thread, the shop told by mail.

    The same `form_token` again returns the first order, from however many submits at once.
    `delivery_address` is of goods alone; "" is picked up. `seen_price` is the price that the customer was
    shown for one: if it has changed, the order is refused.
    Refusals have the codes not_offered, own_shop, past, price_changed (extra: price), quantity.
    """
    try:
        with transaction.atomic():
            existing = Order.objects.filter(created_by=by, form_token=form_token).first()
            if existing:
                return existing
            service = Service.objects.select_related("provider").get(pk=service.pk)
            _check(service, by, quantity, preferred_at, seen_price)
            order = _store(service, by, form_token, quantity, note, preferred_at, delivery_address)
            post_order_card(order, by=by, body=f"{order.number} · {service.title}")
            tell_placed(order, shop_people_of(order))
            return order
    except IntegrityError:
        existing = Order.objects.filter(created_by=by, form_token=form_token).first()
        if existing is None:
            raise
        return existing


def _check(
    service: Service,
    by: User,
    quantity: int,
    preferred_at: datetime | None,
    seen_price: Decimal | None,
) -> None:
    if not service.is_public or service.provider.is_suspended:
        raise DomainError(_("This service is no longer offered."), code="not_offered")
    if works_at(by, service.provider_id):
        raise DomainError(_("You cannot order from your own shop."), code="own_shop")
    if preferred_at is not None and preferred_at < timezone.now():
        raise DomainError(_("The preferred time is in the past: choose a later one."), code="past")
    check_quantity(service, quantity)
    if seen_price is not None and seen_price != service.price:
        raise DomainError(
            _("The price has changed since you opened this page. Please look at it and order again."),
            code="price_changed",
            price=service.price,
        )


def _store(
    service: Service,
    by: User,
    form_token: uuid.UUID,
    quantity: int,
    note: str,
    preferred_at: datetime | None,
    delivery_address: str,
) -> Order:
    number = next_number(service.provider)
    order = Order.objects.create(
        number=number,
        customer=by,
        provider=service.provider,
        thread=messaging.open_thread(customer=by, provider=service.provider, topic=service.title),
        status=OrderStatus.PLACED,
        channel=SalesChannel.WEB,
        currency=service.provider.currency,
        total=service.price * quantity,
        note=note,
        preferred_at=preferred_at,
        delivery_address=delivery_address.strip() if service.kind == ServiceKind.GOODS else "",
        created_by=by,
        form_token=form_token,
        customer_name=by.name,
        phone=str(by.phone or ""),
        search_text=searchable(number, by.name, str(by.phone or "")),
        placed_at=timezone.now(),
    )
    store_lines(order, [Item(service, quantity)])
    OrderEvent.objects.create(order=order, by=by, status=order.status)
    return order
