"""Placing orders and moving them."""

import uuid
from datetime import datetime
from decimal import Decimal

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
from orders.queries import searchable
from services.enums import ServiceKind
from services.models import Service

MAX_TOTAL = Decimal(10) ** 12  # what the column holds, and more than any shop here sells at once


def place_order(
    service: Service,
    *,
    by: User,
    form_token: uuid.UUID,
    quantity: int = 1,
    note: str = "",
    preferred_at: datetime | None = None,
    seen_price: Decimal | None = None,
) -> Order:
    """A customer's web order: stored as placed, its card in the thread, the shop told by mail.

    The same `form_token` again returns the first order, from however many submits at once.
    `seen_price` is the price that the customer was shown for one: if it has changed, the order is refused.
    Refusals have the codes not_offered, own_shop, past, price_changed (extra: price), quantity.
    """
    try:
        with transaction.atomic():
            existing = Order.objects.filter(created_by=by, form_token=form_token).first()
            if existing:
                return existing
            service = Service.objects.select_related("provider").get(pk=service.pk)
            _check(service, by, quantity, preferred_at, seen_price)
            order = _store(service, by, form_token, quantity, note, preferred_at)
            _announce(order, service, quantity)
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
    if quantity < 1 or (quantity > 1 and service.kind != ServiceKind.GOODS):
        raise DomainError(_("You can order this service only once per order."), code="quantity")
    if service.price * quantity >= MAX_TOTAL:
        raise DomainError(_("This order is too large. Choose a smaller quantity."), code="quantity")
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
) -> Order:
    number = _next_number()
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
        created_by=by,
        form_token=form_token,
        search_text=searchable(number, by),
        placed_at=timezone.now(),
    )
    OrderLine.objects.create(
        order=order,
        service=service,
        title=service.title,
        unit_price=service.price,
        quantity=quantity,
    )
    OrderEvent.objects.create(order=order, by=by, status=order.status)
    return order


def _announce(order: Order, service: Service, quantity: int) -> None:
    messaging.post_card(
        order.thread, by=order.customer, url=card_url(order), body=f"{order.number} · {service.title}"
    )
    for person in people_of(order.provider):
        notify(
            person,
            "order_placed",
            f"order:{order.pk}:placed:{person.pk}",
            number=order.number,
            title=service.title,
            quantity=quantity,
            shop=order.provider.name,
            customer=order.customer.name,
            total=order.total,
            currency=order.currency,
            note=order.note,
            preferred_at=order.preferred_at,
            path=reverse("messaging:thread", args=[order.thread_id]),
        )


def confirm_order(order: Order, *, by: User) -> Order:
    """The shop takes the order on; this gives the contract number."""
    return _move(order, OrderStatus.CONFIRMED, by=by)


def complete_order(order: Order, *, by: User) -> Order:
    """The only way to Completed."""
    return _move(order, OrderStatus.COMPLETED, by=by)


def cancel_order(order: Order, *, by: User, reason: str = "") -> Order:
    """By the shop, or by the customer until it is confirmed; the other side is told `reason`."""
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
            _("The order is now “%(status)s”. Reload the page to see it.")
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
            contract_number=order.contract_number,
            title=", ".join(line.title for line in order.lines.all()),
            by=by.name,
            to_shop=not is_shop,
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
