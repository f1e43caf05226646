"""Placing orders and moving them."""

import uuid
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import people_of, works_at
from marketplace.common.errors import DomainError
from marketplace.notify.domain import notify
from messaging import domain as messaging
from messaging.models import Thread
from orders.enums import OrderStatus, SalesChannel
from orders.models import Order, OrderEvent, OrderLine
from orders.permissions import TRANSITIONS, may_move
from services.models import Service


def place_order(
    service: Service,
    *,
    by: User,
    form_token: uuid.UUID,
    quantity: int = 1,
    note: str = "",
    preferred_at: datetime | None = None,
) -> Order:
    """A customer's web order: stored as placed, its card in the thread, the shop told by mail.

    The same `form_token` again returns the first order, from however many submits at once.
    """
    try:
        with transaction.atomic():
            return _place(service, by, form_token, quantity, note, preferred_at)
    except IntegrityError:
        existing = Order.objects.filter(created_by=by, form_token=form_token).first()
        if existing is None:
            raise
        return existing


def _place(
    service: Service,
    by: User,
    form_token: uuid.UUID,
    quantity: int,
    note: str,
    preferred_at: datetime | None,
) -> Order:
    existing = Order.objects.filter(created_by=by, form_token=form_token).first()
    if existing:
        return existing
    service = Service.objects.select_related("provider").get(pk=service.pk)
    provider = service.provider
    if not service.is_public or provider.is_suspended:
        raise DomainError(_("This service is no longer offered."), code="not_offered")
    if works_at(by, provider.pk):
        raise DomainError(_("You cannot order from your own shop."), code="own_shop")
    now = timezone.now()
    if preferred_at is not None and preferred_at < now:
        raise DomainError(_("The preferred time is in the past: choose a later one."), code="past")
    thread = messaging.open_thread(customer=by, provider=provider, topic=service.title)
    order = Order.objects.create(
        number=_next_number(),
        customer=by,
        provider=provider,
        thread=thread,
        status=OrderStatus.PLACED,
        channel=SalesChannel.WEB,
        currency=provider.currency,
        total=service.price * quantity,
        note=note,
        preferred_at=preferred_at,
        created_by=by,
        form_token=form_token,
        placed_at=now,
    )
    OrderLine.objects.create(
        order=order,
        service=service,
        title=service.title,
        unit_price=service.price,
        quantity=quantity,
    )
    OrderEvent.objects.create(order=order, by=by, status=order.status)
    messaging.post_card(thread, by=by, url=card_url(order), body=f"{order.number} · {service.title}")
    for person in people_of(provider):
        notify(
            person,
            "order_placed",
            f"order:{order.pk}:placed:{person.pk}",
            number=order.number,
            title=service.title,
            customer=by.name,
            total=order.total,
            currency=order.currency,
            note=note,
            path=reverse("messaging:thread", args=[thread.pk]),
        )
    return order


def confirm_order(order: Order, *, by: User) -> Order:
    """The shop takes the order on; this gives the contract number."""
    return _move(order, OrderStatus.CONFIRMED, by=by)


def complete_order(order: Order, *, by: User) -> Order:
    """The only way to Completed."""
    return _move(order, OrderStatus.COMPLETED, by=by)


def cancel_order(order: Order, *, by: User, reason: str = "") -> Order:
    return _move(order, OrderStatus.CANCELLED, by=by, reason=reason)


def _move(order: Order, to: OrderStatus, *, by: User, reason: str = "") -> Order:
    with transaction.atomic():
        order = (
            Order.objects.select_for_update(of=("self",))
            .select_related("provider", "customer")
            .get(pk=order.pk)
        )
        if order.status == to:
            return order  # a double click, or two people with one thought
        is_shop = works_at(by, order.provider_id)
        is_customer = by.pk == order.customer_id
        if not may_move(order, to, is_shop=is_shop, is_customer=is_customer):
            raise _refusal(order, to)
        now = timezone.now()
        order.status = to
        setattr(order, f"{to}_at", now)
        if to == OrderStatus.CONFIRMED:
            order.contract_number = f"C-{order.number}"
        order.save(update_fields=["status", f"{to}_at", "contract_number"])
        OrderEvent.objects.create(order=order, by=by, status=to, reason=reason)
        _tell_other_side(order, by=by, reason=reason, is_shop=is_shop)
        messaging.card_changed(Thread.objects.get(pk=order.thread_id), card_url(order))
    return order


def _refusal(order: Order, to: OrderStatus) -> DomainError:
    if to == OrderStatus.CANCELLED and order.status == OrderStatus.CONFIRMED:
        return DomainError(
            _("The order is already confirmed. Ask the provider in the chat to cancel it."),
            code="confirmed",
        )
    if to not in TRANSITIONS[OrderStatus(order.status)]:
        return DomainError(
            _("The order is “%(status)s” by now. Reload the page to see it.")
            % {"status": order.get_status_display()},
            code="moved",
        )
    return DomainError(_("Only the provider can do this."), code="not_allowed")


def _tell_other_side(order: Order, *, by: User, reason: str, is_shop: bool) -> None:
    people = [order.customer] if is_shop else list(people_of(order.provider))
    for person in people:
        notify(
            person,
            f"order_{order.status}",
            f"order:{order.pk}:{order.status}:{person.pk}",
            number=order.number,
            shop=order.provider.name,
            customer=order.customer.name,
            reason=reason,
            path=order.get_absolute_url(),
        )


def card_url(order: Order) -> str:
    return reverse("orders:card", args=[order.pk])


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('order_number')")
        return str(cursor.fetchone()[0])
