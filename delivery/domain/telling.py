"""Telling the courier, the customer, the shop and every open page what became of a parcel."""

from typing import Any

from django.urls import reverse

from accounts.models import Provider, User
from delivery.domain import sms
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery, DeliveryEvent
from marketplace.common.realtime import broadcast_on_commit
from marketplace.notify.domain import notify
from messaging import domain as messaging
from orders.domain import shop_people_of, titles_of

# Of which reports the customer is told.
TOLD = (DeliveryState.ON_THE_WAY, DeliveryState.FAILED, DeliveryState.DELIVERED)


def card_url(delivery: Delivery) -> str:
    return reverse("delivery:card", args=[delivery.pk])


def post_card(delivery: Delivery, by: User) -> None:
    messaging.post_card(
        delivery.order.thread,
        by=by,
        url=card_url(delivery),
        body=str(delivery.order),
        label="Delivery",
        only_for=delivery.only_for,
    )


def tell_pages(delivery: Delivery, before: Courier | None = None) -> None:
    """The thread's card, the shop's board, and the phones of who has the task and of who had it."""
    messaging.card_changed(delivery.order.thread, card_url(delivery), only_for=delivery.only_for)
    tell_board(delivery.provider)
    for courier in {one for one in (delivery.courier, before) if one is not None}:
        broadcast_on_commit(f"user.{courier.user_id}", {"type": "tasks"})


def tell_board(provider: Provider) -> None:
    broadcast_on_commit(f"provider.{provider.pk}", {"type": "deliveries"})


def tell_assigned(delivery: Delivery, *, by: User, ip: str) -> bool:
    """The courier, by SMS as the shop wrote it, and on the phone's own notices. Whether an SMS goes out, and
    why not, is also `delivery.told`, for the page of who handed it over (`by`, from the address `ip`)."""
    courier = delivery.courier
    assert courier is not None
    notify(
        courier.user,
        "task_assigned",
        f"delivery:{delivery.pk}:assigned:{delivery.assignment_number}",
        **_task(delivery),
    )
    told = sms.sms_assigned(delivery, courier, by=by, ip=ip)
    delivery.told = told  # type: ignore[attr-defined]  # not stored
    return told.by_sms


def tell_taken_back(delivery: Delivery, courier: Courier, *, by: User, ip: str) -> bool:
    """Who had the task need not ride any more; True when an SMS says so, and `delivery.told_before` the
    same as `told`."""
    notify(
        courier.user,
        "task_taken_back",
        f"delivery:{delivery.pk}:taken_back:{delivery.assignment_number}",
        **{**_task(delivery), "address": "", "to_collect": None, "path": reverse("delivery:tasks")},
    )
    told = sms.sms_taken_back(delivery, courier, by=by, ip=ip)
    delivery.told_before = told  # type: ignore[attr-defined]  # not stored
    return told.by_sms


def _task(delivery: Delivery) -> dict[str, Any]:
    """What a courier may know in any case: see queries.invoice."""
    order = delivery.order
    return {
        "number": order.number,
        "shop": delivery.provider.name,
        "address": order.delivery_address,
        "to_collect": delivery.to_collect or None,
        "currency": order.currency,
        "path": reverse("delivery:task", args=[delivery.pk]),
    }


def tell_customer(delivery: Delivery, event: DeliveryEvent) -> None:
    """On the way, failed, delivered: by mail and, where the shop has it, by SMS; once for each report. The
    last of these stands in place of the mail of a completed order."""
    if event.state not in TOLD:
        return
    order = delivery.order
    customer = order.customer
    is_part_paid = event.state == DeliveryState.DELIVERED and order.is_part_paid
    thread = reverse("messaging:thread", args=[order.thread_id])
    notify(
        customer,
        f"delivery_{event.state}",
        f"delivery:{delivery.pk}:{event.pk}:{customer.pk}",
        number=order.number,
        title=titles_of(order),
        shop=delivery.provider.name,
        courier=event.assignment.courier.name if event.assignment.courier else "",
        happened_at=event.happened_at,
        address=order.delivery_address,
        reason=event.reason,
        receiver=event.receiver,
        to_collect=delivery.to_collect if event.state != DeliveryState.DELIVERED else None,
        received=order.received if is_part_paid else None,
        rest=order.rest if is_part_paid else None,
        currency=order.currency,
        path=thread if event.state == DeliveryState.FAILED else order.get_absolute_url(),
    )
    sms.sms_customer(delivery, event)


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
