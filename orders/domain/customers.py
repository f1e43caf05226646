"""Orders that the shop takes for a customer, who may have no account."""

import secrets
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import works_at
from marketplace.common.errors import DomainError
from messaging import domain as messaging
from messaging.models import Thread
from orders.domain.parts import (
    Item,
    check_items,
    new_link_token,
    next_number,
    post_order_card,
    store_lines,
    tell_placed,
    total_of,
)
from orders.enums import OrderStatus, SalesChannel
from orders.models import Order, OrderEvent
from orders.queries.orders import customer_with_phone, searchable


def find_or_create_customer(provider: Provider, *, by: User, name: str, phone: str) -> User:
    """The shop's customer with that phone (E.164), or a new one, who cannot log in.

    Only among the shop's own customers: a phone typed here must not tell who else has an account.
    """
    if not works_at(by, provider.pk):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")
    with transaction.atomic():
        Provider.objects.select_for_update().get(pk=provider.pk)  # two agents make one customer
        found = customer_with_phone(provider, phone)
        if found is not None:
            return found
        user = User(username=f"customer-{secrets.token_hex(8)}", display_name=name, phone=phone)
        user.language, user.time_zone = by.language, provider.time_zone
        user.set_unusable_password()
        user.save()
        # Makes the person the shop's customer, so that the next order finds them.
        messaging.open_thread(customer=user, provider=provider, topic=name)
    return user


def order_for_customer(
    provider: Provider,
    *,
    by: User,
    customer: User,
    items: Sequence[Item],
    form_token: uuid.UUID,
    discount: Decimal = Decimal(0),
    delivery_fee: Decimal = Decimal(0),
    delivery_address: str = "",
    note: str = "",
) -> Order:
    """Placed at once, marked with who made it and its channel; it has a link for the customer.

    The same `form_token` again returns the first order.
    """
    if not works_at(by, provider.pk):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")
    try:
        with transaction.atomic():
            existing = Order.objects.filter(created_by=by, form_token=form_token).first()
            if existing:
                return existing
            check_items(items, provider)
            total = total_of(items, discount=discount, delivery_fee=delivery_fee)
            number, phone = next_number(provider), str(customer.phone or "")
            order = Order.objects.create(
                number=number,
                customer=customer,
                provider=provider,
                thread=_thread_of(customer, provider),
                status=OrderStatus.PLACED,
                channel=SalesChannel.BEHALF,
                currency=provider.currency,
                total=total,
                discount=discount,
                delivery_fee=delivery_fee,
                delivery_address=delivery_address,
                note=note,
                customer_name=customer.name,
                phone=phone,
                created_by=by,
                form_token=form_token,
                link_token=new_link_token(),
                search_text=searchable(number, customer.name, phone),
                placed_at=timezone.now(),
            )
            store_lines(order, items)
            OrderEvent.objects.create(order=order, by=by, status=order.status)
            post_order_card(order, by=by, body=f"{number} · {items[0].service.title}")
            tell_placed(order, [customer])
            return order
    except IntegrityError:
        existing = Order.objects.filter(created_by=by, form_token=form_token).first()
        if existing is None:
            raise
        return existing


def take_order(
    provider: Provider,
    *,
    by: User,
    name: str,
    phone: str,
    items: Sequence[Item],
    form_token: uuid.UUID,
    **sold: Any,
) -> Order:
    """`find_or_create_customer` and `order_for_customer` together: a refused order leaves no customer."""
    with transaction.atomic():
        existing = Order.objects.filter(created_by=by, form_token=form_token).first()
        if existing:
            return existing
        customer = find_or_create_customer(provider, by=by, name=name, phone=phone)
        return order_for_customer(
            provider, by=by, customer=customer, items=items, form_token=form_token, **sold
        )


def _thread_of(customer: User, provider: Provider) -> Thread:
    """Their conversation, open. Its topic stays: all the shop's agents read it, and the order is private."""
    thread = Thread.objects.filter(customer=customer, provider=provider).first()
    return messaging.open_thread(
        customer=customer, provider=provider, topic=thread.topic if thread else customer.name
    )


def share_link(order: Order) -> str:
    """The token under which the order opens without an account; made on first use, then the same."""
    Order.objects.filter(pk=order.pk, link_token=None).update(link_token=new_link_token())
    order.refresh_from_db(fields=["link_token"])
    assert order.link_token
    return order.link_token
