"""Telling the courier, the customer, the shop and every open page what became of a parcel."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts.models import Provider, User
from delivery.models import Courier, Delivery, DeliveryEvent
from marketplace.common.realtime import broadcast_on_commit
from marketplace.notify.domain import notify
from messaging import domain as messaging
from orders.domain import shop_people_of

# What the card says where nothing can draw it.
CARD_WORDS = gettext_noop("Delivery")


def card_url(delivery: Delivery) -> str:
    return reverse("delivery:card", args=[delivery.pk])


def post_card(delivery: Delivery, by: User) -> None:
    messaging.post_card(
        delivery.order.thread,
        by=by,
        url=card_url(delivery),
        body=str(CARD_WORDS),
        only_for=delivery.only_for,
    )


def tell_pages(delivery: Delivery, before: Courier | None = None) -> None:
    """The thread's card, the shop's board, and the phones of who has the task and of who had it."""
    messaging.card_changed(delivery.order.thread, card_url(delivery), only_for=delivery.only_for)
    tell_board(delivery.provider)
    for courier in {delivery.courier, before} - {None}:
        broadcast_on_commit(f"user.{courier.user_id}", {"type": "tasks"})


def tell_board(provider: Provider) -> None:
    broadcast_on_commit(f"provider.{provider.pk}", {"type": "deliveries"})


def tell_assigned(delivery: Delivery) -> None:
    """The courier, by SMS as the shop wrote it, and on the phone's own notices."""


def tell_taken_back(delivery: Delivery, courier: Courier) -> None:
    """Who had the task need not ride any more."""


def tell_customer(delivery: Delivery, event: DeliveryEvent) -> None:
    """On the way, failed, delivered."""


def tell_conflict(event: DeliveryEvent) -> None:
    """The shop: somebody who no longer had the task reported about it."""
    delivery = event.delivery
    for person in shop_people_of(delivery.order):
        notify(
            person,
            "delivery_conflict",
            f"delivery:{delivery.pk}:conflict:{event.pk}:{person.pk}",
            number=delivery.order.number,
            courier=event.assignment.courier.name if event.assignment.courier else "",
            state=str(event.state),
            happened_at=event.happened_at,
            shop=delivery.provider.name,
            path=delivery.get_absolute_url(),
        )
