"""What every way of making and moving an order needs."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import owner_of, people_of
from marketplace.common.errors import DomainError
from marketplace.notify.domain import notify
from messaging import domain as messaging
from messaging.models import Message, Thread
from orders.models import Order, OrderLine
from services.enums import ServiceKind
from services.models import Service

MAX_TOTAL = Decimal(10) ** 12  # what the column holds, and more than any shop here sells at once


@dataclass(frozen=True, slots=True)
class Item:
    """A service and how many of it; `unit_price` is what the shop asks this time, None for its price."""

    service: Service
    quantity: int = 1
    unit_price: Decimal | None = None

    @property
    def price(self) -> Decimal:
        return self.service.price if self.unit_price is None else self.unit_price

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity


def check_quantity(service: Service, quantity: int) -> None:
    if quantity < 1 or (quantity > 1 and service.kind != ServiceKind.GOODS):
        raise DomainError(_("You can order this service only once per order."), code="quantity")
    if service.price * quantity >= MAX_TOTAL:
        raise DomainError(_("This order is too large. Choose a smaller quantity."), code="quantity")


def check_items(items: Sequence[Item], provider: Provider) -> None:
    """Of an order that the shop itself fills in: its own services, on the site or not."""
    if not items:
        raise DomainError(_("Choose at least one service."), code="items")
    for item in items:
        if item.service.provider_id != provider.pk:
            raise DomainError(_("This service belongs to another shop."), code="items")
        check_quantity(item.service, item.quantity)


def total_of(items: Sequence[Item], *, discount: Decimal, delivery_fee: Decimal) -> Decimal:
    """Refuses a total below zero or beyond what an order can hold."""
    total = sum((item.amount for item in items), Decimal(0)) - discount + delivery_fee
    if total < 0:
        raise DomainError(_("The discount is larger than the order."), code="discount")
    if total >= MAX_TOTAL:
        raise DomainError(_("This order is too large. Choose a smaller quantity."), code="quantity")
    return total


def store_lines(order: Order, items: Sequence[Item]) -> None:
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            service=item.service,
            title=item.service.title,
            unit_price=item.price,
            quantity=item.quantity,
        )
        for item in items
    )


def post_order_card(order: Order, *, by: User, body: str, label: str = "") -> Message:
    return messaging.post_card(
        order.thread, by=by, url=card_url(order), body=body, label=label, only_for=_maker(order)
    )


def tell_card_changed(order: Order) -> None:
    thread = Thread.objects.get(pk=order.thread_id)
    messaging.card_changed(thread, card_url(order), only_for=_maker(order))


def tell_placed(order: Order, people: Sequence[User]) -> None:
    """By mail; the same person is told of one order once."""
    for person in people:
        notify(
            person,
            "order_placed",
            f"order:{order.pk}:placed:{person.pk}",
            number=order.number,
            title=titles_of(order),
            quantity=sum(line.quantity for line in order.lines.all()),
            shop=order.provider.name,
            customer=order.customer_name,
            to_customer=person.pk == order.customer_id,
            total=order.total,
            currency=order.currency,
            note=order.note,
            preferred_at=order.preferred_at,
            path=reverse("messaging:thread", args=[order.thread_id]),
        )


def titles_of(order: Order) -> str:
    return " · ".join(line.title for line in order.lines.all())


def shop_people_of(order: Order) -> list[User]:
    """Who in the shop may hear of the order: everybody of a web order, else its maker and the owner."""
    if not order.is_private:
        return list(people_of(order.provider))
    people = {person.pk: person for person in (order.created_by, owner_of(order.provider))}
    return [person for person in people.values() if person.is_active]


def card_url(order: Order) -> str:
    return reverse("orders:card", args=[order.pk])


def next_number(provider: Provider) -> str:
    """The site's next one; one that the shop's outside order system has already given is passed over."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT number FROM (SELECT nextval('order_number')::text AS number) next_one"
                " WHERE NOT EXISTS (SELECT 1 FROM orders_order taken"
                " WHERE taken.provider_id = %s AND taken.number = next_one.number)",
                [provider.pk],
            )
            if row := cursor.fetchone():
                return str(row[0])


def new_link_token() -> str:
    return secrets.token_urlsafe(18)


def _maker(order: Order) -> User | None:
    return order.created_by if order.is_private else None
